"""The main job from end to end, in a real browser with the real worker, at both widths.

A secretary logs a meeting and sees where it went; the committee makes the half-year report in which it is counted,
opens its rows from the number, and downloads the Word file.
"""
from __future__ import annotations

import json
import re
import time
from datetime import timedelta
from pathlib import Path

import docx

from partywork.periods import Period, Span, today

# File names, login names of the sample, and a word that the password hint forbids.
KNOWN = {"Excel", "Word", "docx", "xlsx", "admin", "audit", "dangban", "ducha", "lingdao", "zuzhi", "xuanchuan", "jijian", "dangyuan",
         "fushuji", "dangjian", "zb"}
SHOTS = Path(__file__).parent.parent.parent / "test-results"
MINUTES = "会议由支部书记主持。\n与会党员逐一发言，一致认为要把整改清单落到人头。\n会议决定由组织委员汇总，月底前检查。"


class Counted:
    """A page whose interactions are counted: each click, choice, key shortcut or paste is one."""

    def __init__(self, page) -> None:
        self.page, self.count = page, 0

    def click(self, selector: str) -> None:
        self.count += 1
        self.page.click(selector)

    def fill(self, selector: str, text: str) -> None:
        self.count += 1
        self.page.fill(selector, text)

    def choose(self, selector: str, value: str) -> None:
        self.count += 1
        self.page.select_option(selector, value)


def settle(page) -> None:
    """The attendance list has been fetched for the kinds and the day."""
    page.wait_for_load_state("networkidle")


def log_ordinary_meeting(page, title: str) -> tuple[int, float]:
    """From the home page to the receipt; returns interactions and seconds."""
    began, hand = time.monotonic(), Counted(page)
    hand.click("main a.btn-primary:has-text('登记会议')")
    hand.click("label.chip:has-text('集中学习')")
    settle(page)
    hand.fill("[name=title]", title)
    absent = page.locator("ul.attend li").nth(1)
    hand.click("ul.attend li:nth-child(2) input[name=present]")
    hand.fill(f"[name=reason-{absent.locator('[name=listed]').input_value()}]", "公务外出")
    hand.fill("[name=minutes]", MINUTES)
    hand.click("button[type=submit]:has-text('登记会议')")
    page.wait_for_url(re.compile(r"/meetings/\d+/"))
    return hand.count, time.monotonic() - began


def no_sideways_scrolling(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_secretary_logs_a_meeting_and_sees_where_it_went(visit, width, site):
    page = visit("zb01")
    title = f"学习防汛抗旱应急预案（{width['width']}）"
    interactions, seconds = log_ordinary_meeting(page, title)
    assert interactions <= 12
    assert seconds < 60
    assert page.locator("h1").inner_text() == title
    receipt = page.locator("#receipt").inner_text()
    assert "集中学习" in receipt
    assert "半年" in receipt or "报告" in receipt
    links = page.locator("#receipt a")
    assert links.count() >= 3
    addresses = {links.nth(number).get_attribute("href") for number in range(links.count())}
    for address in sorted(addresses):
        assert page.request.get(address).status == 200, address
    assert no_sideways_scrolling(page)
    page.screenshot(path=SHOTS / f"meeting-{width['width']}.png", full_page=True)


def test_what_is_typed_survives_a_mistake_and_the_draft_is_kept(visit, site):
    page = visit("zb02")
    page.goto("/meetings/new/")
    page.click("label.chip:has-text('集中学习')")
    settle(page)
    page.fill("[name=minutes]", MINUTES)
    page.fill("[name=held_on]", (today() + timedelta(days=3)).isoformat())
    page.fill("[name=title]", "写了一半的会议")
    page.click("button[type=submit]:has-text('登记会议')")
    page.wait_for_load_state("networkidle")
    assert page.input_value("[name=minutes]").replace("\r\n", "\n") == MINUTES
    assert "不能晚于" in page.inner_text("main") or "将来" in page.inner_text("main") or "今天" in page.inner_text("main")
    page.fill("[name=title]", "写了一半的会议，改过")
    page.wait_for_selector("text=草稿已保存", timeout=8000)
    page.goto("/meetings/")
    assert "写了一半的会议，改过" in page.inner_text("main")


def make_report(page, site) -> str:
    """Make this half-year's report as the committee's staff; returns the address of the report page."""
    period = Period.at(Span.HALF, today())
    page.goto("/reports/new/")
    page.select_option("[name=period]", period.code)
    page.click("main button[type=submit]")
    page.wait_for_url(re.compile(r"/reports/\d+/"))
    return page.url


def test_the_committee_makes_the_report_and_every_number_opens_its_rows(visit, width, site, tmp_path):
    page = visit("dangban")
    address = make_report(page, site)
    assert no_sideways_scrolling(page)
    page.screenshot(path=SHOTS / f"report-{width['width']}.png", full_page=True)
    answer = json.loads(site.manage("figures", "--period", Period.at(Span.HALF, today()).code, "--json"))
    told = {row["key"]: row for row in answer["figures"]}
    assert told["meetings.study"]["value"] > 0

    number = page.locator("main a[href*='meetings.study']").first
    assert number.inner_text().strip().startswith(str(told["meetings.study"]["value"]))
    page.goto(number.get_attribute("href"))
    assert f"{told['meetings.study']['rows']}" in page.inner_text("main")
    assert "集中学习" in page.inner_text("main")

    page.goto(address)
    page.click("main a:has-text('生成报告')")
    page.wait_for_url(re.compile(r"/make/"))
    page.click("main button[type=submit]:has-text('生成报告')")
    download = page.locator("main button:has-text('下载')").first
    download.wait_for(timeout=60_000)
    page.wait_for_load_state("networkidle")  # the list of versions comes anew when the job is over
    with page.expect_download() as saved:
        download.click()
    file = tmp_path / "report.docx"
    saved.value.save_as(file)
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(file)).paragraphs)
    assert f"集中学习{told['meetings.study']['value']}次" in text
    assert "【待补】" not in text


def test_a_member_sees_only_himself(visit, site):
    page = visit("zb01-dangyuan")
    assert re.search(r"/members/\d+/", page.url)
    assert page.request.get("/meetings/").status in (403, 404)
    assert no_sideways_scrolling(page)


def prose(page) -> str:
    """What the page says, without the placeholders that template makers copy."""
    return page.evaluate("() => { document.querySelectorAll('code, pre').forEach(e => e.remove()); return document.body.innerText }")


def test_pages_of_every_role_fit_and_speak_chinese(visit, site):
    """No page scrolls sideways, answers with a fault, or shows a word of English."""
    pages = {"zb01": ("/", "/duties/", "/meetings/", "/meetings/new/", "/members/", "/members/new/", "/org/", "/reports/", "/figures/",
                      "/matrix/", "/rules/", "/rules/VOTE-1/", "/permissions/", "/password/"),
             "dangban": ("/", "/matrix/", "/org/", "/org/new/", "/bureau/", "/report-templates/", "/members/", "/figures/"),
             "admin": ("/", "/accounts/", "/accounts/new/"), "audit": ("/", "/journal/")}
    for username, addresses in pages.items():
        page = visit(username)
        for address in addresses:
            answer = page.goto(address)
            assert answer.status == 200, f"{username} {address}"
            assert no_sideways_scrolling(page), f"{username} {address} scrolls sideways"
            words = re.sub(r"/[\w/.-]*", " ", prose(page))  # addresses of refused pages in the journal
            words = re.sub(r"\b[0-9a-f]{8,}(?:-[0-9a-f]{4,12})*\b", " ", words)  # numbers of jobs and sessions there
            english = set(re.findall(r"[A-Za-z]*[a-z]{2,}", words)) - KNOWN
            assert not english, f"{username} {address}: {english}"
