"""Forms of honours. Choices are what is in reach; a person is one of the organisation's roster."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from branches.accounts.models import Account
from branches.choosing import BranchChoice
from branches.meetings.expected import people_of, roster_below, unclear_name
from branches.meetings.models import Meeting
from branches.models import Branch
from members.honours.models import STORY, Award, Example, Nomination, Quota, Round, Title
from members.models import Member
from partywork.forms import SiteForm, SiteModelForm, TokenForm, VersionForm

MOST_PLACES = 99


class TitleFields(SiteModelForm):
    class Meta:
        model = Title
        fields = ["name", "category", "level", "for_branch", "in_use"]

    def validate_constraints(self) -> None:
        """The service says it in words of its own."""


class TitleForm(TitleFields, VersionForm):
    pass


class NewTitleForm(TitleFields, TokenForm):
    pass


class RoundFields(SiteModelForm):
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2099)

    class Meta:
        model = Round
        fields = ["name", "year", "notice", "notice_on", "nominate_by"]
        help_texts = {"notice": "发文的文号，或口头通知的说明。", "nominate_by": "各支部在这一天以前推荐。"}

    def validate_constraints(self) -> None:
        """The service says it in words of its own."""


class RoundForm(RoundFields, VersionForm):
    pass


class NewRoundForm(RoundFields, TokenForm):
    pass


class QuotaForm(SiteForm, VersionForm):
    """One number for each organisation and title: the cells of a sheet."""

    def __init__(self, *args: Any, row: Round, branches: list[Branch], titles: list[Title], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = row.version
        kept = {(each.branch_id, each.title_id): each.places for each in row.quotas.all()}
        self.rows = [(branch, [(title, f"q{branch.pk}_{title.pk}") for title in titles]) for branch in branches]
        for branch, cells in self.rows:
            for title, name in cells:
                field = forms.IntegerField(label=f"{branch.short_name}{title}", required=False, min_value=0, max_value=MOST_PLACES,
                                           initial=kept.get((branch.pk, title.pk)),
                                           widget=forms.NumberInput(attrs={"aria-label": f"{branch.short_name}{title}"}))  # fmt: skip
                self.fields[name] = field
                self.prepare_field(name, field)

    def places(self) -> dict[tuple[int, int], int]:
        """{(organisation, title): number} of a valid form."""
        return {(branch.pk, title.pk): self.cleaned_data.get(name) or 0 for branch, cells in self.rows for title, name in cells}

    def sheet(self) -> list[tuple[Branch, list[forms.BoundField]]]:
        return [(branch, [self[name] for _, name in cells]) for branch, cells in self.rows]


class PublishForm(SiteModelForm, VersionForm):
    class Meta:
        model = Round
        fields = ["publicity_start", "publicity_end"]
        help_texts = {"publicity_end": "首尾两天都算，不少于设定的工作日。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in ("publicity_start", "publicity_end"):
            self.fields[field].required = True

    def validate_constraints(self) -> None:
        """The service says it in words of its own."""


class DecideForm(PublishForm):
    class Meta:
        model = Round
        fields = ["decided_on", "document"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super(PublishForm, self).__init__(*args, **kwargs)
        for field in self.Meta.fields:
            self.fields[field].required = True


class NominationFields(SiteModelForm):
    class Meta:
        model = Nomination
        fields = ["meeting", "story"]
        widgets = {"story": forms.Textarea(attrs={"rows": 12})}
        help_texts = {"meeting": "研究推荐的党员大会或支委会，先登记会议。", "story": f"最多{STORY}个字。"}

    def offer_meetings(self, branch: Branch, row: Round) -> None:
        held = Meeting.objects.filter(branch=branch).held().filter(held_on__gte=row.notice_on).order_by("-held_on", "-id")
        self.fields["meeting"].queryset = held
        self.fields["meeting"].empty_label = "请选择"
        self.fields["meeting"].label_from_instance = lambda meeting: f"{meeting.held_on:%Y-%m-%d} {meeting.title}"

    def validate_constraints(self) -> None:
        """The service says it in words of its own."""


class NominateForm(NominationFields, TokenForm):
    class Meta(NominationFields.Meta):
        fields = ["member", *NominationFields.Meta.fields]

    def __init__(self, *args: Any, quota: Quota, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_meetings(quota.branch, quota.round)
        if quota.title.for_branch:
            del self.fields["member"]
            return
        roster = Member.objects.present().filter(latest__branch__path__startswith=quota.branch.path)
        self.fields["member"].queryset = roster
        self.fields["member"].empty_label = "请选择"
        self.fields["member"].required = True


class EditNominationForm(NominationFields, VersionForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_meetings(self.instance.branch, self.instance.round)


class ReviewForm(SiteForm):
    opinions = forms.CharField(label="审查意见", max_length=300, widget=forms.Textarea(attrs={"rows": 4}),
                               help_text="写明审查情况和听取纪检、人事部门意见的结果。")  # fmt: skip


class ReasonForm(SiteForm):
    reason = forms.CharField(label="原因", max_length=200)


class OfBranchForm(SiteModelForm, TokenForm):
    """A row of an organisation within one's right to edit."""

    branch = BranchChoice(label="党组织", empty_label="请选择")

    def __init__(self, *args: Any, account: Account, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = Branch.objects.filter(account.reach("honours.edit")).active_on(today)
        if self.fields["branch"].only:
            self.fields["branch"].initial = self.fields["branch"].only.pk

    def validate_constraints(self) -> None:
        """The service says it in words of its own."""


class AwardForm(OfBranchForm):
    name = forms.CharField(label="姓名", max_length=30, required=False, help_text="受表彰的党员；授予党组织的不填。")

    class Meta:
        model = Award
        fields = ["title", "branch", "awarded_on", "given_by", "document"]
        help_texts = {"given_by": "作出表彰决定的党组织或单位。"}

    field_order = ["title", "branch", "name", "awarded_on", "given_by", "document"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].queryset = Title.objects.filter(in_use=True)
        self.fields["title"].empty_label = "请选择"

    def clean(self) -> dict[str, Any]:
        """The person by name, on the roster of the day."""
        values = super().clean()
        name, branch, day = values.pop("name", ""), values.get("branch"), values.get("awarded_on")
        values["member"] = None
        if name and branch and day:
            same = people_of(roster_below(branch, day).filter(member__name=name))
            if len(same) == 1:
                values["member"] = Member.objects.get(pk=same[0].member_id)
            else:
                self.add_error("name", unclear_name(name, list(same)))
        return values


class ExampleForm(OfBranchForm):
    class Meta:
        model = Example
        fields = ["branch", "name", "line", "on"]
        help_texts = {"line": "写进报告的一句话，最多120个字，不用写名称和句号。"}


class EditExampleForm(SiteModelForm, VersionForm):
    class Meta:
        model = Example
        fields = ["name", "line", "on"]
