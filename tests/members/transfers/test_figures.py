"""Letters on the way at the end of a period, counted by hand."""

from datetime import date

import pytest

from branches.models import Branch
from partywork.figures import find_figure
from partywork.periods import Period
from tests.factories import make_member, make_transfer
from tests.figure_cases import counts

H1 = Period.parse("2026H1")
LAST, AFTER = date(2026, 6, 30), date(2026, 7, 1)
# (name, issued, ended, state): who is on the way on 30 June
LETTERS = (
    ("早已开出", date(2026, 1, 5), None, "on_the_way"), ("当天开出", LAST, None, "on_the_way"), ("次日开出", AFTER, None, "on_the_way"),
    ("当天接收", date(2026, 6, 1), LAST, "accepted"), ("次日接收", date(2026, 6, 1), AFTER, "accepted"),
    ("当天退回", date(2026, 6, 1), LAST, "returned"), ("次日撤销", date(2026, 6, 1), AFTER, "cancelled"),
    ("待开", None, None, "drafted"),
)  # fmt: skip


@counts("transfers.leaving", "transfers.arriving")
@pytest.mark.parametrize("direction", ["out", "in"])
def test_letters_on_the_way_on_the_last_day(world, direction):
    for name, start, stop, state in LETTERS:
        facts = {"start_on": start, "stop_on": stop, "state": state}
        if direction == "out":
            make_transfer(make_member(world.b, name), **facts)
        else:
            make_transfer(name=name, branch=world.b, **facts)
    make_transfer(make_member(world.b, "支部间"), direction="within", to_branch=world.a)
    make_transfer(make_member(world.farm, "外支部")) if direction == "out" else make_transfer(name="外支部", branch=world.farm)
    figure = find_figure({"out": "transfers.leaving", "in": "transfers.arriving"}[direction])
    rows = figure.rows(Branch.objects.filter(pk=world.b.pk), H1)
    assert sorted(row.person for row in rows) == ["当天开出", "早已开出", "次日接收", "次日撤销"]
    assert figure.value(Branch.objects.all(), H1) == 5
