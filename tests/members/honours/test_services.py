"""Honours on their way: every state by every act, nobody decides his own, two decisions at once are one."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command
from django.db import transaction

from branches.accounts.models import Account
from branches.meetings.kinds import Kind
from branches.models import RuleSetting
from members.honours import services
from members.honours.models import Award, Example, Nomination, Quota, Round, Title
from members.models import Member
from partywork.errors import NotAllowed, RuleViolation, StaleVersion
from tests.blank import copy_blank
from tests.cast import draw_world
from tests.factories import make_meeting
from tests.partywork import engines

TODAY = date(2026, 11, 24)
NOTICE, START, END, DECIDED = date(2026, 5, 6), date(2026, 6, 15), date(2026, 6, 22), date(2026, 6, 29)


def draw_round(world, **facts) -> Round:
    facts = {
        "name": "七一",
        "year": 2026,
        "notice": "林党〔2026〕3号",
        "notice_on": NOTICE,
        "nominate_by": date(2026, 6, 5),
    } | facts
    return Round.objects.create(**facts)


def draw_nomination(world, row, who="member", state="recommended", title=None) -> Nomination:
    title = title or Title.objects.get_or_create(name="优秀共产党员", category="member")[0]
    Quota.objects.get_or_create(round=row, branch=world.a, title=title, defaults={"places": 2})
    meeting = make_meeting(world.a, Kind.COMMITTEE, held_on=date(2026, 5, 20), created_by=world["secretary"])
    return Nomination.objects.create(round=row, title=title, branch=world.a, member=world.members[who] if who else None, meeting=meeting,
                                     story="事迹", state=state, reason="x" if state in ("refused", "withdrawn") else "",
                                     created_by=world["secretary"])  # fmt: skip


@pytest.fixture
def row(world):
    return draw_round(world)


def decide(world, row, who="staff", version=1, on=DECIDED):
    return services.decide_round(
        actor=world[who], row=row, version=version, decided_on=on, document="林党〔2026〕6号", today=TODAY
    )


def publish(world, row, start=START, end=END, version=1):
    return services.publish_round(actor=world["staff"], row=row, version=version, publicity_start=start, publicity_end=end)


# --- every state by every act -------------------------------------------------------------------------------------------


STATES = ("recommended", "reviewed", "publicity", "decided", "refused", "withdrawn")
ALLOWED = {"edit": {"recommended"}, "review": {"recommended"}, "withdraw": {"recommended", "reviewed"},
           "refuse": {"recommended", "reviewed", "publicity"}, "publish": {"reviewed"}, "decide": {"publicity"}}  # fmt: skip
LEADS = {
    "edit": "recommended",
    "review": "reviewed",
    "withdraw": "withdrawn",
    "refuse": "refused",
    "publish": "publicity",
    "decide": "decided",
}


def do(world, act: str, nomination: Nomination) -> None:
    staff, secretary = (
        {"actor": world["staff"], "nomination": nomination},
        {"actor": world["secretary"], "nomination": nomination},
    )
    match act:
        case "edit":
            services.edit_nomination(**secretary, version=1, meeting=nomination.meeting, story="改写", today=TODAY)
        case "review":
            services.review_nomination(**staff, opinions="符合条件")
        case "withdraw":
            services.withdraw_nomination(**secretary, reason="换人")
        case "refuse":
            services.refuse_nomination(**staff, reason="有异议")
        case "publish":
            publish(world, nomination.round)
        case "decide":
            Round.objects.filter(pk=nomination.round_id).update(publicity_start=START, publicity_end=END)
            decide(world, nomination.round)


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", ALLOWED)
def test_every_state_by_every_act(world, row, act, state):
    nomination = draw_nomination(world, row, state=state)
    refused = False
    try:
        do(world, act, nomination)
    except RuleViolation:
        refused = True
    nomination.refresh_from_db()
    may = state in ALLOWED[act]
    assert nomination.state == (LEADS[act] if may else state)
    assert refused is (not may and act != "decide")  # a decision leaves alone what is not published
    assert Award.objects.filter(nomination=nomination).exists() is (act == "decide" and may)


# --- the way of a round ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_round_from_notice_to_award(world, row):
    title = Title.objects.create(name="优秀共产党员", category="member")
    party = Title.objects.create(name="先进党支部", category="branch", for_branch=True)
    services.set_quotas(actor=world["staff"], row=row, version=1, places={(world.a.pk, title.pk): 1, (world.a.pk, party.pk): 1})
    meeting = make_meeting(world.a, Kind.CONGRESS, held_on=date(2026, 5, 20))
    given = {"actor": world["secretary"], "meeting": meeting, "story": "事迹", "today": TODAY}
    person, branch = row.quotas.get(title=title), row.quotas.get(title=party)
    first = services.nominate(quota=person, member=world.members["member"], **given)
    with pytest.raises(RuleViolation, match="名额已经用完"):
        services.nominate(quota=person, member=world.members["colleague"], **given)
    second = services.nominate(quota=branch, member=None, **given)
    with pytest.raises(RuleViolation, match="没有审查"):
        publish(world, row, version=2)
    for each in (first, second):
        services.review_nomination(actor=world["staff"], nomination=each, opinions="符合条件")
    publish(world, row, version=2)
    with pytest.raises(RuleViolation, match="公示到"):
        decide(world, row, version=3, on=END)
    decide(world, row, version=3)
    assert set(
        Award.objects.values_list("title__name", "member__name", "branch__short_name", "awarded_on", "given_by", "document")
    ) == {
        ("优秀共产党员", "李平", "一支部", DECIDED, "中共云溪县林业局机关委员会", "林党〔2026〕6号"),
        ("先进党支部", None, "一支部", DECIDED, "中共云溪县林业局机关委员会", "林党〔2026〕6号"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("end", "fine"), [(date(2026, 6, 18), False), (date(2026, 6, 22), True)])
def test_publicity_counts_working_days_by_the_calendar(world, row, end, fine):
    """15 to 18 June are four; 19 to 21 are the Dragon Boat holiday of 2026; the 22nd is the fifth."""
    draw_nomination(world, row, state="reviewed")
    if fine:
        publish(world, row, end=end)
    else:
        with pytest.raises(RuleViolation, match="不足5个工作日"):
            publish(world, row, end=end)


@pytest.mark.django_db
def test_publicity_by_the_organisations_own_days(world, row):
    draw_nomination(world, row, state="reviewed")
    RuleSetting.objects.create(
        rule_id="HON-1", figures={"days": 3}, valid_from=date(2026, 1, 1), set_by=world["staff"], reason="本单位办法"
    )
    assert publish(world, row, end=date(2026, 6, 17)).publicity_end == date(2026, 6, 17)


@pytest.mark.django_db
def test_who_and_where_is_checked(world, row):
    draw_nomination(world, row)
    quota = Quota.objects.get()
    given = {"actor": world["secretary"], "quota": quota, "story": "事迹", "today": TODAY}
    here, elsewhere = make_meeting(world.a, held_on=date(2026, 5, 20)), make_meeting(world.b, held_on=date(2026, 5, 20))
    early = make_meeting(world.a, held_on=date(2026, 5, 5))
    for facts, words in (
        ({"member": world.members["neighbour"], "meeting": here}, "名册"),
        ({"member": None, "meeting": here}, "请选择推荐对象"),
        ({"member": world.members["colleague"], "meeting": elsewhere}, "只能选择本组织"),
        ({"member": world.members["colleague"], "meeting": early}, "通知日期"),
        ({"member": world.members["member"], "meeting": here}, "已推荐同一对象"),
        ({"member": world.members["colleague"], "meeting": here, "story": "长" * 1501}, "最多1500"),
    ):
        with pytest.raises(RuleViolation, match=words):
            services.nominate(**given | facts)
    with pytest.raises(NotAllowed):
        services.nominate(**given | {"actor": world["neighbour"], "member": world.members["colleague"], "meeting": here})


@pytest.mark.django_db
def test_a_quota_is_not_less_than_what_is_recommended(world, row):
    nomination = draw_nomination(world, row)
    with pytest.raises(RuleViolation, match="名额不能更少"):
        services.set_quotas(actor=world["staff"], row=row, version=1, places={(world.a.pk, nomination.title_id): 0})


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["review", "publish", "decide"])
def test_nobody_decides_his_own(world, row, act):
    """The office's own clerk is recommended: somebody else must act."""
    nomination = draw_nomination(world, row, state={"review": "recommended", "publish": "reviewed", "decide": "publicity"}[act])
    Member.objects.filter(pk=world.members["staff"].pk).update(account=None)
    Member.objects.filter(pk=nomination.member_id).update(account=world["staff"])
    with pytest.raises(RuleViolation, match="请由其他工作人员办理"):
        do(world, act, nomination)


# --- deciding twice -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_second_decision_is_refused(world, row):
    draw_nomination(world, row, state="publicity")
    Round.objects.filter(pk=row.pk).update(publicity_start=START, publicity_end=END)
    decide(world, row)
    with pytest.raises(StaleVersion):
        decide(world, row)
    with pytest.raises(RuleViolation, match="已于"):
        decide(world, row, version=2)
    assert Award.objects.count() == 1


def prepared(world) -> Round:
    row = draw_round(world, publicity_start=START, publicity_end=END)
    for who in ("member", "colleague"):
        draw_nomination(world, row, who=who, state="publicity")
    return row


def race(database, act) -> list:
    with database.in_use(), transaction.atomic():
        world = draw_world()
        row = prepared(world)
        staff = world["staff"].pk

    def run(number: int):
        return act(Account.objects.get(pk=staff), Round.objects.get(pk=row.pk))

    outcomes = database.at_once(4, run)
    with database.in_use():
        return [type(each).__name__ for each in outcomes] + [
            Award.objects.count(),
            Nomination.objects.filter(state="decided").count(),
        ]


def decided_by(actor, row):
    return services.decide_round(actor=actor, row=row, version=1, decided_on=DECIDED, document="文", today=TODAY)


@pytest.mark.parametrize("engine", engines.ENGINES)
def test_of_four_decisions_at_once_one_stands(engine, tmp_path, django_db_blocker, django_db_setup):
    with django_db_blocker.unblock(), on_file(tmp_path) if engine == "sqlite" else on_server() as database:
        outcomes = race(database, decided_by)
    assert sorted(map(str, outcomes)) == sorted(["2", "2", "Round", "StaleVersion", "StaleVersion", "StaleVersion"])


def on_file(folder):
    copy_blank(folder / "trial.sqlite3")
    return engines.sqlite(folder)


class on_server:
    """A schema of one's own with every table in it."""

    def __enter__(self):
        self.whole = engines.postgresql()
        database = self.whole.__enter__()
        with database.in_use():
            call_command("migrate", verbosity=0)
        return database

    def __exit__(self, *error):
        return self.whole.__exit__(*error)


# --- awards, titles, examples ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_award_from_above(world):
    title = Title.objects.create(name="优秀共产党员", category="member", level="county")
    given = {
        "title": title,
        "branch": world.a,
        "awarded_on": DECIDED,
        "given_by": "县委",
        "document": "云委〔2026〕2号",
        "today": TODAY,
    }
    award = services.give_award(actor=world["secretary"], member=world.members["member"], **given)
    assert (str(award), award.figure_words()) == ("李平 县（区）级优秀共产党员", "李平（县（区）级）")
    for facts, words in (
        ({"member": world.members["member"]}, "已经登记"),
        ({"member": None}, "请填写受表彰人"),
        ({"member": world.members["secretary"]}, "由其他人登记"),
        ({"member": world.members["colleague"], "awarded_on": date(2026, 11, 25)}, "不能晚于今天"),
    ):
        with pytest.raises(RuleViolation, match=words):
            services.give_award(actor=world["secretary"], **given | facts)
    with pytest.raises(NotAllowed):
        services.void_award(actor=world["secretary"], award=award, reason="错")
    services.void_award(actor=world["staff"], award=award, reason="文号有误")
    with pytest.raises(RuleViolation, match="已经作废"):
        services.void_award(actor=world["staff"], award=award, reason="再来")


@pytest.mark.django_db
def test_a_title_in_use_keeps_its_kind(world):
    title = services.create_title(
        actor=world["staff"], name="优秀共产党员", category="member", level="bureau", for_branch=False, in_use=True
    )
    Award.objects.create(
        title=title,
        branch=world.a,
        member=world.members["member"],
        awarded_on=DECIDED,
        given_by="x",
        document="x",
        created_by=world["staff"],
    )
    facts = {"name": "优秀共产党员", "category": "worker", "level": "bureau", "for_branch": False, "in_use": True}
    with pytest.raises(RuleViolation, match="已有表彰记录"):
        services.edit_title(actor=world["staff"], title=title, version=1, **facts)
    with pytest.raises(RuleViolation, match="授予个人"):
        services.create_title(actor=world["staff"], **facts | {"for_branch": True, "name": "别的"})
    with pytest.raises(RuleViolation, match="同名"):
        services.create_title(actor=world["staff"], **facts)


@pytest.mark.django_db
def test_an_example_is_chosen_by_the_office_and_chosen_anew_after_a_change(world):
    given = {"name": "护林队", "line": "守护山林", "on": DECIDED, "today": TODAY}
    example = services.add_example(actor=world["secretary"], branch=world.a, **given)
    with pytest.raises(NotAllowed):
        services.choose_example(actor=world["secretary"], example=example, chosen=True)
    services.choose_example(actor=world["staff"], example=example, chosen=True)
    services.edit_example(actor=world["secretary"], example=example, version=1, **given | {"on": date(2026, 6, 1)})
    assert Example.objects.get().chosen is True
    services.edit_example(actor=world["secretary"], example=example, version=2, **given | {"line": "二十年守护山林"})
    assert Example.objects.get().chosen is False
