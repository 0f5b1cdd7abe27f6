"""What honours add to other pages: awards on a person's and an organisation's page, steps, and what a round waits for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from branches.accounts.models import Account
from branches.meetings.models import Meeting
from branches.meetings.models import State as MeetingState
from branches.models import Branch
from members.honours.models import Award, Nomination, Quota, Round
from members.models import Member
from partywork.receipts import Line, provides
from partywork.slots import Panel, Step, adds_to

SHOWN = 8


def awards_of(member: Member) -> list[Award]:
    """Asked once for panel and steps of one page."""
    if "awards_known" not in member.__dict__:
        rows = Award.objects.standing().filter(member=member).select_related("title", "branch")
        member.awards_known = list(rows.order_by("-awarded_on", "-id"))
    return member.awards_known


@adds_to("member.steps")
def steps_of_member(member: Member, reader: Account) -> Iterator[Step]:
    for award in awards_of(member):
        yield Step(award.awarded_on, f"获“{award.title}”", f"{award.given_by}（{award.document}）")


@adds_to("member.panels")
def panel_of_member(member: Member, reader: Account) -> Iterator[Panel]:
    if awards := awards_of(member):
        yield Panel("honours/_panel.html", {"awards": awards[:SHOWN]})


@adds_to("branch.steps")
def steps_of_branch(branch: Branch, reader: Account) -> Iterator[Step]:
    for award in Award.objects.standing().filter(branch=branch, member=None).select_related("title", "branch"):
        yield Step(award.awarded_on, f"获“{award.title}”", f"{award.given_by}（{award.document}）")


@adds_to("branch.panels")
def panel_of_branch(branch: Branch, reader: Account, day: date) -> Iterator[Panel]:
    """The last awards of the organisation and its people."""
    rows = Award.objects.standing().visible_to(reader).filter(branch__path__startswith=branch.path)
    awards = list(rows.select_related("title", "branch", "member").order_by("-awarded_on", "-id")[:SHOWN])
    if awards:
        yield Panel("honours/_panel.html", {"awards": awards, "named": True, "branch": branch}, aside=True)


@provides(Meeting)
def nominations_of(meeting: Meeting) -> Iterator[Line]:
    """Whom a meeting recommended; one query."""
    if meeting.state != MeetingState.HELD:
        return
    for each in meeting.nominations.live().select_related("title", "member", "branch").order_by("id"):
        yield Line("表彰推荐", f"{each}，{each.get_state_display()}", reverse("nomination", args=[each.pk]))


@adds_to("home.todo")
def waiting_rounds(branch: Branch, reader: Account, day: date) -> list[dict]:
    """Places that a branch has not used yet; for the office what it has to examine or decide."""
    found = []
    if reader.can("honours.edit", branch) and branch.is_leaf_kind:
        found = [_unused(quota, day) for quota in unused_quotas(branch)]
    elif reader.can("honours.decide", branch):
        found = [item for row in open_rounds() if (item := _office_item(row, day))]
    return found


def unused_quotas(branch: Branch) -> list[Quota]:
    """Of rounds that still take recommendations; one query."""
    live = Nomination.objects.live().filter(round=OuterRef("round"), branch=OuterRef("branch"), title=OuterRef("title"))
    used = live.order_by().values("round").annotate(number=Count("pk")).values("number")
    rows = Quota.objects.filter(branch=branch, round__publicity_start=None).annotate(used=Coalesce(Subquery(used), 0))
    return list(rows.filter(used__lt=F("places")).select_related("round", "title").order_by("round__nominate_by", "title_id"))


def _unused(quota: Quota, day: date) -> dict:
    left, due = quota.places - quota.used, quota.round.nominate_by
    return {"title": f"推荐{quota.title}", "text": f"{quota.round}，还有{left}个名额没有推荐", "due": due, "overdue": day > due,
            "url": reverse("nomination_new", args=[quota.pk]), "label": "推荐"}  # fmt: skip


def open_rounds() -> list[Round]:
    """Rounds without a decision, with how many recommendations wait for examination."""
    waiting = Count("nominations", filter=Q(nominations__state="recommended"))
    return list(Round.objects.filter(decided_on=None).annotate(waiting=waiting).order_by("nominate_by", "id"))


def _office_item(row: Round, day: date) -> dict | None:
    facts = {"url": reverse("round", args=[row.pk]), "label": "查看批次"}
    if row.publicity_end and row.publicity_end < day:
        return {"title": f"{row}：登记表彰决定", "text": "公示已经期满", "due": row.publicity_end, "overdue": False} | facts
    if row.waiting and not row.publicity_start:
        late = day > row.nominate_by
        return {"title": f"{row}：审查推荐", "text": f"有{row.waiting}项推荐等待审查", "due": row.nominate_by, "overdue": late} | facts
    return None
