"""The acts on terms, seats and elections: what they write, what they refuse, and that a void election leaves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction

from branches.accounts.models import Post
from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting
from branches.models import RuleSetting
from branches.terms import elections, services
from branches.terms.elections import Sheet
from branches.terms.models import Candidate, Election, Seat, Term
from branches.terms.naming import Named, read_people
from branches.terms.verification import election_days, term_days
from members.models import Member
from partywork.errors import NotAllowed, RuleViolation, StaleVersion
from partywork.keeping.checks import Asked
from tests.factories import make_meeting, make_member, make_term

pytestmark = pytest.mark.django_db
TODAY, HELD = date(2026, 11, 24), date(2026, 6, 10)


@pytest.fixture
def place(world):
    """Branch A with a term in office, a recorded congress of nine electors, eight of them there."""
    people = [world.members[name] for name in ("member", "colleague", "group_leader", "secretary", "former", "leader")]
    people += [make_member(world.a, f"选举人{number}") for number in range(3)]
    rows = [(member, "present") for member in people[:-1]] + [(people[-1], "leave")]
    meeting = make_meeting(world.a, Kind.CONGRESS, attendance=rows, held_on=HELD)
    term = make_term(world.a, number=2, elected_on=date(2023, 6, 10), people={"secretary": people[3], "organisation": people[0]})
    return world, people, meeting, term


def sheet_of(people, congress, **facts) -> Sheet:
    votes = (8, 8, 7, 1)
    offices = ("secretary", "organisation", "publicity", "commissioner")
    names = tuple(Named(member.pk, office, count) for member, office, count in zip(people, offices, votes, strict=False))
    return replace(Sheet(kind="renewal", method="differential", places=3, issued=8, returned=8, spoilt=0, candidates=names,
                         meeting=congress, number=3), **facts)  # fmt: skip


def record(world, sheet, who="secretary") -> Election:
    return elections.record_election(actor=world[who], branch=world.a, sheet=sheet, today=TODAY)


def end_seat(**given):
    return services.end_seat(version=Term.objects.get(pk=given["seat"].term_id).version, **given)


def change_office(**given):
    return services.change_office(version=Term.objects.get(pk=given["seat"].term_id).version, **given)


def seats(term) -> set[tuple]:
    rows = term.seats.values_list("office", "member__name", "start_on", "stop_on", "start_reason", "stop_reason")
    return set(rows)


def test_a_renewal_ends_the_old_term_and_seats_who_is_elected(place):
    world, people, meeting, old = place
    election = record(world, sheet_of(people, meeting))
    old.refresh_from_db()
    new = election.term
    assert (election.state, election.passing, election.expected, election.present) == ("held", 5, None, None)
    assert (old.ended_on, old.due_on) == (HELD, HELD)
    assert {stop for *_, stop, _, _ in seats(old)} == {HELD}
    assert (new.number, new.elected_on, new.term_end, new.due_on, new.ended_on) == (
        3,
        HELD,
        date(2029, 6, 10),
        date(2029, 6, 10),
        None,
    )
    assert seats(new) == {
        ("secretary", "李平", HELD, None, "elected", ""),
        ("organisation", "周彤", HELD, None, "elected", ""),
        ("publicity", "吴芳", HELD, None, "elected", ""),
    }
    assert list(Candidate.objects.filter(election=election).values_list("elected", flat=True)) == [True, True, True, False]


def test_rights_are_left_alone(place):
    """Posts are the keeper's: an election neither starts nor ends one."""
    world, people, meeting, _ = place
    before = set(Post.objects.values_list("pk", "stop_on"))
    record(world, sheet_of(people, meeting))
    assert set(Post.objects.values_list("pk", "stop_on")) == before


def test_places_left_are_vacant_and_the_tied_vote_again(place):
    world, people, meeting, _ = place
    names = tuple(Named(member.pk, "commissioner", votes) for member, votes in zip(people, (6, 5, 5, 0), strict=False))
    election = record(world, sheet_of(people, meeting, places=2, candidates=names))
    assert [(row.elected, row.tied) for row in election.candidates.all()] == [
        (True, False),
        (False, True),
        (False, True),
        (False, False),
    ]
    assert seats(election.term) == {
        ("commissioner", "李平", HELD, None, "elected", ""),
        ("commissioner", None, HELD, None, "vacant", ""),
    }


def test_an_invalid_election_is_kept_and_changes_nothing(place):
    world, people, meeting, old = place
    election = record(world, sheet_of(people, meeting, returned=9))
    old.refresh_from_db()
    assert (election.state, election.term, old.ended_on, Term.objects.count()) == ("invalid", None, None, 1)
    assert not election.candidates.filter(elected=True).exists()


def test_too_few_electors_make_it_invalid(place):
    world, people, _, _ = place
    rows = [(member, "present") for member in people[:7]] + [(member, "absent") for member in people[7:]]
    short = make_meeting(world.a, Kind.CONGRESS, attendance=rows, held_on=date(2026, 7, 1))
    sheet = sheet_of(people, short, issued=7, returned=7, candidates=(Named(people[0].pk, "secretary", 7),), places=1)
    assert record(world, sheet).state == "invalid"


def test_the_organisations_own_denominator(place):
    """Five of eight present, nine expected: elected by those present, and by those expected as well; four of neither."""
    world, people, meeting, _ = place
    RuleSetting.objects.create(
        rule_id="VOTE-5", figures={"base": "expected"}, valid_from=date(2020, 1, 1), set_by=world["staff"], reason="x"
    )
    sheet = sheet_of(people, meeting, places=1, method="equal", candidates=(Named(people[0].pk, "secretary", 4),))
    election = record(world, sheet)
    assert (election.passing, election.candidates.get().elected) == (5, False)


REFUSED = [
    ({"meeting": None}, "请选择进行选举的党员大会"), ({"number": 2}, "第2届已经登记"), ({"issued": 9}, "不能多于到会"),
    ({"candidates": ()}, "请填写候选人"), ({"kind": "by", "places": 1}, "得票合计"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "words"), REFUSED)
def test_what_cannot_be_is_refused_whole(place, facts, words):
    world, people, meeting, old = place
    with pytest.raises(RuleViolation, match=words):
        record(world, sheet_of(people, meeting, **facts))
    old.refresh_from_db()
    assert (old.ended_on, Election.objects.count(), Term.objects.count()) == (None, 0, 1)


def test_another_branchs_meeting_and_another_kind_are_refused(place):
    world, people, _, _ = place
    for wrong in (
        make_meeting(world.b, Kind.CONGRESS),
        make_meeting(world.a, Kind.STUDY),
        make_meeting(world.a, Kind.CONGRESS, state="voided", void_reason="x"),
    ):
        with pytest.raises(RuleViolation, match="只能选择本支部"):
            record(world, sheet_of(people, wrong))


def test_two_secretaries_cannot_be_elected(place):
    world, people, meeting, _ = place
    names = (Named(people[0].pk, "secretary", 8), Named(people[1].pk, "secretary", 7))
    with pytest.raises(RuleViolation, match="两名书记"):
        record(world, sheet_of(people, meeting, places=2, candidates=names))
    assert Election.objects.count() == 0


def test_a_general_branch_tells_its_own_numbers(world):
    people = [world.members["secretary"], world.members["neighbour"]]
    sheet = Sheet(
        kind="renewal",
        method="equal",
        places=1,
        issued=9,
        returned=9,
        spoilt=0,
        number=1,
        held_on=HELD,
        expected=10,
        present=9,
        candidates=(Named(people[0].pk, "secretary", 8),),
    )
    election = elections.record_election(actor=world["staff"], branch=world.office, sheet=sheet, today=TODAY)
    assert (election.kind, election.electors, election.term.number) == ("first", (10, 9), 1)
    with pytest.raises(RuleViolation, match="不登记党员大会"):
        elections.record_election(
            actor=world["staff"], branch=world.office, sheet=replace(sheet, meeting=make_meeting(world.a)), today=TODAY
        )


def test_a_by_election_fills_the_vacancy(place):
    world, people, meeting, term = place
    end_seat(
        actor=world["secretary"], seat=term.seats.get(office="organisation"), day=date(2026, 5, 1), reason="moved", today=TODAY
    )
    sheet = sheet_of(
        people, meeting, kind="by", number=None, places=1, method="equal", candidates=(Named(people[1].pk, "organisation", 8),)
    )
    election = record(world, sheet)
    assert election.term == term
    assert seats(term) == {
        ("secretary", "赵敏", date(2023, 6, 10), None, "entered", ""),
        ("organisation", "李平", date(2023, 6, 10), date(2026, 5, 1), "entered", "moved"),
        ("organisation", None, date(2026, 5, 1), HELD, "vacant", "filled"),
        ("organisation", "周彤", HELD, None, "elected", ""),
    }


def test_a_by_election_needs_a_term(world):
    meeting = make_meeting(world.a, Kind.CONGRESS, attendance=[world.members["member"]])
    with pytest.raises(RuleViolation, match="还没有登记现任届次"):
        record(world, sheet_of([world.members["member"]], meeting, kind="by", places=1))


# --- the answer from above ------------------------------------------------------------------------------------------------


def test_approval_once_and_not_of_oneself(place):
    world, people, meeting, _ = place
    election = record(world, sheet_of(people, meeting))
    given = {"election": election, "document": "林党〔2026〕5号", "today": TODAY}
    with pytest.raises(NotAllowed):
        elections.approve_election(actor=world["secretary"], day=HELD, **given)
    with pytest.raises(RuleViolation, match="批复日期应在"):
        elections.approve_election(actor=world["staff"], day=date(2026, 6, 9), **given)
    Member.objects.filter(pk=world.members["staff"].pk).update(account=None)
    Member.objects.filter(pk=people[1].pk).update(account=world["staff"])
    with pytest.raises(RuleViolation, match="自己当选"):
        elections.approve_election(actor=world["staff"], day=HELD, **given)
    Member.objects.filter(pk=people[1].pk).update(account=None)
    elections.approve_election(actor=world["staff"], day=HELD, **given)
    with pytest.raises(RuleViolation, match="已批复"):
        elections.approve_election(actor=world["staff"], day=HELD, **given)


STATES = [("held", True, True), ("approved", False, False), ("invalid", False, True), ("voided", False, False)]


@pytest.mark.parametrize(("state", "approves", "voids"), STATES)
def test_every_state_and_every_act(place, state, approves, voids):
    world, people, meeting, _ = place
    election = record(world, sheet_of(people, meeting, returned=9 if state == "invalid" else 8))
    facts = {"approved": {"approved_on": HELD, "approval_document": "文"}, "voided": {"void_reason": "x"}}.get(state, {})
    Election.objects.filter(pk=election.pk).update(state=state, **facts)
    acts = (
        (
            approves,
            lambda: elections.approve_election(actor=world["staff"], election=election, day=HELD, document="文", today=TODAY),
        ),
        (voids, lambda: services.void_election(actor=world["secretary"], election=election, reason="抄错")),
    )
    for may, act in acts:
        if may:
            with transaction.atomic():
                act()
                transaction.set_rollback(True)
        else:
            with pytest.raises(RuleViolation):
                act()


# --- taking back ------------------------------------------------------------------------------------------------------------


def everything() -> tuple:
    return tuple(tuple(sorted(map(str, model.objects.values_list()))) for model in (Term, Seat))


def test_a_void_renewal_leaves_everything_as_it_was(place):
    world, people, meeting, _ = place
    before = everything()
    election = record(world, sheet_of(people, meeting))
    services.void_election(actor=world["secretary"], election=election, reason="选错了会议")
    assert everything() == before
    assert Election.objects.values_list("state", "term", "void_reason").get() == ("voided", None, "选错了会议")


def test_a_void_by_election_opens_the_vacancy_again(place):
    world, people, meeting, term = place
    end_seat(
        actor=world["secretary"], seat=term.seats.get(office="organisation"), day=date(2026, 5, 1), reason="moved", today=TODAY
    )
    before = everything()
    sheet = sheet_of(
        people, meeting, kind="by", number=None, places=1, method="equal", candidates=(Named(people[1].pk, "organisation", 8),)
    )
    services.void_election(actor=world["secretary"], election=record(world, sheet), reason="票数抄错")
    assert everything() == before


def test_an_election_on_which_something_was_built_stays(place):
    world, people, meeting, _ = place
    election = record(world, sheet_of(people, meeting))
    seat = election.term.seats.get(office="publicity")
    end_seat(actor=world["secretary"], seat=seat, day=date(2026, 7, 1), reason="resigned", today=TODAY)
    with pytest.raises(RuleViolation, match="选举之后本届又有"):
        services.void_election(actor=world["secretary"], election=election, reason="抄错")


# --- terms and seats ----------------------------------------------------------------------------------------------------------


def test_a_delay_moves_the_day_and_a_stale_form_is_told(place):
    world, _, _, term = place
    given = {"term": term, "extension_document": "林党〔2026〕1号", "extension_reason": "机构改革"}
    with pytest.raises(RuleViolation, match="不超过12个月"):
        services.extend_term(actor=world["staff"], version=1, extended_until=date(2027, 6, 11), **given)
    services.extend_term(actor=world["staff"], version=1, extended_until=date(2027, 6, 10), **given)
    term.refresh_from_db()
    assert (term.term_end, term.due_on) == (date(2026, 6, 10), date(2027, 6, 10))
    with pytest.raises(StaleVersion):
        services.extend_term(actor=world["staff"], version=1, extended_until=date(2027, 6, 10), **given)
    with pytest.raises(NotAllowed):
        services.extend_term(actor=world["secretary"], version=2, extended_until=date(2027, 6, 10), **given)


def test_terms_do_not_overlap(place):
    world, people, _, _ = place
    given = {
        "actor": world["secretary"],
        "branch": world.a,
        "years": 3,
        "people": [Named(people[0].pk, "secretary", None)],
        "today": TODAY,
    }
    for facts, words in (
        ({"number": 1, "elected_on": date(2021, 1, 1)}, "重叠"),
        ({"number": 2, "elected_on": date(2021, 1, 1)}, "第2届已经登记"),
        ({"number": 1, "elected_on": date(2021, 1, 1), "ended_on": date(2023, 6, 11)}, "重叠"),
        ({"number": 1, "elected_on": date(2019, 1, 1), "ended_on": date(2023, 6, 10)}, "成立日期"),
        ({"number": 3, "elected_on": date(2026, 11, 25)}, "不能晚于今天"),
    ):
        with pytest.raises(RuleViolation, match=words):
            services.enter_term(**given, **facts)
    past = services.enter_term(**given, number=1, elected_on=date(2020, 6, 10), ended_on=date(2023, 6, 10))
    assert (past.due_on, past.seats.get().stop_on) == (date(2023, 6, 10), date(2023, 6, 10))


def test_correcting_the_day_of_an_election_moves_term_and_seats(place):
    world, _, _, term = place
    services.edit_term(
        actor=world["secretary"], term=term, version=1, number=2, elected_on=date(2023, 7, 1), years=3, note="", today=TODAY
    )
    term.refresh_from_db()
    assert (term.term_end, term.due_on, {row.start_on for row in term.seats.all()}) == (
        date(2026, 7, 1),
        date(2026, 7, 1),
        {date(2023, 7, 1)},
    )


def test_the_day_of_a_recorded_election_is_the_congresss(place):
    world, people, meeting, _ = place
    term = record(world, sheet_of(people, meeting)).term
    with pytest.raises(RuleViolation, match="取自登记的选举"):
        services.edit_term(
            actor=world["secretary"], term=term, version=1, number=3, elected_on=date(2026, 6, 11), years=3, note="", today=TODAY
        )


def test_leaving_changing_and_appointing(place):
    world, people, _, term = place
    who, day = world["secretary"], date(2026, 5, 1)
    secretary, other = term.seats.get(office="secretary"), term.seats.get(office="organisation")
    with pytest.raises(RuleViolation, match="已有书记"):
        change_office(actor=who, seat=other, office="secretary", day=day, today=TODAY)
    end_seat(actor=who, seat=secretary, day=day, reason="moved", today=TODAY)
    change_office(actor=who, seat=other, office="secretary", day=day, today=TODAY, document="支委会")
    vacant = term.seats.vacant().get()
    assert vacant.office == "organisation"
    with pytest.raises(RuleViolation, match="已有职务"):
        services.appoint_to_seat(actor=who, seat=vacant, member=people[0], day=day, document="文", today=TODAY)
    with pytest.raises(RuleViolation, match="空缺只能"):
        end_seat(actor=who, seat=vacant, day=day, reason="moved", today=TODAY)
    services.appoint_to_seat(
        actor=who, seat=vacant, member=people[1], day=date(2026, 5, 2), document="林党〔2026〕7号", today=TODAY
    )
    assert {(seat.office, seat.member.name) for seat in term.seats.open().select_related("member")} == {
        ("secretary", "李平"),
        ("organisation", "周彤"),
    }
    with pytest.raises(RuleViolation, match="结束，请查看最新情况"):
        end_seat(actor=who, seat=secretary, day=day, reason="moved", today=TODAY)


def test_two_acts_on_one_term_from_the_same_page(place):
    """The second is told that somebody was first, and nothing of it is kept."""
    world, _, _, term = place
    given = {"actor": world["secretary"], "version": 1, "day": date(2026, 5, 1), "today": TODAY}
    services.end_seat(seat=term.seats.get(office="organisation"), reason="moved", **given)
    with pytest.raises(StaleVersion):
        services.end_seat(seat=term.seats.get(office="secretary"), reason="moved", **given)
    assert term.seats.vacant().count() == 1


def test_dropping_a_vacancy(place):
    world, _, _, term = place
    end_seat(actor=world["secretary"], seat=term.seats.get(office="organisation"), day=HELD, reason="died", today=TODAY)
    end_seat(
        actor=world["secretary"], seat=term.seats.vacant().get(), day=HELD, reason="dropped", today=TODAY, document="党员大会"
    )
    assert not term.seats.vacant().exists()


# --- names, checks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found", "faults"),
    [
        ("李平 18 书记\n周彤，组织委员，17票", [("secretary", 18), ("organisation", 17)], 0),
        ("18票 纪检委员 李平", [("discipline", 18)], 0),
        ("李平", [], 1),
        ("张三 9", [], 1),
        ("李平 9\n李平 8", [("commissioner", 9), ("commissioner", 8)], 1),
        ("沈新 9", [], 1),
        ("", [], 1),
    ],
)
def test_reading_names(world, text, found, faults):
    people, told = read_people(world.a, HELD, text, votes=True)
    assert ([(each.office, each.votes) for each in people], len(told)) == (found, faults)


def test_verify_sees_a_wrong_day_and_a_voided_congress(place):
    world, people, meeting, old = place
    record(world, sheet_of(people, meeting))
    assert [*term_days(Asked()), *election_days(Asked())] == []
    Term.objects.filter(pk=old.pk).update(due_on=date(2030, 1, 1))
    Meeting.objects.filter(pk=meeting.pk).update(state="voided", void_reason="x")
    assert (len(list(term_days(Asked()))), len(list(election_days(Asked())))) == (1, 1)
