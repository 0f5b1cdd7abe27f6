"""节假日: what is read out of pasted lines, who keeps the calendar, what a preview promises, and what comes of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from branches.holiday_services import edit_year, enter_year, known_years, remove_year, work_calendar
from branches.holiday_views import wanting_years
from branches.holidays import BUILT_IN, Arrangement, Stretch, built_in, fingerprint, read_lines
from branches.models import HolidayYear
from partywork.errors import NotAllowed, RuleViolation, StaleVersion
from partywork.journal.models import Entry
from partywork.workdays import working_days

SOURCE = "国务院办公厅通知"
SPRING = "2027-02-05 至 2027-02-11 春节"
LINES = f"{SPRING}\n2027-02-14 上班 春节"
OFFICIAL = """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。

七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。"""
NOT_MOVED = """一、元旦：1月1日（周三）放假1天，不调休。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。"""


# --- reading ------------------------------------------------------------------------------------------------------------


def test_the_notice_itself_is_read():
    arrangement, faults = read_lines(OFFICIAL, 2026)
    assert faults == []
    assert arrangement == built_in(2026)
    assert arrangement.wanting == []
    assert arrangement.names == ["元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"]


def test_two_holidays_under_one_heading_and_one_that_is_not_moved():
    arrangement, faults = read_lines(NOT_MOVED, 2025)
    assert faults == []
    assert arrangement.text.splitlines() == [
        "2025-01-01 元旦", "2025-09-28 上班 国庆节、中秋节", "2025-10-01 至 2025-10-08 国庆节、中秋节", "2025-10-11 上班 国庆节、中秋节",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (SPRING, SPRING),
        ("2027/2/5—2027/2/11 春节", SPRING),
        ("２０２７年２月５日至１１日　春节", SPRING),
        ("2027.2.5-2.11春节", SPRING),
        ("春节：2月5日到11日放假，共7天", SPRING),
        ("2027-02-14 上班", "2027-02-14 上班"),
        ("2月14日（周日）补班", "2027-02-14 上班"),
        ("2026年12月31日至2027年1月2日 元旦", "2026-12-31 至 2027-01-02 元旦"),
        ("2026-12-26 上班 元旦", "2026-12-26 上班 元旦"),
        ("2027-02-27 至 2027-03-02 春节", "2027-02-27 至 2027-03-02 春节"),
    ],
)
def test_the_ways_in_which_people_write(line, kept):
    arrangement, faults = read_lines(line, 2027)
    assert (arrangement.text, faults) == (kept, [])


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("下周放假", "第1行：“下周”看不明白"),
        ("20270205 春节", "第1行：“20270205春节”看不明白"),
        (f"{SPRING}\n2027-02-29 上班", "第2行：没有2027年2月29日这一天。"),
        ("2027-13-01 元旦", "第1行：没有2027年13月1日这一天。"),
        ("2026-05-01 劳动节", "第1行：2026-05-01不在2027年。"),
        ("2026-12-24 元旦", "第1行：2026-12-24不在2027年。"),
        ("2027-12-31 至 2028-01-02 元旦", "第1行：2027-12-31不在2027年。"),
        ("2027-02-11 至 2027-02-05 春节", "第1行：2027-02-05早于2027-02-11"),
        ("2027-02-05 至 2027-02-20 春节", "第1行：2027-02-05至2027-02-20超过15天"),
        ("2027-02-05 至 2027-02-11", "第1行：没有写节日名称"),
        ("2027-02-15 上班", "第1行：2027-02-15是星期一，本来就上班"),
        (f"{SPRING}\n\n2027-02-11 上班", "第3行：2027-02-11是星期四，本来就上班"),
        (f"{SPRING}\n2027-02-11 元宵节", "第2行：2027-02-11在第1行已经写过。"),
        ("2027-02-05、2027-02-05 春节", "第1行：2027-02-05在本行已经写过。"),
        (f"2027-02-05 {'长' * 21}", "不像节日名称"),
        ("2027-02-05 至 13 16 春节", "第1行：“16春节”不像节日名称"),
        ("\n \n", "没有写任何放假或者上班的日子。"),
    ],
)
def test_a_fault_is_told_by_its_line(lines, says):
    _, faults = read_lines(lines, 2027)
    assert [fault for fault in faults if says in fault] == faults[:1] == faults


def test_every_line_with_a_fault_is_told_and_the_good_ones_are_read():
    arrangement, faults = read_lines(f"看不懂\n{SPRING}\n2027-02-30 春节", 2027)
    assert [fault[:3] for fault in faults] == ["第1行", "第3行"]
    assert arrangement.text == SPRING


def test_fifteen_days_in_a_row_can_be():
    assert read_lines("2027-02-05 至 2027-02-19 春节", 2027)[1] == []


def test_a_holiday_that_no_line_names_is_a_hint():
    assert read_lines("2027-01-01 元旦", 2027)[0].wanting == ["春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"]


@st.composite
def arrangements(draw) -> Arrangement:
    """Stretches that do not touch each other; what is worked lies on a weekend."""
    day, stretches = date(2027, 1, 1), []
    for _ in range(draw(st.integers(1, 8))):
        day += timedelta(draw(st.integers(2, 20)))
        works = day.weekday() >= 5 and draw(st.booleans())
        last = day if works else day + timedelta(draw(st.integers(0, 9)))
        stretches.append(Stretch(day, last, works, draw(st.sampled_from(["春节", "国庆节、中秋节"] + [""] * works))))
        day = last
    return Arrangement(2027, tuple(stretches))


@given(arrangements())
@settings(max_examples=60, deadline=None, database=None, derandomize=True)
def test_what_is_kept_is_read_back_the_same(arrangement):
    assert read_lines(arrangement.text, 2027) == (arrangement, [])


# --- the program's own years ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", BUILT_IN)
def test_the_programs_own_years_are_sound(year):
    arrangement, faults = read_lines(BUILT_IN[year][1], year)
    assert (faults, arrangement.wanting, arrangement.text) == ([], [], BUILT_IN[year][1])


@pytest.mark.parametrize(("year", "off", "worked"), [(2025, 28, 5), (2026, 33, 6)])
def test_their_days_by_the_notices(year, off, worked):
    """元旦1+春节8+清明3+劳动5+端午3+国庆中秋8; 3+9+3+5+3+3+7."""
    arrangement = built_in(year)
    assert (len(arrangement.days(works=False)), len(arrangement.days(works=True))) == (off, worked)


@pytest.mark.django_db
@pytest.mark.parametrize(("year", "days"), [(2025, 248), (2026, 248)])
def test_their_working_days(year, days):
    """365 less 104 weekend days less 13 public holidays by law: the shifting takes and gives alike."""
    assert working_days(date(year, 1, 1), date(year, 12, 31), work_calendar()) == (days, "")


# --- keeping --------------------------------------------------------------------------------------------------------------


def enter(world, who="staff", **facts) -> HolidayYear:
    return enter_year(actor=world[who], **({"year": 2027, "source": SOURCE, "lines": LINES} | facts))


def test_what_is_entered_counts_and_is_in_the_journal(world):
    assert working_days(date(2027, 2, 5), date(2027, 2, 14), work_calendar()).warning
    enter(world, who="keeper", lines="2月14日上班（春节调休）\n2027/2/5—2/11 春节")
    assert working_days(date(2027, 2, 5), date(2027, 2, 14), work_calendar()) == (2, "")
    entry = Entry.objects.get(action="calendar.create")
    assert (entry.actor_name, entry.target_label) == ("陈工", "2027年节假日安排")
    assert entry.changes["lines"] == [None, f"{SPRING}\n2027-02-14 上班"]


def test_an_entered_year_stands_before_the_programs_own_until_it_is_taken_back(world):
    row = enter(world, year=2026, lines="2026-01-01 元旦")
    assert [(each.arrangement.year, each.row) for each in known_years()] == [(2026, row), (2025, None)]
    assert date(2026, 2, 16) not in work_calendar().off
    remove_year(actor=world["staff"], row=row, version=1, reason="录错了")
    assert date(2026, 2, 16) in work_calendar().off
    entry = Entry.objects.get(action="calendar.remove")
    assert (entry.reason, entry.changes["lines"]) == ("录错了", ["2026-01-01 元旦", None])


def test_a_correction_has_its_version_and_both_texts_in_the_journal(world):
    row = enter(world)
    edit_year(actor=world["staff"], row=row, version=1, source=SOURCE, lines=SPRING)
    assert Entry.objects.get(action="calendar.edit").changes == {"lines": [LINES, SPRING]}
    with pytest.raises(StaleVersion):
        edit_year(actor=world["staff"], row=row, version=1, source=SOURCE, lines=LINES)
    with pytest.raises(StaleVersion):
        remove_year(actor=world["staff"], row=row, version=1, reason="试")
    assert HolidayYear.objects.get().lines == SPRING


@pytest.mark.parametrize(
    ("facts", "field", "says"),
    [
        ({"lines": "看不懂\n2027-02-30 春节"}, "lines", "第1行.*第2行"),
        ({"year": 2033}, "year", "已经录入"),
        ({"year": 1999}, "year", "2000年到2099年"),
        ({"year": 99999}, "year", "2000年到2099年"),
        ({"year": 2034, "lines": "2033-12-31 上班\n2034-01-01 元旦"}, "lines", "2033-12-31在这里是上班，在2033年的安排里不是"),
    ],
)
def test_what_cannot_be_is_refused(world, facts, field, says):
    enter(world, year=2033, lines="2033-12-31 元旦")
    with pytest.raises(RuleViolation, match=says) as refused:
        enter(world, **facts)
    assert refused.value.field == field
    assert HolidayYear.objects.count() == 1


@pytest.mark.parametrize("who", ["member", "secretary", "general", "inspector", "leader", "auditor"])
def test_only_the_committees_staff_and_the_keeper_change_it(world, who):
    row = enter(world)
    with pytest.raises(NotAllowed):
        enter(world, who=who, year=2028, lines="2028-01-01 元旦")
    with pytest.raises(NotAllowed):
        edit_year(actor=world[who], row=row, version=1, source="试", lines=SPRING)
    with pytest.raises(NotAllowed):
        remove_year(actor=world[who], row=row, version=1, reason="试")
    assert HolidayYear.objects.get().lines == LINES


@pytest.mark.parametrize(
    ("day", "wanting"),
    [(date(2026, 10, 31), []), (date(2026, 11, 1), [2027]), (date(2027, 1, 1), [2027]), (date(2027, 11, 1), [2027, 2028])],
)
@pytest.mark.django_db
def test_next_years_arrangement_is_asked_for_from_november_on(day, wanting):
    assert wanting_years(known_years(), day) == wanting


# --- pages ----------------------------------------------------------------------------------------------------------------


def sent(**facts) -> dict:
    return {"year": "2027", "source": SOURCE, "lines": LINES} | facts


def test_the_first_sending_shows_and_the_second_saves(client_of):
    client = client_of("staff")
    shown = client.post("/holidays/new/", sent())
    assert (shown.status_code, HolidayYear.objects.count()) == (200, 0)
    body = shown.content.decode()
    for words in ("预览：2027年", "2月5日（周五）至11日（周四），共7天", "2月14日（周日）"):
        assert words in body
    assert "没有写到：元旦、清明节、劳动节、端午节、中秋节、国庆节" in body
    assert shown.context["form"].data["seen"] == fingerprint(read_lines(LINES, 2027)[0], SOURCE)
    saved = client.post("/holidays/new/", sent(seen=shown.context["form"].data["seen"]), follow=True)
    assert "2027年的节假日安排已录入" in saved.content.decode()
    assert HolidayYear.objects.get().lines == LINES


@pytest.mark.parametrize("other", [{"lines": SPRING}, {"year": "2033", "lines": "2033-01-01 元旦"}, {"source": "另一份通知"}])
def test_what_was_changed_after_the_preview_is_shown_again(client_of, other):
    client = client_of("staff")
    seen = client.post("/holidays/new/", sent()).context["form"].data["seen"]
    again = client.post("/holidays/new/", sent(seen=seen, **other))
    assert (again.status_code, HolidayYear.objects.count()) == (200, 0)
    assert again.context["preview"]


def test_faults_come_back_beside_the_lines_with_what_was_typed(client_of):
    page = client_of("keeper").post("/holidays/new/", sent(lines="看不懂\n2027-02-30 春节"))
    assert page.context["form"].errors["lines"] == [
        "第1行：“看不懂”看不明白，请写作“2027-02-05 至 2027-02-11 春节”或“2027-02-14 上班”。",
        "第2行：没有2027年2月30日这一天。",
    ]
    assert "看不懂\n2027-02-30 春节" in page.content.decode()


@pytest.mark.parametrize("year", ["1999", "2100", "99999", ""])
def test_a_year_out_of_bounds_is_told(client_of, year):
    page = client_of("staff").post("/holidays/new/", sent(year=year))
    assert "year" in page.context["form"].errors


def test_a_year_of_the_programs_own_is_corrected_from_its_lines(client_of):
    page = client_of("staff").get("/holidays/new/?year=2026")
    assert page.context["form"].initial["lines"] == built_in(2026).text
    assert client_of("staff").get("/holidays/new/?year=20x6").context["form"].initial == {}
    assert client_of("staff").get("/holidays/new/?year=2031").context["form"].initial == {"year": 2031}


def test_a_correction_that_comes_second_sees_both_texts(client_of, world):
    row, client = enter(world), client_of("staff")
    sent_first = {"source": SOURCE, "lines": SPRING, "version": "1", "seen": fingerprint(read_lines(SPRING, 2027)[0], SOURCE)}
    edit_year(actor=world["keeper"], row=row, version=1, source=SOURCE, lines="2027-01-01 元旦")
    page = client.post(f"/holidays/{row.pk}/edit/", sent_first)
    assert page.status_code == 409
    assert "2027-01-01 元旦" in page.content.decode()
    assert SPRING in page.content.decode()
    assert client.post(f"/holidays/{row.pk}/edit/", sent_first | {"version": "2"}).status_code == 302
    assert HolidayYear.objects.get().lines == SPRING


def test_everybody_reads_it_and_few_are_offered_to_change_it(client_of, world):
    row = enter(world)
    for who, offered in (("member", False), ("secretary", False), ("auditor", False), ("staff", True), ("keeper", True)):
        body = client_of(who).get("/holidays/").content.decode()
        assert "2月15日（周日）至23日（周一）" in body
        assert (f"/holidays/{row.pk}/edit/" in body, "/holidays/new/" in body) == (offered, offered)


def test_taking_a_year_back_asks_for_the_reason(client_of, world):
    row, client = enter(world), client_of("staff")
    assert client.post(f"/holidays/{row.pk}/remove/", {"version": "1", "reason": ""}).status_code == 200
    assert client.post(f"/holidays/{row.pk}/remove/", {"version": "1", "reason": "录错了年份"}).status_code == 302
    assert not HolidayYear.objects.exists()
