"""Forms of members: the person's facts, and one small form for every dated change. Choices are what is in reach."""

from __future__ import annotations

import re
from datetime import date

from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError

from branches.accounts.models import Account
from branches.choosing import BranchChoice
from branches.models import Branch, PartyGroup
from members.changes import LEAVING
from members.models import Ground, Member, Membership, Sex, StopReason
from members.rules import probation_ends
from members.services import ARRIVALS
from partywork.fields import mask_phone
from partywork.forms import DateField, SiteForm, SiteModelForm, TokenForm, VersionForm

PHONE = re.compile(r"1[3-9]\d{9}|(0\d{2,3}-?)?\d{7,8}(-\d{1,5})?", re.ASCII)
NO_PHONE = "无"
PHONE_HELP = "手机号码或带区号的座机，例如 0370-3112345。保存后在名册里只显示首尾几位。"


def clean_name(name: str) -> str:
    """A person's name: Han characters or letters, and the dot between the parts of some names."""
    name = re.sub("[•・‧．]", "·", name)
    if not name.replace("·", "").replace(" ", "").isalpha():
        raise ValidationError("姓名里只能有汉字、字母和间隔号“·”。")
    return name


def clean_phone(text: str) -> str:
    number = re.sub(r"[\s－—]", lambda found: "" if found[0].isspace() else "-", text)
    if number and not PHONE.fullmatch(number):
        raise ValidationError("电话号码不对，请填写11位手机号码或带区号的座机。")
    return number


def two_columns(legend: str, *fields: str | Div) -> Fieldset:
    return Fieldset(legend, Div(*fields, css_class="fields-2"))


class GroupChoice(forms.ModelChoiceField):
    """Groups under the names of their branches when there are several branches."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, required=False, empty_label="不编入党小组", **kwargs)

    def label_from_instance(self, group: PartyGroup) -> str:
        return f"{group.branch.short_name} {group.name}"


def branches_for(account: Account, day: date):
    """The branches into which this account may enter members."""
    return Branch.objects.filter(account.reach("members.edit")).leaves().active_on(day)


def groups_for(account: Account, day: date):
    groups = PartyGroup.objects.filter(account.reach("members.edit", "branch__")).active_on(day)
    return groups.select_related("branch").order_by("branch__path", "id")


class PlaceFields(forms.Form):
    """Branch and group for forms that put somebody somewhere; one possible branch is chosen already."""

    branch = BranchChoice(label="支部", empty_label="请选择")
    group = GroupChoice(
        PartyGroup.objects.none(), label="党小组", help_text="须是所选支部的党小组；未分党小组的不选。"
    )

    def offer_places(self, account: Account, today: date) -> None:
        branch = self.fields["branch"]
        branch.queryset = branches_for(account, today)
        self.fields["group"].queryset = groups_for(account, today)
        if branch.initial is None and branch.only:
            branch.initial = branch.only.pk


class PersonForm(SiteModelForm):
    class Meta:
        model = Member
        fields = ["name", "sex", "born_on", "joined_on", "full_on"]
        help_texts = {
            "full_on": "预备党员不填。党龄从这一天算起。",
            "joined_on": "支部党员大会通过为预备党员的日期。",
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sex"].choices = [("", "请选择"), *Sex.choices]

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


class NewMemberForm(PersonForm, PlaceFields, TokenForm):
    phone = forms.CharField(label="联系电话", max_length=20, required=False, help_text=PHONE_HELP)
    start_on = DateField(
        label="进入本支部日期", help_text="从这一天起列入本支部名册。已在支部多年、日期记不清的，填建档日期。"
    )
    reason = forms.ChoiceField(label="进入方式", choices=[(each.value, each.label) for each in ARRIVALS])
    note = forms.CharField(
        label="说明", max_length=200, required=False, help_text="例如：由县农业农村局转来，介绍信第12号。"
    )
    field_order = [
        "name",
        "sex",
        "born_on",
        "phone",
        "joined_on",
        "full_on",
        "branch",
        "group",
        "reason",
        "start_on",
        "note",
    ]

    def __init__(self, *args, account: Account, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.offer_places(account, today)
        self.helper.layout = Layout(
            two_columns("本人情况", "name", "sex", "born_on", "phone", "joined_on", "full_on"),
            two_columns("编入支部", "branch", "group", "reason", "start_on", Div("note", css_class="span")),
            "form_token",
        )

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])


class EditMemberForm(PersonForm, VersionForm):
    """The present number is never put into the page; an empty field leaves it as it is."""

    new_phone = forms.CharField(label="联系电话", max_length=20, required=False, help_text=PHONE_HELP)

    class Meta(PersonForm.Meta):
        fields = [*PersonForm.Meta.fields, "party_age_from"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.phone:
            now = mask_phone(self.instance.phone)
            self.fields["new_phone"].help_text = f"现为 {now}，不改请留空，要删除请填“无”。"
        self.helper.layout = Layout(
            two_columns("本人情况", "name", "sex", "born_on", "new_phone", "joined_on", "full_on", "party_age_from"),
            "version",
        )

    def clean_new_phone(self) -> str:
        text = self.cleaned_data["new_phone"]
        return text if text == NO_PHONE else clean_phone(text)

    def facts(self) -> dict:
        """What the service takes."""
        facts = {name: self.cleaned_data[name] for name in self.Meta.fields}
        if number := self.cleaned_data["new_phone"]:
            facts["phone"] = "" if number == NO_PHONE else number
        return facts


# --- dated changes: one form each; `member` and `account` are what the choices depend on ----------------------------


class ChangeForm(SiteForm, VersionForm, TokenForm):
    day = DateField(label="生效日期", help_text="从这一天起按新情况计算，可以补登过去的日期。")
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args, member: Member, account: Account, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.member, self.account, self.today = member, account, today
        self.fields["version"].initial = member.version
        if "day" in self.fields:
            self.fields["day"].initial = today
        self.prepare()

    def prepare(self) -> None:
        """Choices and initial values that depend on the member."""


class RegroupForm(ChangeForm):
    group = GroupChoice(PartyGroup.objects.none(), label="调整到")
    field_order = ["group", "day", "note"]

    def prepare(self) -> None:
        groups = PartyGroup.objects.filter(branch=self.member.latest.branch).active_on(self.today)
        self.fields["group"].queryset = groups.select_related("branch").order_by("id")
        self.fields["group"].initial = self.member.latest.group_id


class MoveForm(ChangeForm, PlaceFields):
    field_order = ["branch", "group", "day", "note"]

    def prepare(self) -> None:
        self.offer_places(self.account, self.today)
        self.fields["branch"].queryset = self.fields["branch"].queryset.exclude(
            pk=self.member.latest.branch_id
        )
        self.fields["branch"].initial = None


class ReturnForm(ChangeForm, PlaceFields):
    field_order = MoveForm.field_order

    def prepare(self) -> None:
        self.offer_places(self.account, self.today)


class TurnFullForm(ChangeForm):
    """The day is offered when the probation is over: 党龄 counts from then even if the meeting was later."""

    def prepare(self) -> None:
        ends = probation_ends(self.member.joined_on)
        self.fields["day"].label = "转正日期"
        self.fields["day"].initial = ends if ends <= self.today else None
        self.fields["day"].help_text = "一般为预备期满之日，延长预备期的为延长期满之日；党龄从这一天算起。"


class LeaveForm(ChangeForm):
    """Leaving otherwise than by a letter of transfer, which has its own pages."""

    reason = forms.ChoiceField(
        label="离开方式",
        choices=[("", "请选择"), *((each.value, each.label) for each in LEAVING if each != StopReason.TRANSFER_OUT)],
    )
    ground = forms.ChoiceField(
        label="除名情形", choices=[("", "不是除名"), *Ground.choices], required=False, help_text="离开方式为除名的必须选择。"
    )
    field_order = ["reason", "ground", "day", "note"]

    def prepare(self) -> None:
        self.fields["day"].label = "除册日期"
        self.fields["day"].help_text = "从这一天起不再列入名册，以批准之日或去世之日为准。"

    def clean(self) -> dict:
        values = super().clean()
        if values.get("reason") == StopReason.REMOVED and not values.get("ground") and "ground" not in self.errors:
            self.add_error("ground", "请选择除名情形。")
        return values


class CorrectForm(ChangeForm, PlaceFields):
    """Of the latest membership; branch only while it is the first, the end only when there is one."""

    start_on = DateField(label="起始日期")
    stop_on = DateField(label="除册日期")
    reason = forms.CharField(label="更正原因", max_length=200)
    field_order = ["branch", "group", "start_on", "stop_on", "reason"]
    day = note = None

    def prepare(self) -> None:
        latest: Membership = self.member.latest
        self.offer_places(self.account, self.today)
        self.fields["group"].queryset = self.fields["group"].queryset | PartyGroup.objects.filter(
            pk=latest.group_id
        ).select_related("branch")
        for name in ("branch", "group", "start_on", "stop_on"):
            self.fields[name].initial = getattr(latest, name)
        if latest.start_reason not in ARRIVALS or self.member.memberships.count() > 1:
            del self.fields["branch"]
            self.fields["group"].queryset = PartyGroup.objects.filter(branch=latest.branch).select_related(
                "branch"
            )
        if latest.stop_on is None:
            del self.fields["stop_on"]

    def clean(self) -> dict:
        return {"branch": self.member.latest.branch, "stop_on": None} | super().clean()


class UndoForm(ChangeForm):
    day = note = None
    reason = forms.CharField(
        label="撤销原因", max_length=200, help_text="例如：党小组选错。撤销前后的内容都会记入日志。"
    )


class LinkForm(ChangeForm):
    day = note = None
    username = forms.CharField(
        label="登录名", max_length=30, help_text="系统管理员给本人的登录名；账号登记的姓名须与党员姓名一致。"
    )


class UnlinkForm(ChangeForm):
    day = note = None
