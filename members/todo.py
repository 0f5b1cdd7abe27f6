"""What of the people stands open on a branch's first page: requests for correction, for those who can correct."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from branches.accounts.models import Account
from branches.models import Branch
from members.models import CorrectionRequest
from partywork.logs import hide_numbers
from partywork.slots import adds_to

SHOWN, LONGEST = 5, 60


@adds_to("home.todo")
def open_requests(branch: Branch, reader: Account, day: date) -> Iterator[dict]:
    """The oldest first; numbers are masked here, the request's own page has the whole text."""
    if not (branch.is_leaf_kind and reader.can("members.edit", branch)):
        return
    rows = CorrectionRequest.objects.open().filter(member__latest__branch=branch).select_related("member")
    for row in rows.order_by("asked_on", "id")[:SHOWN]:
        yield {"title": f"{row.member.name}请求更正档案", "text": shortened(row.text), "url": reverse("member_request", args=[row.pk]),
               "label": "处理"}  # fmt: skip


def shortened(text: str) -> str:
    one_line = " ".join(hide_numbers(text).split())
    return one_line if len(one_line) <= LONGEST else f"{one_line[: LONGEST - 1]}…"
