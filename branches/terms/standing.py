"""Reading for pages: the facts of one organisation that the findings want, terms near their end, rights that are behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from branches.accounts.models import Post
from branches.accounts.permissions import COMMITTEE_ROLES, Role
from branches.models import Branch, PartyGroup
from branches.terms.findings import Facts, Finding, Vacancy, findings_of
from branches.terms.models import Office, Seat, Term
from branches.terms.rules import Standing, latest_due, standing_of
from branches.terms.services import figures_for
from members.models import Membership
from partywork.rules import in_force

RANK = {code: place for place, code in enumerate(Office.values)}


@dataclass(frozen=True)
class Stand:
    """One organisation as its term, its offices and its numbers stand on a day."""

    facts: Facts
    term: Term | None
    seats: list[Seat] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        return findings_of(self.facts)


def stand_of(branch: Branch, day: date) -> Stand:
    """Four queries: the term, its seats, the numbers, the organisation's own figures."""
    term = branch.terms.open().first()
    seats = seats_of(term) if term else []
    figures, counts = figures_for(day), numbers_of(branch, day)
    held = [seat for seat in seats if seat.member_id]
    facts = Facts(
        branch.kind, day, branch.founded_on, counts["full"], counts["members"], counts["groups"], counts["led"],
        len(held) if term else counts["posts"],
        any(seat.office == Office.SECRETARY for seat in held) if term else bool(counts["secretaries"]),
        term.due_on if term else None, term.years if term else 0,
        tuple(Vacancy(seat.office, seat.get_office_display(), seat.start_on) for seat in seats if not seat.member_id),
        tuple(seat.member.name for seat in held if is_stranger(seat, branch)), figures,
    )  # fmt: skip
    return Stand(facts, term, seats)


def seats_of(term: Term) -> list[Seat]:
    """Today's offices in the order in which people name them."""
    rows = term.seats.open().select_related("member__latest__branch")
    return sorted(rows, key=lambda seat: (RANK[seat.office], seat.pk))


def is_stranger(seat: Seat, branch: Branch) -> bool:
    """Whether somebody in office is no longer on the organisation's roster."""
    latest = seat.member.latest
    return latest is None or latest.stop_on is not None or not latest.branch.path.startswith(branch.path)


def numbers_of(branch: Branch, day: date) -> dict[str, int]:
    """Members, groups and posts of the organisation (members also of those below it); one query."""
    roster = Membership.objects.active_on(day).filter(branch__path__startswith=branch.path)
    posts = Post.objects.active_on(day).filter(branch=branch, role__in=COMMITTEE_ROLES)
    counted = {
        "full": number(roster.filter(kind="full")), "members": number(roster),
        "groups": number(PartyGroup.objects.active_on(day).filter(branch=branch)),
        "led": number(roster.filter(is_group_leader=True)),
        "posts": number(posts, "account"), "secretaries": number(posts.filter(role=Role.SECRETARY)),
    }  # fmt: skip
    told = {f"number_of_{name}": each for name, each in counted.items()}
    row = Branch.objects.filter(pk=branch.pk).annotate(**told).values_list(*told).get()
    return dict(zip(counted, row, strict=True))


def number(rows: QuerySet, column: str = "pk") -> Coalesce:
    """How many rows, as an expression."""
    counted = rows.order_by().annotate(whole=Value(1)).values("whole").annotate(number=Count(column, distinct=True))
    return Coalesce(Subquery(counted.values("number")), 0)


# --- terms near their end -------------------------------------------------------------------------------------------------


def remind_figures(day: date, own: dict) -> dict[str, int]:
    """The figures of ORG-8 that `standing_of` asks for."""
    figures = in_force("ORG-8", day).figures | own.get("ORG-8", {})
    return {name: figures[name] for name in ("remind", "again", "last")}


def standing(due_on: date | None, day: date, own: dict) -> Standing | None:
    return standing_of(due_on, day, **remind_figures(day, own)) if due_on else None


def ending_terms(branch: Branch, day: date, own: dict) -> list[Term]:
    """The present terms of the organisation and of those below it for which the reminder has begun, or whose offices have
    been vacant; the soonest first. One query."""
    until = latest_due(day, remind_figures(day, own)["remind"])
    vacant = Seat.objects.vacant().filter(term=OuterRef("pk")).order_by("start_on")
    rows = Term.objects.open().below(branch).filter(Q(branch__dissolved_on=None) | Q(branch__dissolved_on__gt=day))
    rows = rows.annotate(vacant_on=Subquery(vacant.values("start_on")[:1]), vacant_office=Subquery(vacant.values("office")[:1]))
    wanted = rows.filter(Q(due_on__lte=until) | Q(vacant_on__isnull=False))
    return list(wanted.select_related("branch").order_by("due_on", "branch__path"))


# --- rights that are behind: seats without posts, posts without seats -----------------------------------------------------


@dataclass(frozen=True)
class Gap:
    """One thing for the keeper: somebody to be appointed or relieved. `account` is None where there is none to appoint."""

    branch: Branch
    office: str
    name: str
    since: date
    account: int | None = None
    post: int | None = None
    role: str = ""

    @property
    def asked(self) -> str:
        """What the keeper's form of appointment begins with."""
        return urlencode({"role": self.role, "branch": self.branch.pk, "start_on": self.since.isoformat()})

    @property
    def ends(self) -> bool:
        return self.post is not None


def gaps_of(terms: QuerySet[Term], day: date) -> list[Gap]:
    """Where offices of these terms and posts of accounts differ; two queries. A plain 委员 has no post of his own."""
    return [*_to_appoint(terms, day), *_to_relieve(terms, day)]


def _to_appoint(terms: QuerySet[Term], day: date) -> Iterable[Gap]:
    posts = Post.objects.active_on(day).filter(account__member=OuterRef("member"), branch=OuterRef("term__branch"), role=OuterRef("office"))
    rows = Seat.objects.open().filter(term__in=terms, office__in=COMMITTEE_ROLES, member__isnull=False).exclude(Exists(posts))
    for seat in rows.select_related("term__branch", "member").order_by("term__branch__path", "start_on", "id"):
        yield Gap(seat.term.branch, seat.get_office_display(), seat.member.name, seat.start_on, seat.member.account_id,
                  role=seat.office)  # fmt: skip


def _to_relieve(terms: QuerySet[Term], day: date) -> Iterable[Gap]:
    seats = Seat.objects.open().filter(term__in=terms, term__branch=OuterRef("branch"), office=OuterRef("role"),
                                       member__account=OuterRef("account"))  # fmt: skip
    rows = Post.objects.active_on(day).filter(branch__in=terms.values("branch"), role__in=COMMITTEE_ROLES).exclude(Exists(seats))
    for post in rows.select_related("branch", "account").order_by("branch__path", "start_on", "id"):
        yield Gap(post.branch, post.get_role_display(), post.account.display_name, post.start_on, post.account_id, post.pk)
