"""A roster from Excel in a real browser with the real worker: upload, preview, confirm, take back."""
from __future__ import annotations

import re
from pathlib import Path

from tests.browser.test_story import SHOTS, no_sideways_scrolling
from tests.partywork.imports.sheets import workbook
from tests.partywork.imports.test_faults import FULL_HEAD, messy


def sheet(folder: Path) -> tuple[Path, set[int]]:
    """500 rows with 40 planted faults, under a title and a note; the line numbers at fault."""
    rows, expected = messy(500, 40)
    rows = [{**row, "所在党支部": "ZB01" if row["所在党支部"] == "一支部" else row["所在党支部"]} for row in rows]
    path = folder / "名册.xlsx"
    path.write_bytes(workbook(rows, FULL_HEAD, before=(["水利局党员名册"], ["填表人：林一", None, "2026年11月"])))
    return path, set(expected)


def number_of(page, label: str) -> int:
    return int(page.locator(f".stat:has(.stat-label:text-is('{label}')) .stat-value a").inner_text())


def told_lines(page, address: str) -> set[int]:
    """The line numbers of all refused rows, over all pages of the preview."""
    found, at = set(), 1
    while True:
        page.goto(f"{address}?action=refused&page={at}")
        found |= {int(text) for text in page.locator("#rows tbody td[data-label=行]").all_inner_texts()}
        if not page.locator("a[rel=next]").count():
            return found
        at += 1


def test_a_messy_roster_goes_in_and_out_again(visit, width, site, tmp_path):
    page = visit("dangban")
    path, expected = sheet(tmp_path)
    page.goto("/members/")
    before = int(re.search(r"共 (\d+) 人", page.inner_text(".pager-sum")).group(1))
    page.click("main a:has-text('导入名册')")
    page.set_input_files("[name=file]", path)
    page.fill("[name=start_on]", "2026-01-01")
    page.click("button:has-text('上传并核对')")
    page.wait_for_selector("text=这是预览，还没有写入", timeout=60_000)
    address = page.url
    assert (number_of(page, "新建"), number_of(page, "不导入")) == (460, 40)
    assert no_sideways_scrolling(page)
    assert told_lines(page, address) == expected
    page.screenshot(path=SHOTS / f"import-{width['width']}.png", full_page=True)
    page.goto("/members/")
    assert f"共 {before} 人" in page.inner_text(".pager-sum")
    page.goto(address)
    page.click("button:has-text('确认导入 460 行')")
    page.wait_for_selector("text=已导入：新建 460 人", timeout=60_000)
    with page.expect_download() as saved:
        page.click("button:has-text('下载有问题的行')")
    assert saved.value.suggested_filename.endswith(".xlsx")
    page.goto("/members/")
    assert f"共 {before + 460} 人" in page.inner_text(".pager-sum")
    page.goto(address)
    page.click("button:has-text('整体撤回')")
    page.wait_for_selector("text=已整体撤回", timeout=60_000)
    page.goto("/members/")
    assert f"共 {before} 人" in page.inner_text(".pager-sum")
