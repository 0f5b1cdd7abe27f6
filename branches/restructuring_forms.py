"""Forms of an organisation's life: another name, another place in the tree, taking a change back."""

from __future__ import annotations

from django import forms

from branches.choosing import BranchChoice
from branches.models import Branch, BranchKind, PartyGroup
from partywork.forms import DateField, SiteForm, SiteModelForm, TokenForm, VersionForm
from partywork.periods import today

REASON_HELP = "例如：某年某月某日机关党委批复。"


class DatedForm(SiteForm):
    day = DateField(label="生效日期", initial=today, help_text="从这一天起按新情况，之前的记录不变。")
    reason = forms.CharField(label="依据或原因", max_length=200, help_text=REASON_HELP)


class RenameForm(SiteModelForm, DatedForm, VersionForm, TokenForm):
    class Meta:
        model = Branch
        fields = ["name", "short_name"]

    field_order = ["name", "short_name", "day", "reason"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = f"现为：{self.instance.name}"
        self.fields["short_name"].help_text = f"现为：{self.instance.short_name}"


class MoveBranchForm(DatedForm, VersionForm, TokenForm):
    parent = BranchChoice(label="调整到", empty_label="请选择")
    field_order = ["parent", "day", "reason"]

    def __init__(self, *args, branch: Branch, account, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = branch.version
        parents = Branch.objects.editable_by(account).active_on(today()).filter(kind__in=(BranchKind.COMMITTEE, BranchKind.GENERAL))
        above = branch.path[: -branch.steplen]
        self.fields["parent"].queryset = parents.exclude(path__startswith=branch.path).exclude(path=above)


class RenameGroupForm(SiteModelForm, DatedForm, VersionForm):
    class Meta:
        model = PartyGroup
        fields = ["name"]

    field_order = ["name", "day", "reason"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = f"现为：{self.instance.name}"
        self.fields["reason"].required = False

    def validate_constraints(self) -> None:
        """The service says it in words."""


class UndoEventForm(SiteForm):
    reason = forms.CharField(label="撤销原因", max_length=200, help_text="只用于登记错了的；撤销前后的内容都保留在操作日志中。")
