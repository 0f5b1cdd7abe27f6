"""The manual as a page: nothing of the file is lost, nothing of it is markup that was not meant."""
from __future__ import annotations

import re

import pytest
from lxml import html

from partywork.status import handbook
from partywork.status.handbook import block, blocks, chapters, inline, render_handbook
from tests.stage import SECRETS


def words_of(text: str) -> str:
    """Letters and digits only."""
    return re.sub(r"\W", "", text)


def test_every_word_of_the_file_is_on_the_page():
    page = html.fromstring(f"<div>{render_handbook()}</div>")
    titleless = handbook.manual().partition("\n")[2]
    unlinked = re.sub(r"\]\([^)]*\)", "", titleless)
    unnumbered = re.sub(r"^\d+\. ", "", unlinked, flags=re.M)
    assert words_of(page.text_content()) == words_of(unnumbered)
    assert len(page.xpath("//table")) > 4 and len(page.xpath("//pre")) > 8 and len(page.xpath("//li")) > 8


def test_no_sign_of_markdown_is_left():
    page = html.fromstring(f"<div>{render_handbook()}</div>")
    for code in page.xpath("//pre | //code"):
        code.text = ""
    assert re.findall(r"\*\*|`|\]\(|^\||^#", page.text_content(), re.M) == []


def test_each_chapter_has_its_place():
    page = html.fromstring(f"<div>{render_handbook()}</div>")
    assert {int(each.get("id").removeprefix("chapter-")): each.text for each in page.xpath("//h2")} == chapters()
    assert chapters()[1] == "一、安装"


def test_pieces():
    assert inline("**粗 `码`** 与 [名](a.md) 和 [章](#chapter-2)") == (
        '<strong>粗 <code>码</code></strong> 与 <code>名</code> 和 <a href="#chapter-2">章</a>')
    assert inline("一行\n接着 and\nmore") == "一行接着 and\nmore"
    assert block("- 甲\n- 乙\n  续") == "<ul><li>甲</li><li>乙  续</li></ul>"
    assert block("1. 甲\n2. 乙") == "<ol><li>甲</li><li>乙</li></ol>"
    assert blocks("# 题\n\n一段") == "\n<p>一段</p>"


def test_markup_in_the_file_stays_text():
    assert "<script>" not in blocks("<script>x</script>\n\n| <b> | c |\n| --- | --- |\n| `<i>` | d |")


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["keeper", "auditor"])
def test_neither_page_tells_of_the_business(stage, who):
    text = stage.get(who, "system").text + stage.get(who, "handbook").text
    assert "系统状态" in text
    assert not any(secret in text for secret in SECRETS.values())
