"""What of the dues `manage.py verify` looks through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, Sum

from branches.models import Branch
from members.dues.books import balances_of
from members.dues.models import DueLine, Payment, Remittance
from members.dues.rules import to_fen
from partywork.keeping.checks import Asked, verifies


@verifies("党费已缴数")
def lines_follow_their_payments(asked: Asked) -> Iterator[str]:
    """`paid`, `in_time` and `settled` of a line are what its payments sum up to."""
    told = Payment.objects.exclude(line=None).order_by().values_list("line")
    whole = dict(told.annotate(total=Sum("amount")))
    in_time = dict(told.filter(in_time=True).annotate(total=Sum("amount")))
    for pk, due, paid, early, settled in DueLine.objects.order_by("pk").values_list("pk", "due", "paid", "in_time", "settled"):
        real, soon = to_fen(whole.get(pk, Decimal(0))), to_fen(in_time.get(pk, Decimal(0)))
        if (paid, early, settled) != (real, soon, real >= due):
            yield f"应缴{pk}：登记已缴{paid}、按期{early}，交纳记录合计{real}、按期{soon}。"


@verifies("党费收支相符")
def books_agree(asked: Asked) -> Iterator[str]:
    """What came in is what went up, is kept and is in hand; each batch is what it was made of."""
    names = dict(Branch.objects.values_list("pk", "short_name"))
    for pk, balance in balances_of(Branch.objects.all(), date.max).items():
        if balance.difference:
            yield f"{names[pk]}：收入{balance.income}，上缴、留存、在手合计相差{balance.difference}。"
    parts = Remittance.objects.annotate(own=Sum("payments__amount")).values_list("pk", "basis", "own")
    carried = dict(Remittance.objects.exclude(carried=None).order_by().values_list("carried").annotate(total=Sum("amount")))
    for pk, basis, own in parts:
        real = to_fen((own or Decimal(0)) + (carried.get(pk) or Decimal(0)))
        if basis != real:
            yield f"上缴{pk}：登记合计{basis}，所含交纳合计{real}。"


@verifies("党费批次去向")
def carried_batches_arrived(asked: Asked) -> Iterator[str]:
    """Only what arrived went on, and at the organisation that it was sent to."""
    wrong = Remittance.objects.exclude(carried=None).filter(Q(received_on=None) | ~Q(carried__branch=F("to_branch")))
    for pk in wrong.values_list("pk", flat=True):
        yield f"上缴{pk}：已转缴，但没有收到记录或接收单位不符。"
