"""Every fault is told by row, column and reason; nothing good is lost among them. Headings as people write them are known."""
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from branches.accounts.imports import COLUMNS as ACCOUNTS
from branches.imports import COLUMNS as ORGANISATIONS
from members.import_columns import COLUMNS
from members.models import Member
from partywork.imports.cells import day_of, yes_or_no
from partywork.imports.registry import all_importers
from partywork.sheets.reading import places_in
from tests.cast import the_world
from tests.partywork.imports.faulty import FAULTS
from tests.partywork.imports.sheets import actions_of, confirmed, faults_of, person, sent, workbook

pytestmark = pytest.mark.django_db
FULL_HEAD = list(dict.fromkeys([*person(1), *(name for cells, _, _ in FAULTS for name in cells)]))


@pytest.fixture
def world():
    return the_world()


def test_every_fault_is_told_with_its_column_and_reason(world):
    rows = [person(number, **cells) for number, (cells, _, _) in enumerate(FAULTS, 1)]
    batch = sent(world["staff"], world.root, workbook(rows, FULL_HEAD), start_on="2026-01-01")
    told = faults_of(batch)
    wrong = [(number, FAULTS[number - 2], told.get(number)) for number in range(2, len(FAULTS) + 2)
             if not any(column == FAULTS[number - 2][1] and FAULTS[number - 2][2] in reason for column, reason in told.get(number, []))]
    assert wrong == []
    assert set(actions_of(batch).values()) == {"refused"}


def test_each_fault_is_the_only_one_of_its_row(world):
    """Nothing else is said of a row that is otherwise good, so that mending it is enough."""
    rows = [person(number, **cells) for number, (cells, _, _) in enumerate(FAULTS, 1)]
    told = faults_of(sent(world["staff"], world.root, workbook(rows, FULL_HEAD), start_on="2026-01-01"))
    several = {number: faults for number, faults in told.items() if len(faults) > 1}
    # without number, sex and birth date two of them are missing at once
    assert {FAULTS[number - 2][1] for number in several} <= {"性别", "出生日期", "公民身份号码"}


def messy(total: int, planted: int) -> tuple[list[dict], dict[int, str]]:
    """A long sheet with one fault in every twelfth row or so; {line: column at fault}."""
    rows, expected = [], {}
    for number in range(total):
        cells: dict = {}
        if number % (total // planted) == 3 and len(expected) < planted:
            cells, column, _ = FAULTS[len(expected) % len(FAULTS)]
            expected[number + 4] = column  # a title, a note and the headings stand above
        rows.append(person(number, **cells))
    return rows, expected


def test_a_messy_sheet_of_500_rows_with_40_planted_faults(world):
    rows, expected = messy(500, 40)
    assert len(expected) == 40
    before = Member.objects.count()
    data = workbook(rows, FULL_HEAD, before=(["云溪县林业局党员名册"], ["填表人：林一", None, "2026年11月"]))
    batch = sent(world["staff"], world.root, data, start_on="2026-01-01")
    told = faults_of(batch)
    assert set(told) == set(expected)
    assert [number for number, column in expected.items() if column not in {each for each, _ in told[number]}] == []
    assert batch.counts | {"faults": {}} == {"create": 460, "change": 0, "same": 0, "refused": 40, "moved": 0, "faults": {}}
    batch = confirmed(batch, world["staff"])
    assert (batch.state, batch.job.error) == ("done", "")
    assert Member.objects.count() == before + 460
    good = {row["姓名"] for number, row in enumerate(rows) if number + 4 not in expected}
    assert good <= set(Member.objects.values_list("name", flat=True))


# --- doubles and people who are known -----------------------------------------------------------------------------------------


def test_doubles_in_the_sheet_refuse_the_second(world):
    one = person(1)
    rows = [one, dict(one), person(2), person(2, 身份证号=""), person(3, 身份证号=""), person(3, 身份证号="", 联系电话=""), person(4,
           姓名="林同名"),
            person(4, 姓名="林同名", 身份证号=person(424)["身份证号"])]  # fmt: skip
    batch = sent(world["secretary"], world.a, workbook(rows))
    assert {number: action for number, action in actions_of(batch).items() if action == "refused"} == dict.fromkeys((3, 5, 7), "refused")
    assert "与第 2 行的身份证号相同" in faults_of(batch)[3][0][1]
    assert "与第 6 行的姓名和出生日期相同" in faults_of(batch)[7][0][1]


KNOWN = [
    ({"姓名": "林改名"}, "姓名", "登记的是林一"), ({"加入党组织日期": "1996-06-02"}, "加入党组织日期", "不一致"),
    ({"转正日期": "1997-07-01"}, "转为正式党员日期", "不一致"), ({"所在党支部": "二支部"}, "所在党支部", "名册里在一支部"),
    ({"党小组": "第一党小组"}, "党小组", "调整党小组"), ({"人员类别": "预备党员", "转正日期": ""}, "人员类别", "名册里是正式党员"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "column", "said"), KNOWN, ids=lambda value: str(value)[:20])
def test_what_only_an_act_may_change_is_refused(world, cells, column, said):
    confirmed(sent(world["staff"], world.root, workbook([person(1)])), world["staff"])
    told = faults_of(sent(world["staff"], world.root, workbook([person(1, **cells)])))
    assert [each for each in told[2] if each[0] == column and said in each[1]], told


def test_a_number_that_is_another_persons(world):
    staff = world["staff"]
    confirmed(sent(staff, world.root, workbook([person(1), person(2, 身份证号="")])), staff)
    told = faults_of(sent(staff, world.root, workbook([person(2, 身份证号=person(1)["身份证号"])])))
    assert "登记的是林一" in str(told)
    batch = sent(staff, world.root, workbook([person(2)]))  # the number of a person who had none is filled in
    assert actions_of(batch) == {2: "change"}


def test_out_of_reach_nobody_is_touched_and_little_is_told(world):
    confirmed(sent(world["neighbour"], world.b, workbook([person(1, 所在党支部="二支部")])), world["neighbour"])
    batch = sent(world["secretary"], world.a, workbook([person(1), person(2, 所在党支部="二支部")]))
    assert actions_of(batch) == {2: "refused", 3: "refused"}
    assert "不在导入的范围内" in faults_of(batch)[2][0][1]
    assert "二支部" not in str(faults_of(batch)[2])
    alone = sent(world["staff"], world.office, workbook([{name: person(5)[name] for name in ("姓名", "身份证号")}]))
    assert (alone.rows.get().place, {column for column, _ in faults_of(alone)[2]}) == ("", {"加入党组织日期", "所在党支部"})


def test_an_officer_above_imports_into_no_branch_below(world):
    """The general branch's secretary keeps its own books only; the form offers him nothing, the plan refuses all the same."""
    batch = sent(world["general"], world.office, workbook([person(1)]))
    assert [column for column, _ in faults_of(batch)[2]] == ["所在党支部"]


def test_an_id_number_gives_birth_date_and_sex(world):
    rows = [person(1, 出生日期="", 性别=""), person(2, 出生日期=person(2)["出生日期"][:7])]
    batch = confirmed(sent(world["secretary"], world.a, workbook(rows)), world["secretary"])
    assert actions_of(batch) == {2: "create", 3: "create"}
    assert [str(Member.objects.get(name=row["姓名"]).born_on) for row in rows] == [person(number)["出生日期"] for number in (1, 2)]


# --- headings and cells ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("importer", all_importers(), ids=lambda importer: importer.kind)
def test_every_spelling_of_a_heading_leads_to_one_column(importer):
    for column in importer.columns:
        for words in (column.label, *column.aliases, f" {column.label}＊：", f"{column.label}（必填）"):
            assert places_in([words], importer.columns) == {column.name: 0}, words
    assert len({spelling for column in importer.columns for spelling in column.spellings}) == sum(
        len(column.spellings) for column in importer.columns)


@pytest.mark.parametrize(("heading", "name"), [
    ("身份证号码（18位）", "id_number"), ("入党时间", "joined_on"), ("转正 时间", "full_on"), ("手机号", "phone"), ("文化程度",
           "education"),
    ("党支部名称", "branch"), ("出生年月", "born_on"), ("参加工作时间", "worked_from"), ("职称", "skill_title"), ("是否农民工",
           "is_migrant_worker"),
])  # fmt: skip
def test_what_offices_call_the_columns(heading, name):
    assert places_in([heading], COLUMNS) == {name: 0}


def test_official_columns_are_all_there():
    official = ("姓名", "性别", "民族", "公民身份号码", "出生日期", "学历", "人员类别", "所在党支部", "加入党组织日期",
           "转为正式党员日期", "工作岗位", "联系电话",
                "家庭住址", "党籍状态")
    assert [label for label in official if not any(column.label == label for column in COLUMNS)] == []
    assert {"code", "name", "founded_on"} == {column.name for column in ORGANISATIONS if column.required}
    assert {"username", "display_name"} == {column.name for column in ACCOUNTS if column.required}


@pytest.mark.parametrize(("text", "day"), [
    ("2012-06-03", "2012-06-03"), ("2012/6/3", "2012-06-03"), ("2012.6.3", "2012-06-03"), ("２０１２年６月３日", "2012-06-03"),
    ("20120603", "2012-06-03"), ("无", None), ("—", None),
])  # fmt: skip
def test_days_as_people_write_them(text, day):
    assert (found := day_of(text)) == found
    assert (found.isoformat() if found else None) == day


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None, database=None, derandomize=True)
def test_no_cell_is_a_fault_of_ours(text):
    """Whatever stands in a cell, a reader gives a value or a Chinese reason."""
    for column in (*COLUMNS, *ORGANISATIONS, *ACCOUNTS):
        said = reason(column, text)
        assert said is None or any("\u4e00" <= letter <= "\u9fff" for letter in said), (column.name, text)


def reason(column, text: str) -> str | None:
    try:
        column.read(text)
    except ValueError as error:
        return str(error)


def test_yes_and_no():
    assert [yes_or_no(text) for text in ("是", "否", "√", "N")] == [True, False, True, False]
