"""A transfer from the letter to its acceptance in a real browser: the secretary sends, the office notes the acceptance, and only
then the roster changes."""

from __future__ import annotations

import re
from datetime import date

from tests.browser.conftest import DESK
from tests.browser.test_story import no_sideways_scrolling

TODAY = date.today().isoformat()


def somebody_with_nothing_open(page, skip: int) -> str:
    """A full member of the branch who may be sent: the address of his page."""
    page.goto("/members/?state=full")
    links = page.eval_on_selector_all("main tbody a[href^='/members/']", "all => all.map(one => one.getAttribute('href'))")
    for link in list(dict.fromkeys(links))[skip:]:
        page.goto(link)
        if page.locator("a:has-text('转出组织关系')").count():
            return link
    raise AssertionError("nobody to send")


def names_on_roster(page) -> str:
    page.goto("/members/")
    return page.inner_text("main")


def test_a_letter_moves_nobody_until_it_is_accepted(visit, width):
    first = width == DESK
    secretary = visit("zb01")
    link = somebody_with_nothing_open(secretary, skip=2 if first else 4)
    name = secretary.inner_text("h1").split()[0]
    secretary.click("a:has-text('转出组织关系')")
    secretary.fill("[name=other_side]", "中共青禾县直属机关工作委员会")
    secretary.fill("[name=number]", "岚水党介〔2026〕901号" if first else "岚水党介〔2026〕902号")
    secretary.fill("[name=start_on]", TODAY)
    secretary.fill("[name=dues_to]", TODAY[:7])
    assert no_sideways_scrolling(secretary)
    secretary.click("button[type=submit]:has-text('登记转出')")
    secretary.wait_for_url(re.compile(r"/transfers/\d+/$"))
    assert "转接中" in secretary.inner_text("h1")
    letter = secretary.url
    secretary.click("a:has-text('打印介绍信')")
    secretary.wait_for_url(re.compile(r"/letter/$"))
    assert secretary.inner_text(".letter").count(name) == 3
    assert no_sideways_scrolling(secretary)
    assert name in names_on_roster(secretary)

    office = visit("dangban")
    office.goto(letter)
    office.click("a:has-text('登记接收')")
    office.fill("[name=day]", TODAY)
    office.fill("[name=receipt_on]", TODAY)
    office.click("button[type=submit]:has-text('登记接收')")
    office.wait_for_url(letter)
    assert "已接收" in office.inner_text("h1")

    assert name not in names_on_roster(secretary)
    secretary.goto(link)
    assert "组织关系转出" in secretary.inner_text(".timeline")
