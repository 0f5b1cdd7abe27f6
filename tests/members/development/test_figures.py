"""The figures of joining, counted by hand: day before, first, last, day after; a voided row; a foreign branch."""

from datetime import date

import pytest
from django.utils import timezone

from branches.models import Branch
from members.development.models import StepRecord, ThoughtReport, Trainee, TrainingClass
from partywork.figures import find_figure
from partywork.periods import Period
from tests.development_stage import make_path
from tests.factories import make_member
from tests.figure_cases import counts

pytestmark = pytest.mark.django_db
H1 = Period.parse("2026H1")
DAYS = {"前一天": date(2025, 12, 31), "第一天": date(2026, 1, 1), "最后一天": date(2026, 6, 30), "后一天": date(2026, 7, 1)}


@pytest.fixture
def scope(world):
    return Branch.objects.filter(pk=world.b.pk)


def people(world):
    """(path, day, voided) of one person a bound, one whose row was voided, one of a foreign branch."""
    for name, day in DAYS.items():
        yield make_path(world.b, name, (), pinyin=name), day, None
    yield make_path(world.b, "作废", ()), DAYS["第一天"], timezone.now()
    yield make_path(world.farm, "外支部", ()), DAYS["第一天"], None


@counts("development.applications", "development.activists", "development.candidates", "development.extended",
        "development.activist_names", "development.extended_names")  # fmt: skip
@pytest.mark.parametrize(
    ("key", "figure", "names"),
    [("application", "applications", ""), ("activist", "activists", "activist_names"), ("candidate_consent", "candidates", ""),
     ("extension", "extended", "extended_names")],
)  # fmt: skip
def test_steps_count_on_their_day(world, scope, key, figure, names):
    for path, day, voided in people(world):
        StepRecord.objects.create(path=path, branch=path.branch, key=key, done_on=day, recorded_on=day, voided_at=voided)
    assert find_figure(f"development.{figure}").value(scope, H1) == 2
    assert find_figure(f"development.{figure}").value(Branch.objects.all(), H1) == 3
    if names:
        assert find_figure(f"development.{names}").value(scope, H1) == ["最后一天", "第一天"]


def test_a_step_counts_where_it_was_taken_although_the_person_moved_on(world, scope):
    path = make_path(world.b, "转走", ())
    StepRecord.objects.create(path=path, branch=world.b, key="activist", done_on=DAYS["第一天"], recorded_on=DAYS["第一天"])
    path.branch = world.a
    path.save()
    assert find_figure("development.activists").value(scope, H1) == 1


@counts("development.thought_reports")
def test_thought_reports_count_on_the_day_they_were_handed_in(world, scope):
    for path, day, voided in people(world):
        ThoughtReport.objects.create(path=path, branch=path.branch, handed_on=day, title="体会", voided_at=voided)
    assert find_figure("development.thought_reports").value(scope, H1) == 2


@counts("development.trained", "development.trained_names")
def test_who_was_in_two_classes_is_one_person(world, scope):
    trained = {name: make_path(world.b, name, (), pinyin=name) for name in DAYS}
    for name, day in [*DAYS.items(), ("第一天", DAYS["最后一天"])]:
        held = TrainingClass.objects.create(branch=world.root, title="班", organiser="工委", start_on=day, stop_on=day, days=1, hours=8)
        Trainee.objects.create(training=held, path=trained[name], branch=world.b)
    assert find_figure("development.trained").value(scope, H1) == 2
    assert sorted(set(find_figure("development.trained_names").value(scope, H1))) == ["最后一天", "第一天"]


@counts("development.admitted_names", "development.full_names")
@pytest.mark.parametrize(("figure", "reason"), [("admitted_names", "admitted"), ("full_names", "turned_full")])
def test_names_of_the_newly_admitted_and_of_those_turned_full(world, scope, figure, reason):
    for name, day in DAYS.items():
        make_member(world.b, name, initials=name, start_on=day, start_reason=reason)
    make_member(world.farm, "外支部", start_on=DAYS["第一天"], start_reason=reason)
    assert find_figure(f"development.{figure}").value(scope, H1) == ["最后一天", "第一天"]
