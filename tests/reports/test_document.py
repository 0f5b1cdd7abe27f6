"""The text put together: gaps, what an export leaves out, numbering without a gap."""
from __future__ import annotations

from partywork.periods import Period
from reports.definitions.half_year import HALF_YEAR
from reports.document import assemble, listed, stored_text, word_parts
from reports.pieces import Facts, text_of

H1 = Period.parse("2026H1")
OPENING = ["现将上半年党建工作情况报告如下。"]


def document(values=None, passages=None, points=None, *, keep_gaps=False, single=False):
    return assemble(HALF_YEAR, Facts(values or {}, single, H1), passages or {}, points or {}, opening=OPENING, keep_gaps=keep_gaps)


def outline(found) -> list:
    return [(part.heading, [section.lead for section in part.sections]) for part in found.parts]


def test_nothing_recorded_leaves_nothing_but_the_opening():
    found = document()
    assert (outline(found), found.opening) == ([], [OPENING])
    assert found.omitted == ["专项工作开展情况", "党建责任和基础工作", "党员教育管理", "党建活动开展情况", "存在问题", "下半年工作打算"]


def test_an_export_numbers_what_is_left_without_a_gap():
    found = document({"meetings.congress": 2, "meetings.org_life": 1, "theme.film": 1}, {"6.more": "继续推进。"}, {"5": ["问题甲"]})
    assert outline(found) == [
        ("一、党建责任和基础工作", ["（一）坚持“三会一课”和主题党日制度。", "（二）开展组织生活会和民主评议党员。"]),
        ("二、党建活动开展情况", [""]), ("三、存在问题", []), ("四、下半年工作打算", [""])]
    assert found.omitted == [
        "专项工作开展情况", "党建责任和基础工作：落实党建责任", "党建责任和基础工作：健全组织体系",
        "党建责任和基础工作：推进党支部标准化规范化建设", "党员教育管理", "党建活动开展情况：开展党建督查",
        "党建活动开展情况：发挥示范带动作用"]


def test_a_draft_keeps_every_section_and_marks_the_gaps():
    found = document({"meetings.congress": 2}, keep_gaps=True)
    assert [part.heading[:2] for part in found.parts] == ["一、", "二、", "三、", "四、", "五、", "六、"]
    gaps = [text_of(each) for part in found.parts for section in part.sections for each in section.paragraphs
            if text_of(each).startswith("【待补】")]
    assert len(gaps) == sum(len(part.sections) for part in HALF_YEAR.parts) - 1
    assert gaps[0] == "【待补】本期专项工作的部署、措施和成效。"


def test_an_export_has_no_gap_left():
    told = [text for part in word_parts(document({"meetings.congress": 2})) for section in part["sections"]
            for text in section["paragraphs"]]
    assert told == ["上半年，各党支部召开党员大会2次。"]


def test_points_are_counted_in_words_only_where_there_are_several():
    assert [text_of(each) for each in listed(["甲。", " ", "乙"])] == ["一是甲。", "二是乙。"]
    assert [text_of(each) for each in listed(["甲；"])] == ["甲。"]


def test_a_passage_follows_the_sentences_by_paragraphs():
    found = document({"meetings.congress": 2}, {"2.lessons": "甲支部做法好。\n\n  乙支部也好。", "opening": "今年以来。"})
    assert [text_of(each) for each in found.parts[0].sections[0].paragraphs] == [
        "上半年，各党支部召开党员大会2次。", "甲支部做法好。", "乙支部也好。"]
    assert [text_of(each) for each in found.opening] == ["今年以来。", OPENING[0]]


def test_one_branch_has_no_sections_of_the_committee():
    codes = [section.code for part in document(keep_gaps=True, single=True).parts for section in part.sections]
    assert "4.inspection" not in codes


def test_the_stored_text_keeps_the_marks():
    found = stored_text(document({"meetings.congress": 2}))
    assert found["parts"] == [{"code": "2", "heading": "一、党建责任和基础工作", "points": [], "sections": [
        {"code": "2.lessons", "lead": "", "paragraphs": [
            ["上半年，各党支部召开党员大会", {"key": "meetings.congress", "text": "2"}, "次。"]]}]}]
