"""Forms of the organisation: fields and labels come from the models, choices only from what is in reach."""

from __future__ import annotations

from django import forms

from branches.choosing import BranchChoice
from branches.models import Branch, BranchKind, Bureau, PartyGroup
from partywork.forms import DateField, SiteForm, SiteModelForm, TokenForm, VersionForm
from partywork.periods import today


class BranchForm(SiteModelForm, VersionForm):
    class Meta:
        model = Branch
        fields = ["name", "short_name", "code", "kind", "founded_on", "note"]
        help_texts = {
            "name": "与批准文件一致，例如：中共云溪县林业局机关第一支部委员会。",
            "short_name": "页面和报表里使用，例如：机关一支部。",
            "code": "全系统不重复，例如：ZB01。",
        }
        widgets = {"note": forms.TextInput}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.kind == BranchKind.COMMITTEE:
            del self.fields["kind"]
        else:
            self.fields["kind"].choices = [
                pair for pair in BranchKind.choices if pair[0] != BranchKind.COMMITTEE
            ]


class NewBranchForm(SiteModelForm, TokenForm):
    parent = BranchChoice(label="上级党组织", empty_label="请选择")

    class Meta(BranchForm.Meta):
        fields = ["parent", *BranchForm.Meta.fields]

    field_order = ["parent", *BranchForm.Meta.fields]

    def __init__(self, *args, account, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        parents = Branch.objects.editable_by(account).active_on(today())
        self.fields["parent"].queryset = parents.filter(kind__in=(BranchKind.COMMITTEE, BranchKind.GENERAL))
        self.fields["kind"].choices = [pair for pair in BranchKind.choices if pair[0] != BranchKind.COMMITTEE]


class GroupForm(SiteModelForm, VersionForm):
    class Meta:
        model = PartyGroup
        fields = ["name", "founded_on"]
        help_texts = {"name": "例如：第一党小组。"}


class NewGroupForm(SiteModelForm, TokenForm):
    class Meta(GroupForm.Meta):
        pass


class EndForm(SiteForm):
    """From which day an organisation or group is no more, and why."""

    day = DateField(label="撤销日期", initial=today, help_text="自这一天起不再存续，之前的记录照样保留。")
    reason = forms.CharField(label="依据或原因", max_length=200, help_text="例如：某年某月某日机关党委批复。")


class BureauForm(SiteModelForm):
    class Meta:
        model = Bureau
        fields = ["name", "party_group_name", "organ_name", "addressee"]
