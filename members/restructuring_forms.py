"""Forms that move many at once: branches merged into one, all members of a branch among its groups."""

from __future__ import annotations

from django import forms

from branches.models import Branch, PartyGroup
from branches.restructuring_forms import DatedForm
from members.models import Membership
from partywork.forms import TokenForm
from partywork.periods import today

PREFIX = "place-"


class MergeForm(DatedForm, TokenForm):
    """The other branches are ticked; all in reach are offered."""

    sources = forms.ModelMultipleChoiceField(
        Branch.objects.none(), label="并入的党支部", widget=forms.CheckboxSelectMultiple,
        help_text="它们的党员从生效日期起编入本支部，党小组和任职同日结束。",
    )  # fmt: skip
    field_order = ["sources", "day", "reason"]

    def __init__(self, *args, into: Branch, account, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        others = Branch.objects.editable_by(account).leaves().active_on(today()).exclude(pk=into.pk)
        self.fields["sources"].queryset = others


class AdjustForm(DatedForm, TokenForm):
    """One choice a member: the group in which he is from the day on."""

    def __init__(self, *args, rows: list[Membership], groups: list[PartyGroup], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        choices = [("", "不编入党小组"), *((str(group.pk), group.name) for group in groups)]
        for row in rows:
            field = forms.ChoiceField(label=row.member.name, choices=choices, required=False, initial=str(row.group_id or ""))
            self.fields[f"{PREFIX}{row.member_id}"] = field
            self.prepare_field(f"{PREFIX}{row.member_id}", field)

    @property
    def lines(self) -> list[tuple[Membership, forms.BoundField]]:
        return [(row, self[f"{PREFIX}{row.member_id}"]) for row in self.rows]

    @property
    def places(self) -> dict[int, int | None]:
        """{member: group}"""
        chosen = {row.member_id: self.cleaned_data[f"{PREFIX}{row.member_id}"] for row in self.rows}
        return {pk: int(group) if group else None for pk, group in chosen.items()}
