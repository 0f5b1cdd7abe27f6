"""manage.py figures and make_report: the whole output, and plain errors."""
from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from docx import Document

from branches.meetings.kinds import Kind
from partywork.figures import Level, catalogue
from partywork.periods import Period
from reports import services
from reports.making import figures_for
from reports.models import ReportVersion
from tests.factories import make_meeting


@pytest.fixture
def recorded(world):
    make_meeting(world.a, Kind.CONGRESS, attendance=[world.members["member"]])
    return world


def run(name: str, *args: str) -> str:
    out = StringIO()
    call_command(name, *args, stdout=out)
    return out.getvalue()


def test_figures_as_json(recorded):
    told = json.loads(run("figures", "--period", "2026H1", "--json"))
    assert {key: value for key, value in told.items() if key != "figures"} == {
        "branch": "DW", "branch_name": recorded.root.name, "period": "2026H1", "period_label": "2026年上半年"}
    assert [each["key"] for each in told["figures"]] == [each.key for each in figures_for(recorded.root)]
    assert {tuple(each) for each in told["figures"]} == {("key", "label", "value", "unit", "definition", "rows")}
    congress = next(each for each in told["figures"] if each["key"] == "meetings.congress")
    assert (congress["value"], congress["rows"], congress["unit"]) == (1, 1, "次")


def test_figures_of_one_branch_are_told_in_words(recorded):
    lines = run("figures", "--period", "2026Q1", "--branch", "ZB01").splitlines()
    assert lines[0] == f"{recorded.a.name}　2026年第一季度　共 {len([e for e in catalogue() if e.level is Level.BRANCH])} 项指标"
    assert any(line.startswith("meetings.congress\t党员大会\t1次\t来源 1 条\t本期内") for line in lines)


def test_a_report_by_command_is_the_pages_report(recorded, tmp_path):
    report = services.open_report(actor=recorded["staff"], branch=recorded.root, period=Period.parse("2026H1"))
    services.save_passage(actor=recorded["staff"], report=report, section="6.more", text="抓好学习。", version=0)
    target, side = tmp_path / "报告.docx", tmp_path / "报告.json"
    told = run("make_report", "--period", "2026H1", "--output", str(target), "--json", str(side))
    assert told.splitlines()[:2] == [f"已生成 {target}", "没有内容：专项工作开展情况"]
    text = [paragraph.text for paragraph in Document(target).paragraphs]
    assert "云溪县林业局2026年上半年党建工作报告" in text
    assert "抓好学习。" in text
    answer = json.loads(side.read_text("utf-8"))
    assert set(answer) == {"branch", "branch_name", "period", "period_label", "title", "output", "sha256", "figures", "document",
                           "omitted"}
    assert ReportVersion.objects.count() == 0


def test_json_alone_on_standard_output(recorded, tmp_path):
    target = tmp_path / "草稿.docx"
    told = json.loads(run("make_report", "--period", "2026H1", "--branch", "ZB01", "--output", str(target), "--json", "-", "--draft",
                          "--appendix", "--date", "2026-07-05"))
    assert told["branch"] == "ZB01"
    assert len(Document(target).tables) == 1


@pytest.mark.parametrize(("args", "words"), [
    (("figures", "--period", "2026H3"), "“2026H3”不是期间，应写作 2026、2026H1、2026Q2 或 202606。"),
    (("figures", "--period", "2026H1", "--branch", "没有"), "没有编号为“没有”的党组织。"),
    (("make_report", "--period", "2026Q1", "--output", "a.docx"), "半年报告的期间应是半年，例如 2026H1，现在是“2026Q1”。"),
    (("make_report", "--period", "2019H1", "--output", "a.docx"), "机关党委在2019年上半年尚未成立或已经撤销。"),
    (("make_report", "--period", "2026H1", "--output", "/没有/a.docx"), "没有文件夹 /没有。"),
    (("make_report", "--period", "2026H1", "--output", "/proc/a.docx"), "不能写入 /proc/a.docx，请检查权限。"),
    (("make_report", "--period", "2026H1", "--output", "a.txt"), "--output 应是 Word 文件，名称以 .docx 结尾，现在是“a.txt”。"),
    (("make_report", "--period", "2026H1", "--output", "/tmp"), "/tmp 是文件夹，请写明文件名。"),
    (("make_report", "--period", "2026H1", "--output", "/tmp/a.docx", "--date", "2026-02-29"), "成文日期不对：2026年2月没有29日。"),
])
def test_plain_errors(world, args, words):
    with pytest.raises(CommandError) as refused:
        run(*args)
    assert str(refused.value) == words


def test_an_empty_database(db):
    with pytest.raises(CommandError, match="还没有建立党组织"):
        run("figures", "--period", "2026H1")
