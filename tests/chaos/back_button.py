"""A real Chromium that signs in, looks at a page, signs out and presses Back; what it shows then, as JSON.

A process of its own: Playwright keeps an event loop that Django's database layer must not see.
"""
from __future__ import annotations

import json
import sys

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM, DESK, FLAGS

KEEPS_NO_PAGES = "--disable-back-forward-cache"


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "/login/" not in address)


def sign_out(page: Page) -> None:
    page.click("details.user-menu summary")
    page.click("details.user-menu button[type=submit]")
    page.wait_for_url("**/login/")


def shown_after_back(page: Page, path: str, word: str, presses: int) -> dict:
    """Whether the word can be read before, and after each Back."""
    page.goto(path)
    before = word in page.inner_text("body")
    sign_out(page)
    after = []
    for _ in range(presses):
        page.go_back(wait_until="commit")  # a page that was kept whole is not loaded
        page.wait_for_timeout(500)
        after.append(word in page.inner_text("body"))
    return {"before": before, "after": after, "at": page.url}


def main(address: str, username: str, password: str, path: str, word: str) -> None:
    with sync_playwright() as playwright:
        # As people have it: whole pages are kept for the Back button, which Playwright switches off.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, ignore_default_args=[KEEPS_NO_PAGES])
        page = browser.new_context(base_url=address, viewport=DESK).new_page()
        page.set_default_timeout(15_000)
        sign_in(page, username, password)
        sys.stdout.write(json.dumps(shown_after_back(page, path, word, presses=2)))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
