"""Who is expected at a gathering: by its kinds and by the roster and the posts OF THAT DAY."""
from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from branches.accounts.models import Post
from branches.accounts.permissions import COMMITTEE_ROLES, Role
from branches.meetings.kinds import Body, Kind, body_of
from branches.models import Branch, PartyGroup
from members.models import Membership, Status

LISTABLE = 150  # with more people below it, an organisation names those it asked instead of ticking them off a list
MOST_CHOSEN = 250  # one page still carries so many rows
PROBATIONARY = "预备"
NAME = re.compile(r"([^（()）]+)(?:[（(]([^（()）]+)[)）])?")


@dataclass(frozen=True)
class Person:
    """One member as he stood on the day: whether he votes (VOTE-11), and if not why, and where he belonged."""

    member_id: int
    name: str
    votes: bool
    branch: str
    bar: str = ""

    @property
    def graded(self) -> bool:
        """Whether an appraisal grades him: every full member."""
        return self.votes or self.bar != PROBATIONARY

    @property
    def full_name(self) -> str:
        return f"{self.name}（{self.branch}）"


@dataclass(frozen=True)
class Circle:
    """Those whom a gathering expects; when they are `chosen`, those among whom the organisation picks.

    `listed` is False when these are too many to list: then `people` holds those asked for only.
    """

    body: Body
    people: tuple[Person, ...]
    listed: bool = True

    @property
    def chosen(self) -> bool:
        return self.body == Body.CHOSEN

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(person.member_id for person in self.people)

    @property
    def nobody(self) -> str:
        """Why the circle is empty and what to do, in Chinese."""
        return {
            Body.WHOLE: "这一天本支部名册上没有党员，请核对日期，或先登记党员。",
            Body.GROUP: "这一天这个党小组没有党员，请核对日期和党小组。",
            Body.COMMITTEE: "这一天没有关联了党员档案的支部委员，请先请系统管理员登记任职并关联党员。",
            Body.LEADERS: "这一天没有关联了党员档案的领导班子成员，请先请系统管理员登记任职并关联党员。",
            Body.CHOSEN: "请选择参加人员。",
        }[self.body]


def circle_of(
    branch: Branch, kinds: Collection[str], day: date, group: PartyGroup | None = None, asked: Collection[int] = ()
) -> Circle:
    """Whom a gathering of these kinds expects on that day; two queries at most, whatever the number of people."""
    body = body_for(branch, kinds)
    if body == Body.CHOSEN:
        return chosen_circle(branch, day, asked)
    return Circle(body, people_of(expected_rows(body, branch, day, group)))


def body_for(branch: Branch, kinds: Collection[str]) -> Body:
    """Whom these kinds expect; before any kind is chosen, as an ordinary study meeting."""
    return body_of(set(kinds) or {Kind.STUDY}, branch.kind)


def expected_rows(body: Body, branch: Branch, day: date, group: PartyGroup | None) -> QuerySet[Membership]:
    roster = roster_on(day)
    match body:
        case Body.WHOLE:
            return roster.filter(branch=branch)
        case Body.GROUP:
            return roster.filter(branch=branch, group=group) if group else roster.none()
        case Body.COMMITTEE:
            return roster.filter(member__account__in=holders(branch, COMMITTEE_ROLES, day))
    return roster.filter(member__account__in=holders(branch, (Role.LEADER,), day))


def holders(branch: Branch, roles: Iterable[str], day: date) -> QuerySet[Post]:
    """The accounts that held one of these posts in this organisation on that day."""
    return Post.objects.active_on(day).filter(branch=branch, role__in=roles).values("account")


def chosen_circle(branch: Branch, day: date, asked: Collection[int]) -> Circle:
    below = roster_below(branch, day)
    people = people_of(below[: LISTABLE + 1])
    if len(people) <= LISTABLE:
        return Circle(Body.CHOSEN, people)
    return Circle(Body.CHOSEN, people_of(below.filter(member__in=list(asked)[:5000])), listed=False)


def roster_below(branch: Branch, day: date) -> QuerySet[Membership]:
    """Everyone who belonged to the organisation or to one below it on that day."""
    return in_order(roster_on(day).filter(branch__path__startswith=branch.path))


def roster_on(day: date) -> QuerySet[Membership]:
    """The roster of a day, each with what leaves him without a vote then."""
    return Membership.objects.active_on(day).with_bars(day)


def people_of(rows: QuerySet[Membership]) -> tuple[Person, ...]:
    """`rows` come from `roster_on`."""
    plain = in_order(rows) if not rows.query.is_sliced else rows
    columns = plain.values_list("member_id", "member__name", "kind", "branch__short_name", "bar")
    return tuple(Person(pk, name, not (why := bar_of(kind, bar)), branch, why) for pk, name, kind, branch, bar in columns)


def bar_of(kind: str, bar: str | None) -> str:
    """Why somebody has no vote (VOTE-11), or ""."""
    return PROBATIONARY if kind != "full" else Status(bar).label if bar else ""


def in_order(rows: QuerySet[Membership]) -> QuerySet[Membership]:
    return rows.order_by("branch__path", "member__pinyin", "member_id")


def officers_of(branch: Branch, day: date) -> tuple[Person, ...]:
    """Those who may chair, record or lecture: the branch's roster, the posts of this organisation, and the leaders
    of the organisations above it."""
    above = [branch.path[:end] for end in range(branch.steplen, len(branch.path) + 1, branch.steplen)]
    posts = Post.objects.active_on(day)
    leaders = posts.filter(role=Role.LEADER, branch__path__in=above).values("account")
    here = posts.filter(branch=branch).values("account")
    allowed = Q(member__account__in=leaders) | Q(member__account__in=here) | Q(branch=branch)
    return people_of(roster_on(day).filter(allowed))


def find_by_names(branch: Branch, day: date, text: str) -> tuple[list[int], list[str]]:
    """The members whose names somebody typed or pasted (the name of a branch stands for all its members), and one
    Chinese sentence for each name that is not clear."""
    names = list(dict.fromkeys(part for part in re.split(r"[\s、，,；;]+", text.strip()) if part))[: 2 * MOST_CHOSEN]
    wanted = {name: NAME.fullmatch(name) for name in names}
    plain = {match[1] for match in wanted.values() if match}
    rows = roster_below(branch, day).filter(Q(member__name__in=plain) | Q(branch__short_name__in=names))
    known = people_of(rows)
    found, unclear = [], []
    for name, match in wanted.items():
        same = called(known, name, match)
        if len(same) == 1 or (same and same[0].branch == name):
            found += [person.member_id for person in same]
        else:
            unclear.append(unclear_name(name, same))
    return found, unclear


def called(known: tuple[Person, ...], name: str, match: re.Match | None) -> list[Person]:
    """Everyone of the branch of that name, or those of that name (in the branch in brackets, if there is one)."""
    whole = [person for person in known if person.branch == name]
    if whole or not match:
        return whole
    return [person for person in known if person.name == match[1] and match[2] in (None, person.branch)]


def unclear_name(name: str, same: list[Person]) -> str:
    if not same:
        return f"名册上没有“{name[:20]}”。"
    return f"“{name[:20]}”有{len(same)}人，请写明支部：{'、'.join(person.full_name for person in same)}。"
