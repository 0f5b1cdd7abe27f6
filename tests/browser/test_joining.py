"""One person from the application to full membership, in a real browser: the secretary enters and reports, the committee decides.
Time is moved by late entries; the meetings are on record before, and their votes are taken from them."""
from __future__ import annotations

import re

import pytest

from tests.browser.test_story import no_sideways_scrolling

MEETINGS = """
from branches.accounts.models import Account
from branches.meetings.models import Resolution
from branches.models import Branch
from members.models import Member
from datetime import date
from tests.factories import make_meeting
branch = Branch.objects.get(code="ZB01")
people = list(Member.objects.filter(latest__branch=branch, latest__kind="full", latest__stop_on=None))
by = Account.objects.get(username="zb01")
def held(kind, day, title, **more):
    return make_meeting(branch, kind, attendance=people, held_on=date.fromisoformat(day), created_by=by, title=title, **more)
for day in ("2025-04-01", "2025-06-10"):
    held("committee", day, "研究{name}发展事项", body="committee")
for day, matter in (("2025-07-10", "admit"), ("2026-07-20", "full")):
    meeting = held("congress", day, "讨论{name}")
    Resolution.objects.create(meeting=meeting, order=1, matter=matter, text="同意{name}", yes=meeting.voters_present, no=0, abstain=0)
"""
# (step, its day; "@" marks a step from before the records, "^" one that goes up, "!" one of the committee itself)
COURSE = [
    ("talk", "2023-11-20", "@"), ("activist", "2024-03-01", "@"), ("activist_record", "2024-03-10", "@"), ("contacts", "2024-03-10", "@"),
    ("candidate", "meeting 2025-04-01", ""), ("candidate_consent", "2025-04-20", "^"), ("introducers", "2025-04-21", ""),
    ("political_review", "2025-05-06", ""), ("training", "2025-05-20", "exception"), ("branch_review", "meeting 2025-06-10", ""),
    ("pre_review", "2025-06-20", "^"), ("pledge_form", "2025-06-25", ""), ("admission", "resolution 2025-07-10", ""),
    ("committee_talk", "2025-07-20", "!"), ("approval", "2025-08-01", "^"), ("report_up", "2025-08-02", "!"),
    ("placement", "2025-08-03", ""), ("oath", "2025-08-20", ""), ("probation", "2026-01-05", ""), ("full_application", "2026-07-01", ""),
    ("full_meeting", "resolution 2026-07-20", ""), ("full_approval", "2026-08-10", "^"), ("archive", "2026-08-20", ""),
]  # fmt: skip


def enter(page, address: str, key: str, day: str, mark: str) -> None:
    """One step by its form."""
    page.goto(f"{address}steps/{key}/" + ("?carried=1" if mark == "@" else ""))
    what, _, on = day.rpartition(" ")
    if what:
        options = page.locator(f"select[name={what}] option").all_inner_texts()
        page.select_option(f"select[name={what}]", label=next(each for each in options if each.startswith(on)))
    elif mark == "^":
        page.fill("[name=reported_on]", on)
    else:
        page.fill("[name=day]", on)
    if key in ("introducers",):
        page.select_option("select[name=first]", index=1)
        page.select_option("select[name=second]", index=2)
    if mark == "exception":
        page.check("[name=exceptional]")
    if key in ("cultivation", "probation"):
        page.fill("[name=note]", "表现良好")
    page.click("main button[type=submit]:has-text('登记这一步'), main button[type=submit]:has-text('报送上级党委')")
    page.wait_for_url(re.compile(re.escape(address) + "$"))


def decide(page, name: str, day: str, key: str) -> None:
    """The committee's decision from the queue."""
    page.goto("/development/queue/")
    page.click(f"tr:has-text('{name}') a.btn-primary")
    page.fill("[name=day]", day)
    if key == "candidate_consent":
        page.fill("[name=publicity_from]", "2025-04-08")
        page.fill("[name=publicity_to]", "2025-04-18")
    page.click("main button[type=submit]:has-text('提交办理意见')")
    page.wait_for_url(re.compile(r"/development/queue/$"))


@pytest.mark.browser
def test_from_the_application_to_full_membership(visit, site, width):
    name = "林向前" if width["width"] > 1000 else "林小路"
    site.manage("shell", "-v0", "-c", MEETINGS.format(name=name))
    secretary, staff = visit("zb01"), visit("dangban")
    secretary.goto("/development/new/")
    for field, value in (("name", name), ("born_on", "1995-06-01"), ("applied_on", "2023-11-01")):
        secretary.fill(f"[name={field}]", value)
    secretary.select_option("[name=sex]", "m")
    secretary.click("main button[type=submit]:has-text('登记申请人')")
    secretary.wait_for_url(re.compile(r"/development/\d+/$"))
    address = secretary.url
    for key, day, mark in COURSE:
        enter(staff if mark == "!" else secretary, address, key, day, mark)
        if mark == "^":
            decide(staff, name, day, key)
    secretary.goto(address)
    assert "已完成" in secretary.inner_text("h1")
    assert secretary.locator(".chain-done").count() >= 24
    assert no_sideways_scrolling(secretary)
    secretary.click("aside a:has-text('" + name + "')")
    facts = secretary.inner_text("main")
    assert "正式党员" in secretary.inner_text("h1")
    assert "2025年7月10日" in facts
    assert "2026年7月10日" in facts
