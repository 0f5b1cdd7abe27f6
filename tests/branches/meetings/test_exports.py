"""The list of meetings in Excel: what is on the screen, in its order."""
from datetime import date
from io import BytesIO

from openpyxl import load_workbook

from branches.meetings.kinds import Kind
from tests.factories import make_meeting


def rows_of(response):
    return [[cell.value for cell in row] for row in load_workbook(BytesIO(response.getvalue())).active.iter_rows()]


def test_the_export_is_the_list_on_the_screen(world, client_of, roster):
    make_meeting(world.a, Kind.STUDY, Kind.LECTURE, title="=1+1", held_on=date(2026, 3, 10), recorded_on=date(2026, 3, 22),
                 attendance=[*roster[:2], (roster[2], "leave")], place="礼堂")  # fmt: skip
    make_meeting(world.a, Kind.STUDY, title="作废的", held_on=date(2026, 3, 12), state="voided", void_reason="重复")
    make_meeting(world.a, Kind.STUDY, title="上月的", held_on=date(2026, 2, 10))
    make_meeting(world.b, Kind.STUDY, title="邻居的", held_on=date(2026, 3, 10))
    make_meeting(world.a, state="draft", held_on=None, recorded_on=None, title="草稿")
    rows = rows_of(client_of("secretary").post("/meetings/export/", {"period": "202603"}))
    assert [row[0].date() for row in rows[1:]] == [date(2026, 3, 12), date(2026, 3, 10)]
    assert [row[1:] for row in rows] == [
        ["类型", "主题", "党组织", "应到", "实到", "补录", "状态", "地点", "作废原因"],
        ["集中学习", "作废的", "一支部", 0, 0, None, "已作废", None, "重复"],
        ["党课、集中学习", "=1+1", "一支部", 3, 2, "补录，迟 12 天", "已召开", "礼堂", None],
    ]


def test_a_wrong_filter_exports_nothing(world, client_of):
    make_meeting(world.a)
    assert client_of("secretary").post("/meetings/export/", {"kind": "nonsense"}).status_code == 404


def test_the_export_needs_the_right_to_see_meetings(client_of):
    assert client_of("member").post("/meetings/export/").status_code == 403
