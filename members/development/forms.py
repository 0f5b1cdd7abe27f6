"""Forms of a path: the person, a step as its own rule demands it, corrections. Choices are what is in reach."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms

from branches.accounts.models import Account
from branches.choosing import BranchChoice
from branches.meetings.models import Meeting, Resolution
from branches.models import Branch, PartyGroup
from members.development import basis
from members.development.course import Course
from members.development.extra import REPEATED
from members.development.helpers import Chosen
from members.development.models import Path, StepRecord
from members.development.papers import wanted_documents
from members.development.people import LOCAL_PUBLICITY, Discipline
from members.development.recording import Facts
from members.development.steps import KEYS, SET_2026
from members.forms import GroupChoice, clean_name, two_columns
from members.id_numbers import tidy_id_number, why_not_id_number
from members.models import Kind, Member, Sex
from members.rules import cn
from partywork.fields import mask_id_number
from partywork.files.types import accept
from partywork.forms import DateField, SiteForm, SiteModelForm, TokenForm, VersionForm

NOTHING = "无"
NOTES = {
    "talk": "谈话情况", "cultivation": "考察意见", "probation": "考察意见", "political_review": "审查结论",
    "committee_talk": "谈话意见",
}  # fmt: skip
INCLUSIVE = "首尾两天都算，不少于5个工作日"


def branches_for(account: Account, day: date):
    return Branch.objects.filter(account.reach("development.edit")).leaves().active_on(day)


def groups_for(account: Account, day: date):
    rows = PartyGroup.objects.filter(account.reach("development.edit", "branch__")).active_on(day)
    return rows.select_related("branch").order_by("branch__path", "id")


class PersonForm(SiteModelForm):
    """The applicant's own facts. The ID number is never put into the page: an empty field leaves it as it is."""

    new_id_number = forms.CharField(label="公民身份号码", max_length=40, required=False)

    class Meta:
        model = Path
        fields = ["name", "sex", "born_on", "came_from", "moved_in_on", "leaving_on", "note"]
        help_texts = {
            "came_from": "在原单位已开始培养的，填原单位党组织；培养教育时间连续计算。",
            "moved_in_on": "转入本单位的日期；此前的步骤凭档案补录。",
            "leaving_on": "预计将离开本单位的填写；不足3个月的一般不办理接收。",
        }

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["sex"].choices = [("", "请选择"), *Sex.choices]
        now = mask_id_number(self.instance.id_number) if self.instance.pk and self.instance.id_number else ""
        self.fields["new_id_number"].help_text = (
            f"现为 {now}，不改请留空，要删除请填“{NOTHING}”。" if now else "可暂不填；保存后页面上只显示首尾几位。")  # fmt: skip

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def clean(self) -> dict:
        values = super().clean()
        number = tidy_id_number(values.get("new_id_number", ""))
        known = number and number != NOTHING and values.get("born_on") and values.get("sex")
        if known and (why := why_not_id_number(number, values["born_on"], values["sex"], self.today)):
            self.add_error("new_id_number", why)
        return values

    def facts(self) -> dict:
        """What the service takes."""
        facts = {name: self.cleaned_data[name] for name in (*self.Meta.fields, "group") if name in self.cleaned_data}
        if typed := tidy_id_number(self.cleaned_data["new_id_number"]):
            facts["id_number"] = "" if typed == NOTHING else typed
        return facts


class NewPathForm(PersonForm, TokenForm):
    branch = BranchChoice(label="支部", empty_label="请选择")
    group = GroupChoice(PartyGroup.objects.none(), label="党小组")
    applied_on = DateField(label="递交入党申请书的日期")

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branch = self.fields["branch"]
        branch.queryset = branches_for(account, self.today)
        self.fields["group"].queryset = groups_for(account, self.today)
        if branch.initial is None and branch.only:
            branch.initial = branch.only.pk
        self.helper.layout = Layout(
            two_columns("申请人", "name", "sex", "born_on", "new_id_number", "applied_on", "branch", "group"),
            two_columns("从外单位转来的", "came_from", "moved_in_on"),
            two_columns("其他", "leaving_on", Div("note", css_class="span")),
            "form_token",
        )


class EditPathForm(PersonForm, VersionForm):
    group = GroupChoice(PartyGroup.objects.none(), label="党小组")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = PartyGroup.objects.filter(branch=self.instance.branch_id).active_on(self.today)
        self.fields["group"].queryset = groups.select_related("branch").order_by("id")
        self.fields["group"].initial = self.instance.group_id
        self.helper.layout = Layout(
            two_columns("申请人", "name", "sex", "born_on", "new_id_number", "group"),
            two_columns("从外单位转来的", "came_from", "moved_in_on"),
            two_columns("其他", "leaving_on", Div("note", css_class="span")),
            "version",
        )


class AdoptForm(SiteForm, TokenForm):
    """A probationary member of the roster whose 转正 goes on here."""

    member = forms.ModelChoiceField(Member.objects.none(), label="预备党员", empty_label="请选择")
    applied_on = DateField(label="递交入党申请书的日期")
    approved_on = DateField(label="上级党委批准为预备党员的日期")

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Member.objects.filter(account.reach("development.edit", "latest__branch__"), path=None)
        rows = rows.filter(latest__kind=Kind.PROBATIONARY, latest__stop_on=None)
        field = self.fields["member"]
        field.queryset = rows.select_related("latest__branch").order_by("latest__branch__path", "pinyin", "pk")
        field.label_from_instance = lambda row: f"{row.name}（{row.latest.branch.short_name}，{cn(row.joined_on)}接收）"


# --- one step -----------------------------------------------------------------------------------------------------------


class ResolutionChoice(forms.ModelChoiceField):
    def label_from_instance(self, row: Resolution) -> str:
        votes = f"，赞成{row.yes}票" if row.yes is not None else "，未记票数"
        return f"{row.meeting.held_on:%Y-%m-%d} {row.text[:40]}{votes}"


class MeetingChoice(forms.ModelChoiceField):
    def label_from_instance(self, row: Meeting) -> str:
        return f"{row.held_on:%Y-%m-%d} {row.title}"


class MemberChoice(forms.ModelChoiceField):
    def label_from_instance(self, row: Member) -> str:
        return row.name


def full_members(branch: Branch):
    return Member.objects.filter(latest__branch=branch, latest__kind=Kind.FULL, latest__stop_on=None).order_by("pinyin", "pk")


class PeopleFields:
    """Mixed into forms that name contacts or introducers."""

    def ask_people(self, need: str, branch: Branch) -> None:
        introducing = need == "introducers"
        for name, label in (("first", "第一人"), ("second", "第二人")):
            self.fields[name] = MemberChoice(
                full_members(branch), label=("入党介绍人" if introducing else "培养联系人") + label, empty_label="请选择",
                required=introducing or name == "first")  # fmt: skip
            if introducing:
                self.fields[f"{name}_discipline"] = forms.ChoiceField(
                    label=f"{label}受处分情况", choices=[(each.value, each.label) for each in Discipline], required=False)  # fmt: skip

    def people(self) -> list[Chosen]:
        chosen = ((self.cleaned_data.get(name), self.cleaned_data.get(f"{name}_discipline", "")) for name in ("first", "second"))
        return [Chosen(member, discipline) for member, discipline in chosen if member]


class StepForm(PeopleFields, SiteForm, TokenForm):
    """The form of one step: what its rule asks for, nothing else. `carried` is the short form for an earlier file."""

    def __init__(self, *args: Any, course: Course, key: str, today: date, carried: bool = False, record: StepRecord | None = None,
                 deciding: bool = False, publicity: int = 0, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.course, self.key, self.carried, self.record, self.deciding = course, key, carried, record, deciding
        self.publicity = publicity or (key == "candidate_consent" and not carried)
        self._ask_when(today)
        if not carried:
            self._ask_what()
        self._ask_rest(today)
        for name, field in self.fields.items():
            if name != "form_token":
                self.prepare_field(name, field)
        if record:
            del self.fields["form_token"]
            self._fill(record)

    def _ask_when(self, today: date) -> None:
        needed = "" if self.carried or self.deciding else basis.needed_meeting(self.key)
        if needed == "congress":
            self.fields["resolution"] = ResolutionChoice(
                basis.resolutions_for(self.course.path, self.key), label="支部大会决议", empty_label="请选择",
                help_text="日期、到会人数和票数取自会议记录，不用再填。没有列出的，请先登记支部大会和表决票数。")  # fmt: skip
        elif needed == "committee":
            since = self.course.dates["application"]
            self.fields["meeting"] = MeetingChoice(
                basis.meetings_for(self.course.path).filter(held_on__gte=since), label="研究这件事的会议", empty_label="请选择",
                help_text="支委会；不设支委会的为党员大会。日期和到会人数取自会议记录。")  # fmt: skip
        else:
            self.fields["day"] = DateField(label="日期", initial=None if self.carried else today, help_text="可以补登过去的日期。")

    def _ask_what(self) -> None:
        needs = SET_2026.step(self.key).needs if self.key in KEYS else ()
        if set(needs) & {"contacts", "introducers"} and not self.record:
            self.ask_people(needs[0], self.course.path.place)
        if "training" in needs and not self.record:
            self.fields["exceptional"] = forms.BooleanField(label="个别特殊情况，经上级党委同意可以不足3天或者24学时", required=False)
        if self.key == "extension":
            self.fields["months"] = forms.IntegerField(
                label="延长几个月", min_value=1, max_value=36, initial=6, help_text="6至12个月，只能延长一次。")  # fmt: skip
        if self.key == "placement" and not self.record:
            groups = PartyGroup.objects.filter(branch=self.course.path.place, dissolved_on=None).select_related("branch")
            self.fields["group"] = GroupChoice(groups.order_by("id"), label="编入党小组")
        if self.publicity:
            self.fields["publicity_from"] = DateField(label="公示开始日期", required=False)
            hint = f"{INCLUSIVE}；期满后办理。" if self.key == "candidate_consent" else ""
            self.fields["publicity_to"] = DateField(label="公示结束日期", required=False, help_text=hint)

    def _ask_rest(self, today: date) -> None:
        wanted = wanted_documents(self.key, today)
        if self.record:
            wanted = list(dict.fromkeys([*wanted, *self.record.documents]))
        if wanted:
            pairs = [(name, name) for name in wanted]
            self.fields["documents"] = forms.MultipleChoiceField(
                label="已有材料", choices=pairs, required=False, widget=forms.CheckboxSelectMultiple)  # fmt: skip
        if self.deciding or self.key in ("approval", "full_approval"):
            self.fields["document_no"] = forms.CharField(label="文号", max_length=60, required=False)
        self.fields["note"] = forms.CharField(
            label=NOTES.get(self.key, "情况说明"), max_length=2000, required=self.key in REPEATED,
            widget=forms.Textarea(attrs={"rows": 4}))  # fmt: skip
        if not self.deciding:
            self.fields["scan"] = forms.FileField(label="附件", required=False, widget=forms.FileInput(attrs={"accept": accept("any")}),
                                                  help_text="扫描件或照片，登记后还可以再添加。")  # fmt: skip

    def _fill(self, record: StepRecord) -> None:
        for name in ("meeting", "resolution", "months", "publicity_from", "publicity_to", "documents", "document_no", "note"):
            if name in self.fields:
                self.fields[name].initial = getattr(record, name)
        if "day" in self.fields:
            self.fields["day"].initial = record.done_on

    def facts(self) -> Facts:
        names = ("day", "meeting", "resolution", "months", "exceptional", "documents", "document_no", "note", "group",
                 "publicity_from", "publicity_to")  # fmt: skip
        given = {name: self.cleaned_data[name] for name in names if name in self.fields}
        scan = self.cleaned_data.get("scan")
        return Facts(**given, people=self.people(), carried=self.carried, uploads=[scan] if scan else [])


class CorrectStepForm(StepForm, VersionForm):
    reason = forms.CharField(label="更正原因", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.record.version
        self.order_fields([*(name for name in self.fields if name != "reason"), "reason"])


class SubmitForm(SiteForm, TokenForm):
    """What a branch reports to the committee."""

    reported_on = DateField(label="上报日期")
    publicity_from = DateField(label="公示开始日期", required=False)
    publicity_to = DateField(label="公示结束日期", required=False, help_text=f"{INCLUSIVE}；还没有公示的由党委办理时填写。")
    note = forms.CharField(label="说明", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, key: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reported_on"].initial = today
        if key != "candidate_consent":
            del self.fields["publicity_from"], self.fields["publicity_to"]


class ReasonForm(SiteForm):
    reason = forms.CharField(label="原因", max_length=200)


class HelpersForm(PeopleFields, SiteForm):
    """Others in the place of the present ones."""

    day = DateField(label="更换日期")
    reason = forms.CharField(label="更换原因", max_length=200)

    def __init__(self, *args: Any, path: Path, need: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_people(need, path.place)
        for name, field in self.fields.items():
            self.prepare_field(name, field)
        self.order_fields(["first", "first_discipline", "second", "second_discipline", "day", "reason"])
        self.fields["day"].initial = today


class ReportForm(SiteForm, TokenForm):
    handed_on = DateField(label="递交日期")
    title = forms.CharField(label="主要内容", max_length=100, help_text="一句话，例如：学习党章的体会和近期工作情况。")
    opinion = forms.CharField(label="培养联系人意见", max_length=200, required=False)
    scan = forms.FileField(label="附件", required=False, widget=forms.FileInput(attrs={"accept": accept("any")}))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["handed_on"].initial = today


def publicity_days(key: str, settings) -> int:
    """Working days of publicity that local practice asks for at a step."""
    return settings.get("DEV-29", {}).get(LOCAL_PUBLICITY.get(key, ""), 0)


