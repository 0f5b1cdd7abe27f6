"""Forms of letters: the letter's data typed once; what was already accepted is entered late in the same form."""

from __future__ import annotations

import re
from datetime import date

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError

from branches.accounts.models import Account
from branches.choosing import BranchChoice
from branches.models import Branch, PartyGroup
from members.forms import GroupChoice, clean_name, two_columns
from members.models import Member, Sex
from members.transfers.models import Cause, State, Transfer
from members.transfers.rules import DISTANCES
from partywork.forms import DateField, SiteForm, TokenForm, VersionForm, ascii_digits

MONTH = re.compile(r"(\d{4})\s*(?:[-/.年])\s*(\d{1,2})\s*月?", re.ASCII)
DUES_HELP = "写到月，例如 2026-06。"
FACTS = ("number", "start_on", "valid_until", "dues_to", "distance", "cause", "other_side", "other_unit", "note")


class MonthField(forms.Field):
    """A month as people write it; its value is the first day."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2026-06"})

    def to_python(self, value) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        match = MONTH.fullmatch(ascii_digits(str(value)))
        if not match or not (1 <= int(match[2]) <= 12 and 2000 <= int(match[1]) <= 2099):
            raise ValidationError(f"{self.label}看不明白，请按 2026-06 的样子填写。", code="invalid")
        return date(int(match[1]), int(match[2]), 1)

    def prepare_value(self, value):
        return f"{value:%Y-%m}" if isinstance(value, date) else value


class LetterFields(forms.Form):
    """What a letter says."""

    other_side = forms.CharField(
        label="对方党组织", max_length=100, required=False, help_text="写全称，例如：中共青禾县农业农村局机关委员会。"
    )
    other_unit = forms.CharField(label="对方单位或支部", max_length=100, required=False)
    cause = forms.ChoiceField(label="转接原因", choices=Cause.choices)
    distance = forms.ChoiceField(label="对方所在地", choices=DISTANCES, initial="far")
    number = forms.CharField(label="介绍信编号", max_length=40, required=False, help_text="例如：云林党介〔2026〕12号。")
    start_on = DateField(label="开出日期", required=False)
    valid_until = DateField(label="有效期至", required=False, help_text="不填按惯例：本县10天，县外30天（TRF-3）。")
    dues_to = MonthField(label="党费交至", required=False, help_text=DUES_HELP)
    note = forms.CharField(label="说明", max_length=200, required=False)


class SendForm(SiteForm, LetterFields, TokenForm):
    """A letter for a member of ours. Other branches of the bureau are offered to those who may act in them."""

    to_branch = BranchChoice(label="转往本单位支部", required=False, empty_label="转往外单位")
    accepted_on = DateField(
        label="对方接收日期（补录）", required=False, help_text="对方已经接收的才填：登记后从这一天起除册，并标明补录。"
    )

    def __init__(self, *args, member: Member, account: Account, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        others = Branch.objects.filter(account.reach("transfers.edit")).leaves().active_on(today)
        self.fields["to_branch"].queryset = others.exclude(pk=member.latest.branch_id)
        self.fields["number"].help_text += "由机关党委编号开具的先不填，保存后为“待开介绍信”。"
        away = ["other_side", "other_unit"]
        if self.fields["to_branch"].offered or self.fields["to_branch"].see().many:
            away.insert(0, "to_branch")
        else:
            del self.fields["to_branch"]
        self.helper.layout = Layout(
            two_columns("去向", *away, "distance", "cause"),
            two_columns("介绍信", "number", "start_on", "valid_until", "dues_to"),
            two_columns("办理", "accepted_on", "note"),
            "form_token",
        )


class TakeInForm(SiteForm, LetterFields, TokenForm):
    """A letter from outside: the person as the letter names him, typed once."""

    name = forms.CharField(label="姓名", max_length=30)
    sex = forms.ChoiceField(label="性别", choices=[("", "请选择"), *Sex.choices])
    born_on = DateField(label="出生日期")
    joined_on = DateField(label="加入党组织日期")
    full_on = DateField(label="转为正式党员日期", required=False, help_text="预备党员不填。")
    branch = BranchChoice(label="转入支部", empty_label="请选择")
    group = GroupChoice(PartyGroup.objects.none(), label="党小组", help_text="补录时可以直接编入，其他的接收时再选。")
    accepted_on = DateField(
        label="接收日期（补录）", required=False, help_text="已经接收的才填：登记后从这一天起列入名册，并标明补录。"
    )

    def __init__(self, *args, account: Account, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        branch = self.fields["branch"]
        branch.queryset = Branch.objects.filter(account.reach("transfers.edit")).leaves().active_on(today)
        groups = PartyGroup.objects.filter(account.reach("transfers.edit", "branch__")).active_on(today)
        self.fields["group"].queryset = groups.select_related("branch").order_by("branch__path", "id")
        if branch.initial is None and branch.only:
            branch.initial = branch.only.pk
        for name, label in (("other_side", "转出党组织"), ("other_unit", "原单位或支部"), ("distance", "转出方所在地")):
            self.fields[name].label = label
        for name in ("other_side", "number", "start_on", "dues_to"):
            self.fields[name].required = True
        self.fields["number"].help_text = "照介绍信填写。"
        self.helper.layout = Layout(
            two_columns("本人情况", "name", "sex", "born_on", "joined_on", "full_on"),
            two_columns("介绍信", "other_side", "other_unit", "distance", "cause", "number", "start_on", "valid_until", "dues_to"),
            two_columns("转入", "branch", "group", "accepted_on", Div("note", css_class="span")),
            "form_token",
        )

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


# --- steps of a letter: one form each -----------------------------------------------------------------------------------


class StepForm(SiteForm, VersionForm):
    day = DateField(label="日期")

    def __init__(self, *args, transfer: Transfer, account: Account, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.transfer, self.account, self.today = transfer, account, today
        self.fields["version"].initial = transfer.version
        if "day" in self.fields:
            self.fields["day"].initial = today
        self.prepare()

    def prepare(self) -> None:
        """Choices and initial values that depend on the letter."""


class EditLetterForm(StepForm, LetterFields):
    day = None

    def prepare(self) -> None:
        for name in FACTS:
            self.fields[name].initial = getattr(self.transfer, name)
        if self.transfer.to_branch_id:
            del self.fields["other_side"], self.fields["other_unit"]


class IssueForm(EditLetterForm):
    def prepare(self) -> None:
        super().prepare()
        for name in ("number", "start_on", "dues_to"):
            self.fields[name].required = True
        self.fields["start_on"].initial = self.transfer.start_on or self.today


class AcceptForm(StepForm):
    group = GroupChoice(PartyGroup.objects.none(), label="编入党小组")
    receipt_on = DateField(label="回执日期", required=False, help_text="收到（寄出）回执的日期，还没有的不填，以后再登记。")
    note = forms.CharField(label="说明", max_length=200, required=False, help_text="超过有效期接收的，写明情况和补办经过。")
    field_order = ["day", "group", "receipt_on", "note"]

    def prepare(self) -> None:
        receiver = self.transfer.receiver
        self.fields["day"].label = "接收日期"
        self.fields["day"].help_text = "从这一天起列入本支部名册。" if receiver else "对方接收的日期，从这一天起在本支部除册。"
        if receiver is None:
            del self.fields["group"]
        else:
            groups = PartyGroup.objects.filter(branch=receiver).active_on(self.today)
            self.fields["group"].queryset = groups.select_related("branch").order_by("id")
        if self.transfer.direction == "within":
            del self.fields["receipt_on"]


class ReceiptForm(StepForm):
    def prepare(self) -> None:
        self.fields["day"].label = "寄出回执日期" if self.transfer.direction == "in" else "收到回执日期"


class CloseForm(StepForm):
    state = forms.ChoiceField(label="怎样办结", choices=[("", "请选择"), (State.RETURNED, "接收方退回"), (State.CANCELLED, "转出方撤销")])
    reason = forms.CharField(label="原因", max_length=200, help_text="接收方没有正当理由不得拒收（TRF-2）。")
    field_order = ["state", "day", "reason"]

    def prepare(self) -> None:
        row, may = self.transfer, self.account.can
        ways = []
        if row.state != State.DRAFTED and may("transfers.edit", row.receiver or row.branch):
            ways.append((State.RETURNED, "接收方退回"))
        if may("transfers.edit", row.branch):
            ways.append((State.CANCELLED, "转出方撤销"))
        self.fields["state"].choices = [("", "请选择"), *ways]


class UndoForm(StepForm):
    day = None
    reason = forms.CharField(label="撤销原因", max_length=200, help_text="撤销后该党员回到接收以前的支部，介绍信恢复为转接中。")
