"""Bases, reductions, months, payments, batches: each act, what it refuses, what it leaves in the journal."""

from __future__ import annotations

import json
import uuid
from datetime import date
from decimal import Decimal as D

import pytest

from branches.models import Branch
from branches.rule_settings import set_rule_figures
from members.dues import payments, remitting, services
from members.dues.books import balance_of, ledgers_of
from members.dues.models import DueLine, DuesStandard, Payment
from members.dues.verification import books_agree, carried_batches_arrived, lines_follow_their_payments
from partywork.errors import NotAllowed, RuleViolation, StaleVersion
from partywork.journal.models import Entry
from partywork.keeping.checks import Asked
from partywork.periods import Period
from tests.factories import make_member
from tests.members.dues.making import TODAY, collect, give_base, line_of, make_month, manner, taken

JAN, FEB, MARCH, APRIL = (date(2026, number, 1) for number in (1, 2, 3, 4))
H1 = Period.parse("2026H1")


@pytest.fixture
def clerk(world):
    return world["secretary"]


@pytest.fixture
def people(world, clerk):
    """Everybody of branch A: one on 10000.01, one retired, one without income, the rest on 5000."""
    for name in ("member", "colleague", "group_leader", "secretary", "former", "leader", "probationer"):
        give_base(clerk, world.members[name])
    give_base(clerk, world.members["secretary"], "10000.01", reason="职务变动")
    give_base(clerk, world.members["former"], "5000.01", category="retired", reason="退休")
    give_base(clerk, world.members["leader"], category="none", reason="核实")
    return world.members


def faults() -> list[str]:
    checks = (lines_follow_their_payments, books_agree, carried_batches_arrived)
    return [fault for check in checks for fault in check(Asked())]


def dues_of(branch, month) -> dict[str, D]:
    return dict(DueLine.objects.filter(branch=branch, month=month).values_list("member__name", "due"))


# --- what is owed --------------------------------------------------------------------------------------------------------


def test_a_month_has_a_line_for_everybody_on_its_roster(world, clerk, people):
    made = make_month(clerk, world.a, MARCH)
    assert (made.new, made.changed, made.without) == (7, 0, [])
    assert dues_of(world.a, MARCH) == {
        "李平": D(50), "周彤": D(50), "吴芳": D(50), "赵敏": D(200), "卫东": D(50), "冯远": D("0.20"), "沈新": D(50)}  # fmt: skip
    again = make_month(clerk, world.a, MARCH)
    assert (again.new, again.changed, again.dropped) == (0, 0, 0)
    assert Entry.objects.filter(action="dues.month").count() == 1


def test_a_probationary_member_owes_from_the_month_of_the_congress(world, clerk, people):
    """Admitted on 15 January, after the day of collection: January is owed, in time until the end of February."""
    for month in (date(2025, 12, 1), JAN, FEB):
        make_month(clerk, world.a, month)
    lines = list(people["probationer"].due_lines.values_list("month", "due", "due_on"))
    assert lines == [(JAN, D(50), date(2026, 2, 28)), (FEB, D(50), date(2026, 2, 28))]


def test_who_moves_within_a_month_owes_it_where_he_was(world, clerk, people):
    from members.changes import move_member

    move_member(actor=world["staff"], member=people["member"], branch=world.b, group=None, day=date(2026, 3, 15), today=TODAY)
    for month in (MARCH, APRIL):
        make_month(world["staff"], world.root, month)
    assert [(line.month, line.branch) for line in people["member"].due_lines.all()] == [(MARCH, world.a), (APRIL, world.b)]


def test_who_dies_within_a_month_owes_nothing_for_it(world, clerk):
    gone = make_member(world.a, "逝者", stop_on=date(2026, 3, 20), stop_reason="died")
    out = make_member(world.a, "转出", stop_on=date(2026, 3, 20), stop_reason="transfer_out")
    for member in (gone, out):
        give_base(world["staff"], member)
    make_month(clerk, world.a, MARCH)
    assert (gone.due_lines.count(), out.due_lines.count()) == (0, 1)


def test_without_a_base_there_is_no_line_and_the_names_are_told(world, clerk):
    give_base(clerk, world.members["member"])
    made = make_month(clerk, world.a, MARCH)
    assert made.new == 1 and len(made.without) == 6
    give_base(clerk, world.members["colleague"])
    assert make_month(clerk, world.a, MARCH).new == 1


def test_a_changed_base_reckons_unpaid_months_anew_and_leaves_paid_ones(world, clerk, people):
    for month in (FEB, MARCH, APRIL):
        make_month(clerk, world.a, month)
    collect(clerk, line_of(people["member"], MARCH), day=date(2026, 3, 9))
    give_base(clerk, people["member"], "10000.01", start_on=MARCH, reason="晋升")
    assert list(people["member"].due_lines.values_list("due", flat=True)) == [D(50), D(50), D(200)]
    kept = list(DuesStandard.objects.filter(member=people["member"]).values_list("start_on", "stop_on"))
    assert kept == [(date(2025, 1, 1), MARCH), (MARCH, None)]


def test_a_base_is_fixed_for_the_year_unless_a_reason_is_given(world, clerk):
    member = world.members["member"]
    give_base(clerk, member, start_on=JAN)
    with pytest.raises(RuleViolation, match="年内一般不变"):
        give_base(clerk, member, "8000", start_on=MARCH)
    give_base(clerk, member, "8000", start_on=date(2027, 1, 1))
    with pytest.raises(RuleViolation, match="不能早于"):
        give_base(clerk, member, "8000", start_on=JAN, reason="更正")
    with pytest.raises(RuleViolation, match="基数为0"):
        give_base(clerk, world.members["colleague"], "0")


def test_two_who_correct_one_base_do_not_undo_each_other(world, clerk):
    row = give_base(clerk, world.members["member"], start_on=JAN)
    give_base(clerk, world.members["member"], "6000", start_on=JAN, reason="核实", version=row.version)
    with pytest.raises(StaleVersion):
        give_base(clerk, world.members["member"], "7000", start_on=JAN, reason="核实", version=row.version)


def test_pay_is_encrypted_and_never_in_the_journal(world, clerk):
    from django.db import connection

    give_base(clerk, world.members["member"], "7654.32")
    make_month(clerk, world.a, MARCH)
    with connection.cursor() as cursor:
        cursor.execute("SELECT items FROM dues_duesstandard UNION SELECT base FROM dues_dueline")
        stored = [row[0] for row in cursor.fetchall()]
    assert len(stored) == 2 and not any("7654" in text for text in stored)
    assert line_of(world.members["member"], MARCH).base == "7654.32"
    assert "7654" not in json.dumps(list(Entry.objects.values_list("changes", flat=True)), ensure_ascii=False)


def test_hardship_lowers_or_frees_within_its_months(world, clerk, people):
    for month in (FEB, MARCH, APRIL):
        make_month(clerk, world.a, month)
    facts = {"member": people["member"], "start_on": FEB, "decision": "2026年1月20日支委会", "decided_on": JAN, "reason": "大病",
             "today": TODAY}  # fmt: skip
    with pytest.raises(RuleViolation, match="上级党委批准"):
        services.reduce_dues(actor=clerk, amount=D(0), months=2, approved_by="", **facts)
    services.reduce_dues(actor=clerk, amount=D(0), months=2, approved_by="机关党委批复1号", **facts)
    assert list(people["member"].due_lines.values_list("due", "exempt", "settled")) == [
        (D(0), True, True), (D(0), True, True), (D(50), False, False)]  # fmt: skip
    with pytest.raises(RuleViolation, match="已有减免"):
        services.reduce_dues(actor=clerk, amount=D(1), months=1, approved_by="批复", **facts)


def test_local_rounding_and_half_months_are_applied(world, clerk, people):
    staff = world["staff"]
    set_rule_figures(actor=staff, rule_id="DUE-19", figures={"unit": "1", "way": "up"}, valid_from=JAN, reason="机关党委决定")
    set_rule_figures(actor=staff, rule_id="DUE-8", figures={"first_month": "half"}, valid_from=JAN, reason="机关党委决定")
    give_base(clerk, people["member"], "4210", start_on=JAN)
    late = make_member(world.a, "新人", kind="probationary", start_on=date(2026, 3, 16), start_reason="admitted",
                       joined_on=date(2026, 3, 16))  # fmt: skip
    give_base(clerk, late, "4210", start_on=JAN)
    make_month(clerk, world.a, MARCH)
    assert (line_of(people["member"], MARCH).due, line_of(late, MARCH).due) == (D(43), D(22))


@pytest.mark.parametrize("who", ["neighbour", "general", "inspector", "leader", "member", "keeper"])
def test_only_who_keeps_the_books_may(world, clerk, people, who):
    make_month(clerk, world.a, MARCH)
    line, actor = line_of(people["member"], MARCH), world[who]
    for act in (
        lambda: give_base(actor, people["member"], reason="试"),
        lambda: make_month(actor, world.a, APRIL),
        lambda: collect(actor, line, day=MARCH),
        lambda: payments.pay_extra(actor=actor, member=people["member"], amount=D(5), manner=manner(MARCH), today=TODAY),
        lambda: remitting.remit_dues(actor=actor, branch=world.a, period=H1, sent_on=TODAY, share=1, voucher="1", today=TODAY),
    ):
        with pytest.raises(NotAllowed):
            act()


# --- taking in -----------------------------------------------------------------------------------------------------------


def test_one_click_takes_a_month_from_everybody(world, clerk, people):
    make_month(clerk, world.a, MARCH)
    lines = list(DueLine.objects.filter(month=MARCH))
    token = uuid.uuid4()
    first = collect(clerk, *lines, day=date(2026, 3, 9), form_token=token)
    again = payments.collect_month(actor=clerk, branch=world.a, month=MARCH, taken=[taken(each) for each in lines],
                                   manner=manner(date(2026, 3, 9)), today=TODAY, form_token=token)  # fmt: skip
    assert again == first[:1] and Payment.objects.count() == 7
    assert DueLine.objects.filter(settled=True).count() == 7
    entry = Entry.objects.get(action="dues.collect")
    assert entry.changes == {"人数": [None, 7], "金额": [None, "450.20"]}
    assert faults() == []


def test_the_second_of_two_collectors_is_told(world, clerk, people):
    make_month(clerk, world.a, MARCH)
    line = line_of(people["member"], MARCH)
    collect(clerk, line, day=MARCH)
    with pytest.raises(payments.Overtaken, match="李平"):
        collect(clerk, line, day=MARCH)
    assert Payment.objects.count() == 1


def test_part_then_rest_and_what_came_late(world, clerk, people):
    make_month(clerk, world.a, MARCH)
    line = line_of(people["member"], MARCH)

    def pay(amount, day, reason=""):
        line.refresh_from_db()
        return payments.pay_months(actor=clerk, member=people["member"], taken=[taken(line, amount)], manner=manner(day),
                                   today=TODAY, reason=reason)  # fmt: skip

    with pytest.raises(RuleViolation, match="写明原因"):
        pay("20", date(2026, 3, 31))
    pay("20", date(2026, 3, 31), "余款月底后补")
    with pytest.raises(RuleViolation, match=r"应交余额为30\.00元"):
        pay("30.01", date(2026, 4, 1))
    pay("30", date(2026, 4, 1))
    line.refresh_from_db()
    assert (line.paid, line.in_time, line.settled) == (D(50), D(20), True)
    with pytest.raises(RuleViolation, match="不能晚于今天"):
        pay("1", date(2026, 7, 1))
    assert faults() == []


def test_back_and_ahead_within_their_limits(world, clerk, people):
    old = date(2025, 12, 1)
    make_month(clerk, world.a, old)
    line = line_of(people["member"], old)
    later = date(2026, 7, 2)
    facts = {"actor": clerk, "member": people["member"], "taken": [taken(line)], "manner": manner(later), "today": later}
    with pytest.raises(RuleViolation, match="不超过6个月"):
        payments.pay_months(**facts)
    payments.pay_months(reason="长期在外，支部大会同意", **facts)
    with pytest.raises(RuleViolation, match="不超过6个月"):
        payments.ready_ahead(actor=clerk, member=people["member"], months=7, today=TODAY)
    made = payments.pay_months(actor=clerk, member=people["member"], taken=[], ahead=6, manner=manner(TODAY), today=TODAY)
    assert [each.line.month.month for each in made] == [7, 8, 9, 10, 11, 12]
    assert len({each.act for each in made}) == 1 and all(each.in_time for each in made)


def test_a_refund_is_a_row_of_its_own_and_opens_the_line_again(world, clerk, people):
    make_month(clerk, world.a, MARCH)
    payment = collect(clerk, line_of(people["member"], MARCH), day=MARCH)[0]

    def refund(amount, day=APRIL):
        return payments.refund_payment(actor=clerk, payment=payment, amount=D(amount), paid_on=day, reason="重复交纳", today=TODAY)

    with pytest.raises(RuleViolation, match="不能早于交纳日期"):
        refund("1", FEB)
    with pytest.raises(RuleViolation, match=r"不超过50\.00元"):
        refund("50.01")
    row = refund("20")
    with pytest.raises(RuleViolation, match=r"不超过30\.00元"):
        refund("30.01")
    line = line_of(people["member"], MARCH)
    assert (row.amount, row.reverses, line.paid, line.in_time, line.settled) == (D(-20), payment, D(30), D(30), False)
    with pytest.raises(RuleViolation, match="本身是退回"):
        payments.refund_payment(actor=clerk, payment=row, amount=D(1), paid_on=APRIL, reason="试", today=TODAY)
    assert faults() == []


def test_what_was_handed_up_cannot_be_given_back(world, clerk, people):
    make_month(clerk, world.a, MARCH)
    payment = collect(clerk, line_of(people["member"], MARCH), day=MARCH)[0]
    remit(world, clerk, share=100)
    with pytest.raises(RuleViolation, match="只有0元"):
        payments.refund_payment(actor=clerk, payment=payment, amount=D(1), paid_on=TODAY, reason="试", today=TODAY)


# --- upward --------------------------------------------------------------------------------------------------------------


def remit(world, actor, branch=None, **facts):
    facts = {"period": H1, "sent_on": date(2026, 4, 2), "share": 40, "voucher": "记-1", "today": TODAY} | facts
    return remitting.remit_dues(actor=actor, branch=branch or world.a, **facts)


def extra(clerk, member, amount, day=MARCH):
    return payments.pay_extra(actor=clerk, member=member, amount=D(amount), manner=manner(day), today=TODAY)


def test_a_batch_takes_everything_in_hand_and_the_centre_gets_its_part_whole(world, clerk, people):
    make_month(clerk, world.a, MARCH)
    collect(clerk, *DueLine.objects.filter(month=MARCH), day=MARCH)
    extra(clerk, people["member"], "999.99")
    assert extra(clerk, people["member"], "1000").to_centre
    row = remit(world, clerk)
    assert (row.basis, row.centre, row.amount, row.kept) == (D("2450.19"), D(1000), D("1580.08"), D("870.11"))
    told = {day: balance_of(world.a, day) for day in (FEB, date(2026, 4, 1), date(2026, 4, 2))}
    assert [(each.income, each.handed_up, each.kept, each.in_hand, each.difference) for each in told.values()] == [
        (D(0), D(0), D(0), D(0), D(0)),
        (D("2450.19"), D(0), D(0), D("2450.19"), D(0)),
        (D("2450.19"), D("1580.08"), D("870.11"), D(0), D(0)),
    ]
    with pytest.raises(RuleViolation, match="没有可以上缴"):
        remit(world, clerk)
    assert faults() == []


def test_money_goes_up_two_levels_and_is_received_by_the_other_side(world, clerk, people):
    make_month(clerk, world.a, MARCH)
    collect(clerk, *DueLine.objects.filter(month=MARCH), day=MARCH)
    row = remit(world, clerk, share=100)
    with pytest.raises(NotAllowed):
        remitting.receive_dues(actor=clerk, remittance=row, received_on=date(2026, 4, 3), today=TODAY)
    staff = world["staff"]
    for day, fault in ((date(2026, 4, 1), "不能早于"), (date(2026, 7, 1), "不能晚于")):
        with pytest.raises(RuleViolation, match=fault):
            remitting.receive_dues(actor=staff, remittance=row, received_on=day, today=TODAY)
    remitting.receive_dues(actor=staff, remittance=row, received_on=date(2026, 4, 3), today=TODAY)
    with pytest.raises(RuleViolation, match="已经确认"):
        remitting.receive_dues(actor=staff, remittance=row, received_on=date(2026, 4, 3), today=TODAY)
    up = remit(world, staff, world.office, share=20, sent_on=date(2026, 4, 10))
    assert (up.basis, up.amount, up.to_branch) == (D("450.20"), D("90.04"), world.root)
    office = balance_of(world.office, TODAY)
    assert (office.received, office.handed_up, office.kept, office.in_hand) == (D("450.20"), D("90.04"), D("360.16"), D(0))
    assert faults() == []


def test_kept_dues_are_spent_for_the_five_purposes_and_not_beyond(world, clerk, people):
    make_month(clerk, world.a, MARCH)
    collect(clerk, *DueLine.objects.filter(month=MARCH), day=MARCH)
    remit(world, clerk, share=50)

    def use(amount, day=TODAY):
        return remitting.use_dues(actor=clerk, branch=world.a, purpose="training", amount=D(amount), used_on=day,
                                  decision="支委会", voucher="记-2", today=TODAY)  # fmt: skip

    with pytest.raises(RuleViolation, match="可用0"):
        use("1", date(2026, 4, 1))
    use("225.09")
    with pytest.raises(RuleViolation, match=r"可用0\.01元"):
        use("0.02")
    use("0.01")
    assert balance_of(world.a, TODAY).left == 0


def test_a_period_in_the_ledger(world, clerk, people):
    """March owed by seven: five paid in time, one late, one not; one is exempt in April."""
    services.reduce_dues(actor=clerk, member=people["former"], amount=D(0), start_on=MARCH, months=1, decision="支委会",
                         decided_on=MARCH, approved_by="批复", reason="大病", today=TODAY)  # fmt: skip
    make_month(clerk, world.a, MARCH)
    lines = {line.member.name: line for line in DueLine.objects.filter(month=MARCH).select_related("member")}
    collect(clerk, *(lines[name] for name in ("赵敏", "周彤", "吴芳", "冯远")), day=date(2026, 3, 31))
    collect(clerk, lines["沈新"], day=date(2026, 4, 1))
    extra(clerk, people["member"], "10")
    found = ledgers_of(Branch.objects.filter(pk=world.a.pk), H1)[world.a.pk]
    assert (found.due, found.paid, found.in_time, found.collected, found.back_paid, found.extra, found.refunded) == (
        D("400.20"), D("350.20"), D("300.20"), D("360.20"), D(50), D(10), D(0))  # fmt: skip
    assert (found.members, found.cleared, found.exempt) == (6, 5, 1)
    assert (found.rate_people, found.rate_amount, found.rate_in_time) == (D("83.3"), D("87.5"), D("75.0"))
