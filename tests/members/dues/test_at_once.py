"""R21: many pay one due, or hand up one month, in the same moment: one counts, the others are told, the books agree. On a real
SQLite file, and on PostgreSQL where TEST_DATABASE_URL names one."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal as D

import pytest
from django.core.management import call_command

from members.dues import payments, remitting
from members.dues.books import balance_of
from members.dues.models import DueLine, Payment, Remittance
from members.dues.verification import books_agree, lines_follow_their_payments
from partywork.keeping.checks import Asked
from partywork.periods import Period
from tests.cast import draw_world
from tests.members.dues.making import TODAY, give_base, line_of, make_month, manner, taken
from tests.partywork.engines import ENGINES, postgresql, sqlite

JAN = date(2026, 1, 1)
MANY = 12


@pytest.fixture(params=ENGINES)
def database(request, tmp_path, django_db_blocker):
    with django_db_blocker.unblock(), sqlite(tmp_path) if request.param == "sqlite" else postgresql() as found, found.in_use():
        call_command("migrate", verbosity=0)
        yield found


def ended(results: list) -> Counter:
    """How many tries came through, and what the others met."""
    return Counter(type(each).__name__ if isinstance(each, Exception) else "done" for each in results)


def test_one_counts_and_the_others_are_told(database):
    world = draw_world()
    staff, member = world["staff"], world.members["member"]
    give_base(staff, member)
    make_month(staff, world.a, JAN)
    shown = taken(line_of(member, JAN))

    def pay(number: int) -> None:
        payments.collect_month(actor=staff, branch=world.a, month=JAN, taken=[shown], manner=manner(JAN), today=TODAY)

    def remit(number: int) -> None:
        remitting.remit_dues(actor=staff, branch=world.a, period=Period.parse("2026H1"), sent_on=TODAY, share=40, voucher="记",
                             today=TODAY)  # fmt: skip

    assert ended(database.at_once(MANY, pay)) == {"done": 1, "Overtaken": MANY - 1}
    assert (Payment.objects.count(), DueLine.objects.get().paid) == (1, D(50))
    assert ended(database.at_once(MANY, remit)) == {"done": 1, "RuleViolation": MANY - 1}
    assert (Remittance.objects.count(), balance_of(world.a, TODAY).difference) == (1, D(0))
    assert [*lines_follow_their_payments(Asked()), *books_agree(Asked())] == []
