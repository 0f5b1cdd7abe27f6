"""What every figure of the catalogue must hold, whichever app declares it: scope, period, additivity, constant queries,
and a case counted by hand. One busy half-year of the drawn world has rows for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from branches.accounts.models import Post
from branches.meetings.kinds import Grade, Kind, ThemeForm, kinds_for
from branches.meetings.models import Attendance, Meeting
from branches.models import Branch, BranchEvent, PartyGroup
from branches.terms.models import Term
from members.development.models import StepRecord, ThoughtReport, Trainee, TrainingClass
from members.dues.models import DueLine, Payment, Remittance
from members.honours.models import Award, Category, Example, Title
from members.models import Membership, StartReason, StopReason
from members.transfers.models import Transfer
from partywork.figures import (
    By,
    Cleared,
    Figure,
    Level,
    Listing,
    Nature,
    Q,
    Ratio,
    Rows,
    Total,
    catalogue,
    figures_holding,
    find_figure,
)
from partywork.periods import Period, Span, add_months
from partywork.tallies import tally
from tests.cast import World, draw_world
from tests.development_stage import make_path
from tests.factories import (
    make_account,
    make_branch,
    make_group,
    make_meeting,
    make_member,
    make_post,
    make_standing,
    make_term,
    make_transfer,
)
from tests.figure_cases import counted_keys
from tests.members.dues.making import draw_dues

HALF = Period.parse("2026H1")
DAYS = (HALF.start, date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 20), HALF.last_day)
FULL_FACTS = {
    "by_leader": True,
    "work_report": True,
    "studied_party_work": True,
    "first_topic": True,
    "self_criticisms": 3,
    "mutual_criticisms": 5,
}
pytestmark = pytest.mark.django_db  # pytest-django makes only the databases that some test asks for
MODELS = {Meeting, Attendance, Membership, Branch, PartyGroup, Post, Term, Award, Example, StepRecord, Trainee, ThoughtReport,
          Transfer, BranchEvent, DueLine, Payment, Remittance}
# By which columns a dated row of another kind begins and ends; the shift is that of a stock that begins the day after.
BEGINS = {"terms.due": "due_on", "terms.due_names": "due_on", "terms.renewed": "elected_on", "terms.renewed_names": "elected_on",
          "terms.overdue": "due_on", "terms.overdue_names": "due_on", "honours.examples": "on"}
ENDS_WITH = {Term: ("due_on", "ended_on", 1)}


@pytest.fixture(scope="module")
def busy(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Drawn once; every test that changes something does so inside `undone`."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield draw_busy_world()
        transaction.set_rollback(True)


def draw_busy_world() -> World:
    """A half-year in which everything that is counted happens, in several organisations and at both ends of the time."""
    world = draw_world()
    make_member(world.b, kind="probationary")
    for branch in (world.root, world.a, world.b):
        _hold_all_kinds(branch, [world.members["secretary"], world.members["member"]])
    for place, reason in enumerate(StartReason.values):
        make_member(
            world.a,
            start_on=DAYS[place % len(DAYS)],
            start_reason=reason,
            group=world.group1,
            kind="full",
            is_group_leader=reason == "leader",
        )
    for place, reason in enumerate(reason for reason in StopReason.values if reason != "changed"):
        make_member(world.b, stop_on=DAYS[place % len(DAYS)], stop_reason=reason)
    for place, day in enumerate(DAYS):
        branch = make_branch(world.office)
        make_term(branch, number=2, elected_on=add_months(day, -36), ended_on=day if place % 2 else None)
        if place % 2:
            make_term(branch, number=3, elected_on=day)
    for place, category in enumerate(Category.values * 3):
        title, _ = Title.objects.get_or_create(name=f"名目{category}", category=category, for_branch=category == "branch")
        branch = make_branch(world.office) if category == "branch" else world.a
        member = None if category == "branch" else make_member(world.a)
        Award.objects.create(title=title, branch=branch, member=member, awarded_on=DAYS[place % len(DAYS)], given_by="县委", document="文",
                             created_by=world["staff"])
        Example.objects.create(branch=world.b, name="典型", line="好", on=DAYS[place % len(DAYS)], chosen=True, created_by=world["staff"])
    draw_dues(world)
    for place, kind in enumerate(("moved", "merged")):
        for day in DAYS[place : place + 2]:
            BranchEvent.objects.create(branch=world.a, kind=kind, day=day, from_branch=world.office, to_branch=world.b, reason="批复")
    for status in ("floating", "lost"):
        make_standing(make_member(world.b), status, start_on=date(2019, 1, 1))
    for place in range(2):
        make_transfer(make_member(world.b), start_on=DAYS[place])
        make_transfer(branch=world.a, start_on=DAYS[place])
    make_branch(world.root, founded_on=date(2026, 2, 3))
    make_branch(world.office, dissolved_on=date(2026, 5, 1))
    for place, branch in enumerate((world.a, world.a, world.b)):
        _join(branch, DAYS[place])
    return world


def _join(branch: Branch, day: date) -> None:
    """Somebody for whom everything that is counted about joining happens on one day."""
    path = make_path(branch, "林向前", ())
    for key in ("application", "activist", "candidate_consent", "extension"):
        StepRecord.objects.create(path=path, branch=branch, key=key, done_on=day, recorded_on=day)
    ThoughtReport.objects.create(path=path, branch=branch, handed_on=day, title="体会")
    held = TrainingClass.objects.create(branch=branch, title="班", organiser="工委", start_on=day, stop_on=day, days=1, hours=8)
    Trainee.objects.create(training=held, path=path, branch=branch)


def _hold_all_kinds(branch: Branch, people: list) -> None:
    for place, kind in enumerate(kinds_for(branch.kind)):
        meeting = make_meeting(branch, kind, held_on=DAYS[place % len(DAYS)], attendance=people, **FULL_FACTS)
        meeting.attendance.update(grade=Grade.QUALIFIED)
    if Kind.THEME_DAY in kinds_for(branch.kind):
        for place, form in enumerate(ThemeForm):
            make_meeting(
                branch,
                Kind.THEME_DAY,
                Kind.STUDY,
                theme_form=form,
                held_on=DAYS[place % len(DAYS)],
                attendance=people,
            )


def everywhere():
    return Branch.objects.all()


def holds(figure: Figure, row: Model, period: Period = HALF, scope=None) -> bool:
    rows = figure.rows(everywhere() if scope is None else scope, period)
    return rows.order_by().filter(pk=row.pk).exists()


def number(figure: Figure, scope, period: Period):
    """The value as a number: lists by their length, breakdowns by their sum."""
    value = figure.value(scope, period)
    if isinstance(figure.how, By):
        return sum(each["count"] for each in value)
    return len(value) if isinstance(figure.how, Listing) else value


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def one_row(figure: Figure) -> Model:
    return figure.rows(everywhere(), HALF).order_by("pk").first()


def change(row: Model, **facts) -> None:
    type(row)._base_manager.filter(pk=row.pk).update(**facts)


def flows() -> list[Figure]:
    return [each for each in catalogue() if each.nature is Nature.FLOW]


# --- the whole catalogue ----------------------------------------------------------------------------------------------


def test_every_key_has_a_hand_counted_case():
    assert {each.key for each in catalogue()} - counted_keys() == set()


def test_at_least_twenty_five_figures():
    assert len(catalogue()) >= 25


def test_every_figure_says_what_it_is():
    unclear = [
        each.key
        for each in catalogue()
        if not each.definition.endswith("。") or not each.definition.startswith(("本期", "期末"))
    ]
    assert unclear == []


def test_the_busy_world_has_rows_of_known_models_for_every_figure(busy):
    assert [each.key for each in catalogue() if not each.rows(everywhere(), HALF).exists()] == []
    assert {each.rows(everywhere(), HALF).model for each in catalogue()} <= MODELS


def test_an_empty_scope_gives_nothing(busy):
    empty = {Rows: 0, Total: 0, Ratio: None, Cleared: None, By: [], Listing: []}
    values = {each.key: each.value(Branch.objects.none(), HALF) for each in catalogue()}
    assert values == {each.key: empty.get(type(each.how), 0) for each in catalogue()}


def test_flows_of_a_half_year_are_those_of_its_quarters_and_months(busy):
    wrong = {}
    for figure in flows():
        if not (figure.additive or isinstance(figure.how, By | Listing)):
            continue
        whole = number(figure, everywhere(), HALF)
        parts = [
            sum(number(figure, everywhere(), part) for part in HALF.split(span))
            for span in (Span.QUARTER, Span.MONTH)
        ]
        if parts != [whole, whole]:
            wrong[figure.key] = (whole, parts)
    assert wrong == {}


def test_the_committees_number_is_the_sum_of_its_organisations(busy):
    wrong = {}
    for figure in catalogue():
        if figure.additive:
            each = [figure.value(Branch.objects.filter(pk=branch.pk), HALF) for branch in everywhere()]
            if sum(each) != figure.value(everywhere(), HALF):
                wrong[figure.key] = (each, figure.value(everywhere(), HALF))
    assert wrong == {}


SCOPES = ("everywhere", "root", "office", "a", "nothing")


def scope_called(world: World, name: str):
    if name in ("everywhere", "nothing"):
        return everywhere() if name == "everywhere" else Branch.objects.none()
    return Branch.objects.within(getattr(world, name))


@pytest.mark.parametrize("name", SCOPES)
@pytest.mark.parametrize("codes", [("2026H1",), ("2026H1", "2025H1", "2025H2"), ("2026", "2026Q1", "202603", "2026H1")])
def test_counted_together_is_the_same_as_one_by_one(busy, name, codes):
    """Also for periods that overlap."""
    scope, periods = scope_called(busy, name), [Period.parse(code) for code in codes]
    found = tally(catalogue(), scope, periods)
    one_by_one = {(each.key, period.code): each.value(scope, period) for each in catalogue() for period in periods}
    assert {place: each.value for place, each in found.items()} == one_by_one
    if name != "nothing":
        assert sum(bool(value) for value in one_by_one.values()) > len(catalogue()) // 2


@pytest.mark.parametrize("name", SCOPES)
def test_the_rows_counted_together_are_the_source_rows(busy, name):
    scope = scope_called(busy, name)
    found = tally(catalogue(), scope, [HALF], keys=True)
    rows = {(each.key, HALF.code): sorted(each.rows(scope, HALF).order_by().values_list("pk", flat=True)) for each in catalogue()}
    assert {place: each.keys for place, each in found.items()} == rows


def test_counting_together_takes_few_queries_whatever_the_periods(busy):
    def queries_of(*codes: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            tally(catalogue(), everywhere(), [Period.parse(code) for code in codes])
        return len(queries)

    assert [queries_of("2026H1"), queries_of("2026H1", "2025H1", "2025H2")] == [37, 37]


def test_a_meeting_at_hand_is_judged_as_the_database_judges_it(busy):
    wrong, judged = [], 0
    own = [each for each in catalogue() if each.ground.model is Meeting]
    with undone():
        _hold_all_kinds(busy.farm, [busy.members["member"]])
        Meeting.objects.filter(branch=busy.farm).update(self_criticisms=0, mutual_criticisms=None, theme_form="", by_leader=False)
        Meeting.objects.filter(pk=Meeting.objects.first().pk).update(state="voided", void_reason="重复登记")
        inside = {each.key: set(each.rows(everywhere(), HALF).values_list("pk", flat=True)) for each in own}
        for meeting in Meeting.objects.prefetch_related("kinds"):
            held = [each.key for each in figures_holding(meeting, HALF, {"kinds__kind": meeting.kind_codes})]
            judged += len(held)
            wrong += [(meeting.pk, held)] * (held != [each.key for each in own if meeting.pk in inside[each.key]])
    assert wrong == []
    assert judged > 100


def test_a_row_that_would_count_once_for_each_of_several_kinds_is_refused(busy):
    twice = replace(find_figure("meetings.study"), demand=lambda period: (Q(kinds__kind__in=[Kind.STUDY, Kind.THEME_DAY]),))
    with pytest.raises(ValueError, match="once for each of several kinds"):
        tally([twice], everywhere(), [HALF])


def test_a_ratio_is_over_all_rows_and_not_the_mean_of_branches(busy):
    figure = find_figure("attendance.rate_congress")
    with undone():
        make_meeting(busy.farm, Kind.CONGRESS, expected_count=1, present_count=0)
        assert str(figure.value(everywhere(), HALF)) == "80.0"


def test_the_same_number_of_queries_whatever_the_rows(busy):
    def queries_of(figure: Figure) -> int:
        with CaptureQueriesContext(connection) as queries:
            figure.value(everywhere(), HALF)
        return len(queries)

    before = {each.key: queries_of(each) for each in catalogue()}
    with undone():
        _hold_all_kinds(busy.farm, [make_member(busy.farm) for _ in range(5)])
        for role in ("leader", "staff"):
            make_post(make_account(), busy.root, role)
        make_group(busy.farm)
        after = {each.key: queries_of(each) for each in catalogue()}
    assert before == after == {each.key: 1 for each in catalogue()}


def test_figures_of_the_committee_alone_are_marked(busy):
    """A committee's figure says nothing of a single branch: a plain branch has no rows of it."""
    leaf = Branch.objects.filter(pk=busy.a.pk)
    bureau = [
        each
        for each in catalogue()
        if each.level is Level.COMMITTEE and each.rows(leaf, HALF).model is Meeting
    ]
    assert {each.key: each.rows(leaf, HALF).count() for each in bureau} == {each.key: 0 for each in bureau}


# --- one row at a time: in or out as declared -------------------------------------------------------------------------


def meeting_of(row: Model) -> Meeting | None:
    return row if isinstance(row, Meeting) else getattr(row, "meeting", None)


def of_meetings() -> list[Figure]:
    return [each for each in flows() if each.rows(Branch.objects.none(), HALF).model in (Meeting, Attendance)]


@pytest.mark.parametrize(
    "facts", [{"state": "draft"}, {"state": "voided", "void_reason": "重复登记"}], ids=["draft", "voided"]
)
def test_drafts_and_voided_meetings_are_out(busy, facts):
    wrong = []
    for figure in of_meetings():
        row = one_row(figure)
        with undone():
            change(meeting_of(row), **facts)
            if holds(figure, row):
                wrong.append(figure.key)
    assert wrong == []


ENDS = [
    (HALF.start - timedelta(days=1), False),
    (HALF.start, True),
    (HALF.last_day, True),
    (HALF.stop, False),
]


def change_joining(row: Model, day: date) -> bool:
    """A row of 发展党员 on another day; whether it is one."""
    match row:
        case StepRecord():
            change(row, done_on=day)
        case ThoughtReport():
            change(row, handed_on=day)
        case Trainee():
            change(row.training, start_on=day, stop_on=day)
        case _:
            return False
    return True


DATED = {DueLine: "month", Payment: "paid_on", Remittance: "sent_on"}


def begin_or_end(row: Model, key: str) -> str:
    """The column of a dated row by which a flow counts it: the one that lies in the half-year."""
    if type(row) in DATED:
        return DATED[type(row)]
    if key in BEGINS or isinstance(row, Award):
        return BEGINS.get(key, "awarded_on")
    if isinstance(row, BranchEvent):
        return "day"
    start, stop = (
        ("founded_on", "dissolved_on") if isinstance(row, Branch | PartyGroup) else ("start_on", "stop_on")
    )
    ended = getattr(row, stop)
    return stop if ended is not None and ended in HALF and getattr(row, start) not in HALF else start


@pytest.mark.parametrize(("day", "counts"), ENDS, ids=["day-before", "first-day", "last-day", "day-after"])
def test_a_flow_counts_the_first_and_the_last_day_and_no_other(busy, day, counts):
    wrong = []
    for figure in flows():
        row = one_row(figure)
        meeting = meeting_of(row)
        with undone():
            if not change_joining(row, day):
                column = "held_on" if meeting else begin_or_end(row, figure.key)
                if isinstance(row, DueLine):  # each month of a person is there once
                    DueLine.objects.filter(member=row.member_id, month=day.replace(day=1)).update(month=date(2030, 1, 1))
                change(meeting or row, **{column: day.replace(day=1) if column == "month" else day})
            if holds(figure, row) is not counts:
                wrong.append(figure.key)
    assert wrong == []


def stocks() -> list[tuple[Figure, date]]:
    """Figures of a day and that day."""
    return [
        (each, HALF.last_day if each.nature is Nature.STOCK else HALF.start)
        for each in catalogue()
        if each.nature is not Nature.FLOW
    ]


@pytest.mark.parametrize(
    ("which", "shift", "counts"),
    [("begin", 0, True), ("begin", 1, False), ("end", 0, False), ("end", 1, True)],
    ids=["begins-that-day", "begins-next-day", "ends-that-day", "ends-next-day"],
)
def test_a_stock_holds_who_is_there_on_its_day(busy, which, shift, counts):
    wrong = []
    for figure, day in stocks():
        row = figure.rows(everywhere(), HALF).order_by("pk").first()
        begin, end, later = (
            ("founded_on", "dissolved_on", 0)
            if isinstance(row, Branch | PartyGroup)
            else ENDS_WITH.get(type(row), ("start_on", "stop_on", 0))
        )
        at = day + timedelta(days=shift - (later if which == "begin" else 0))
        leaving = {Membership: {"stop_reason": "died"}, Transfer: {"state": "accepted"}}.get(type(row), {})
        with undone():
            change(
                row,
                **(
                    {begin: at, end: None}
                    if which == "begin"
                    else {begin: date(2020, 1, 1), end: at} | leaving
                ),
            )
            if holds(figure, row) is not counts:
                wrong.append(figure.key)
    assert wrong == []


def test_a_foreign_branch_is_out(busy):
    """Each row counts in the organisation it belongs to and in no other."""
    wrong = []
    for figure in catalogue():
        row = one_row(figure)
        home = meeting_of(row) or row
        home_pk = home.pk if isinstance(home, Branch) else home.branch_id
        inside = holds(figure, row, scope=Branch.objects.filter(pk=home_pk))
        outside = holds(figure, row, scope=Branch.objects.exclude(pk=home_pk))
        if (inside, outside) != (True, False):
            wrong.append((figure.key, inside, outside))
    assert wrong == []
