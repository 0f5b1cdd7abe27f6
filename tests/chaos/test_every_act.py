"""R33: every act that is let through stands in the journal – who, when, from where, what, on what, old → new, with what result –
and so does every refused right, every try to sign in and every file that leaves the system. Silent: none."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from branches.meetings import services as meetings
from branches.meetings.models import Meeting
from partywork.journal.models import Entry, Result
from partywork.journal.services import describe
from partywork.middleware import errors
from tests.access_table import EXPECTED
from tests.chaos.conftest import LONG
from tests.chaos.foreign import DRAFTS
from tests.digest import Rows, difference, snapshot
from tests.factories import PASSWORD
from tests.payloads import SUBMISSIONS, allowed, form_on_page, fresh, payload, usual
from tests.stage import Answer, Stage, address, names
from tests.variants import VARIANTS, variant

pytestmark = pytest.mark.django_db
HERE = "10.9.8.7"
POSTING = [name for name in names() if "POST" in allowed(name)]
READING = {"meeting_attendance": "draws the list of those expected, for a page that stands open; it keeps nothing"}
# Addresses that hand out a file when posted to: nothing changes by it, and each time is told.
FILES = {"matrix_export", "meetings_export", "members_export", "figures_export", "figure_rows_export", "meeting_file", "report_download",
         "structure_export", "member_gaps_export", "development_export", "thought_file", "step_file",
         "import_members_template", "import_branches_template", "import_accounts_template", "import_download",
         "transfers_export", "dues_ledger_export", "dues_arrears_export", "awards_export", "terms_export"}
# GET addresses that hand out a file without a word in the journal.
PLAIN_FILES = {"template_builtin": "part of the program, the same for everybody; no record stands in it"}
# Columns that tell of the change itself, or of which only the fact is told.
BOOKKEEPING = {"version", "changed_at", "changed_by", "password", "must_change_password", "last_login", "pinyin", "initials",
               "change_token"}
# Columns that are told under another name (the meeting's history is read by people), or follow from what is told.
TOLD_AS = {"meetings.MeetingFile.removed_at": "附件", "reports.ReportTemplate.retired_at": "状态"} | dict.fromkeys(
    [f"meetings.Attendance.{name}" for name in ("state", "reason", "grade", "votes")]
    + [f"meetings.Meeting.{name}" for name in ("expected_count", "present_count", "voters_expected", "voters_present")], "出勤：")
FOLLOWS = {
    "branches.Branch.numchild": "the tree's own count of the organisations that are told",
    "imports.ImportBatch.job": "the job that was asked for is told",
    "branches.Branch.path": "its place in the tree, which is told as the organisation above it", "branches.Branch.depth": "the same",
    "members.Standing.outcome": "follows from the day on which it ends", "transfers.Transfer.due_on": "follows from the days that are told",
    "members.Member.latest": "points to the membership that is told",
    "members.Membership.stop_on": "the day on which the membership that is told begins",
    "members.Membership.stop_reason": "the same",
}
OF_THE_LOGIN = {"accounts.Session", "accounts.Tries", "journal.Entry", "journal.Head"}


class Watch:
    """Looks at the database before and after one request."""

    def __init__(self) -> None:
        self.last = last_entry()
        self.before: Rows = snapshot()

    def __call__(self) -> tuple[list[Entry], dict]:
        return list(Entry.objects.filter(seq__gt=self.last).order_by("seq")), difference(self.before, snapshot())


def last_entry() -> int:
    return Entry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def watched(stage: Stage, who: str, path: str, data: dict[str, Any] | None, method: str = "POST", **more: Any) -> Answer:
    sent = fresh(data) if data is not None else None
    return stage.ask(who, method, path, sent, look=Watch(), REMOTE_ADDR=HERE, **more)


def written(found: dict) -> set[str]:
    return set(found) - OF_THE_LOGIN


def faults_of(stage: Stage, name: str, who: str, answer: Answer, result: str = Result.DONE) -> list[str]:
    """What the journal does not say of one act."""
    entries, found = answer.after
    if not entries:
        return [f"{name}: silent, wrote {sorted(answer.changed)}"]
    faults = [f"{name}: {fault}" for entry in entries for fault in gaps_of(entry, stage, who, result)]
    told = {key for entry in entries for key in entry.changes}
    untold = sorted(column for column in changed_columns(found) if not is_told(column, told))
    return faults + ([f"{name}: no old and new of {untold}"] if untold else [])


def is_told(column: str, told: set[str]) -> bool:
    return column.split(".")[-1] in told or any(key.startswith(TOLD_AS.get(column, "-")) for key in told)


def gaps_of(entry: Entry, stage: Stage, who: str, result: str) -> list[str]:
    account = stage.world.people[who]
    said = {
        "who": entry.actor_id == (account.pk if account else None) or entry.action.startswith("login."),
        "when": abs(timezone.now() - entry.at) < timedelta(minutes=1), "where": entry.ip == HERE,
        "what": not describe(entry).startswith("其他操作"), "on what": bool(entry.target_label or entry.target_id),
        "result": entry.result == result,
    }  # fmt: skip
    return [f"{entry.action} does not say {what}" for what, there in said.items() if not there]


def changed_columns(found: dict) -> set[str]:
    """Columns of rows that were there before and now say something else: app.Model.column."""
    columns = set()
    for label in written(found):
        names = {field.attname: field.name for field in apps.get_model(label)._meta.concrete_fields}
        rows = [set(row) - {"pk"} for row in found[label]["changed"]]
        columns |= {f"{label}.{names[key]}" for row in rows for key in row if names[key] not in BOOKKEEPING}
    return columns - set(FOLLOWS)


def senders(stage: Stage, name: str) -> tuple[str, str, dict[str, Any]]:
    if name in VARIANTS:
        return variant(stage, name)
    letter = usual(name)
    return SUBMISSIONS[name].sender(letter), address(stage, name, letter), payload(stage, name, letter)


def act(stage: Stage, name: str) -> Answer:
    who, path, data = senders(stage, name)
    answer = watched(stage, who, path, data)
    assert answer.status in (200, 302), f"{name}: {answer.status}"
    return answer


@pytest.fixture(scope="module")
def acts(stage) -> dict[str, Answer]:
    """Every act once: each address that takes a POST, each change of a member."""
    return {name: act(stage, name) for name in (*POSTING, *VARIANTS) if name not in READING}


def silent_acts(stage: Stage, acts: dict[str, Answer]) -> list[str]:
    return [fault for name, answer in acts.items() for fault in faults_of(stage, name, senders(stage, name)[0], answer)]


def corrected(stage: Stage) -> tuple[str, dict[str, Any]]:
    """A whole sheet at once: everybody was on leave, two resolutions instead of none."""
    data = payload(stage, "meeting_edit", "a")
    present = data.pop("present")
    rows = {f"{field}-{pk}": words for pk in present[1:] for field, words in (("state", "leave"), ("reason", "公务外出"))}
    votes = {"res-TOTAL_FORMS": "2", "res-0-text": "决议一", "res-0-matter": "ordinary", "res-1-text": "决议二", "res-1-matter": "ordinary"}
    return address(stage, "meeting_edit", "a"), data | {"present": present[:1]} | rows | votes


def test_every_accepted_post_is_in_the_journal(stage, acts, tell):
    assert set(SUBMISSIONS) == set(POSTING)
    assert silent_acts(stage, acts) == []
    path, sheet = corrected(stage)
    answer = watched(stage, "secretary", path, sheet)
    rows = sum(len(answer.after[1][label]["changed"]) for label in ("meetings.Attendance",))
    assert rows > 1
    assert faults_of(stage, "a whole sheet", "secretary", answer) == []
    tell("R33", "每个提交", f"{len(POSTING)} 个地址和 {len(VARIANTS)} 种变动逐一提交：沉默 0；一次改 {rows} 行的出勤也留旧值和新值；"
         f"对照（不写日志的办理、绕过服务的批量修改）各找出 1 处")


@pytest.mark.parametrize("name", READING)
def test_what_only_reads_writes_nothing(stage, name):
    who, path, data = senders(stage, name)
    assert watched(stage, who, path, data).after == ([], {})


def sent_again(stage: Stage, name: str) -> tuple[list[Entry], set[str]]:
    """What a second sending tells and writes."""
    who, path, data = senders(stage, name)
    with transaction.atomic():
        stage.ask(who, "POST", path, fresh(data), keep=True)
        entries, found = watched(stage, who, path, data).after
        transaction.set_rollback(True)
    return entries, written(found)


def test_whatever_a_second_sending_changes_is_told_too(stage, monkeypatch):
    """But a draft, which saves itself every few seconds, is told once a stretch of writing."""
    silent = {name: tables for name in POSTING if name not in FILES and not (found := sent_again(stage, name))[0] and (tables := found[1])}
    assert silent == {name: {"meetings.Meeting"} for name in DRAFTS}
    monkeypatch.setattr(meetings, "STRETCH", timedelta(0))
    for name in DRAFTS:
        assert [entry.action for entry in sent_again(stage, name)[0]] == ["meeting.write"]


def refused_cells() -> list[tuple[str, str, str, str]]:
    """Every 403 of the access table (test_access sees to an entry for each), or one person for each address and method."""
    cells = {(*key, who): key[:2] for key, row in EXPECTED.items() for who, code in row.items() if code == "403"}
    return list(cells) if LONG else list({act: cell for cell, act in cells.items()}.values())


def silent_refusals(stage: Stage, cells: list[tuple[str, str, str, str]]) -> list[str]:
    faults = []
    for name, method, letter, who in cells:
        data = payload(stage, name, letter) if method == "POST" else None
        path, last = address(stage, name, letter), last_entry()
        answer = stage.ask(who, method, path, data, REMOTE_ADDR=HERE, look=lambda last=last: list(Entry.objects.filter(seq__gt=last)))
        said = [(entry.action, entry.target_label, entry.result) for entry in answer.after]
        if said != [("access.refuse", f"{method} {path.partition('?')[0]}"[:200], Result.REFUSED)]:
            faults.append(f"{name} {method} {letter} {who}: {said}")
        faults += [fault for entry in answer.after for fault in gaps_of(entry, stage, who, Result.REFUSED)]
    return faults


def test_every_refused_right_is_in_the_journal(stage, tell):
    cells = refused_cells()
    assert len(cells) > 40
    assert silent_refusals(stage, cells) == []
    tell("R33", "每次越权", f"{len(cells)} 处越权逐一核对日志（谁、何时、从哪里、要做什么）：沉默 0；对照（不记越权）20 处找出 20 处")


# name: (the person's own login, or nobody's; what he types; how it ends)
TRIES = {
    "right": ("nobody", {"username": "member", "password": PASSWORD}, "login.done"),
    "wrong": ("nobody", {"username": "member", "password": "wrong"}, "login.refused"),
    "no such name": ("nobody", {"username": "meiyouzheren", "password": PASSWORD}, "login.refused"),
    "disabled": ("nobody", {"username": "disabled", "password": PASSWORD}, "login.refused"),
}


def tried(stage: Stage, who: str, path: str, data: dict[str, str], **more: Any) -> list[str]:
    entries, _ = watched(stage, who, path, data, **more).after
    assert [gap for entry in entries for gap in gaps_of(entry, stage, who, entry.result)] == []
    return [entry.action for entry in entries]


def test_every_try_to_sign_in_is_in_the_journal(stage, tell):
    login, change = address(stage, "login"), address(stage, "password_change")
    assert {kind: tried(stage, who, login, data) for kind, (who, data, _) in TRIES.items()} == {
        kind: [action] for kind, (_, _, action) in TRIES.items()}
    wrong = {"username": "member", "password": "wrong"}
    old = {"old_password": "wrong", "new_password": "songlin-0873-he", "again": "songlin-0873-he"}
    with transaction.atomic():
        at_the_door = [tried(stage, "nobody", login, wrong, keep=True) for _ in range(7)]
        within = [tried(stage, "secretary", change, old, keep=True) for _ in range(7)]
        transaction.set_rollback(True)
    assert (at_the_door[0], at_the_door[-1]) == (["login.refused"], ["login.locked"])
    assert (within[0], within[-1]) == (["account.password_refused"], ["account.password_locked"])
    assert all(at_the_door + within)
    tell("R33", "每次登录", f"成功、密码错、无此名、已停用、被锁定，和改密码时核对原密码，共 {len(TRIES) + 14} 次：沉默 0")


def downloads(answers: dict[str, Answer]) -> set[str]:
    return {name for name, answer in answers.items() if answer.response.get("Content-Disposition", "").startswith("attachment")}


def test_no_file_leaves_by_a_get(stage, acts, tell):
    """A GET writes nothing, so it hands out nothing either; what posts a file is among the acts above."""
    opened = {name: (who, letter) for (name, method, letter), row in EXPECTED.items() if method == "GET"
              for who, code in row.items() if code == "200"}
    answers = {name: stage.get(who, name, letter) for name, (who, letter) in opened.items()}
    assert downloads(answers) == set(PLAIN_FILES)
    files = downloads(acts)
    assert files == FILES
    tell("R33", "每个文件", f"{len(files)} 个地址交出文件，都要提交并留日志；直接打开就得到文件的只有程序自带的模板 {len(PLAIN_FILES)} 处")


# --- the negative controls ---------------------------------------------------------------------------------------------


def test_an_act_without_its_entry_is_seen(stage, monkeypatch):
    monkeypatch.setattr("branches.services.write_entry", lambda **facts: None)
    asked = {name: act(stage, name) for name in ("group_edit", "post_end")}
    assert silent_acts(stage, asked) == ["group_edit: silent, wrote ['branches_partygroup']"]


def test_a_bulk_change_past_the_services_is_seen(stage, monkeypatch):
    """It writes an entry, but not what was there before."""
    void = meetings.void_meeting

    def and_the_rest(*, actor, meeting, reason):
        Meeting.objects.filter(branch=meeting.branch).update(place="别处")
        return void(actor=actor, meeting=meeting, reason=reason)

    monkeypatch.setattr(meetings, "void_meeting", and_the_rest)
    asked = {"meeting_void": act(stage, "meeting_void")}
    assert silent_acts(stage, asked) == ["meeting_void: no old and new of ['meetings.Meeting.place']"]


def test_a_refusal_without_its_entry_is_seen(stage, monkeypatch):
    monkeypatch.setattr(errors, "note_refusal", lambda request, refusal: None)
    cells = refused_cells()[:20]
    assert len(silent_refusals(stage, cells)) == len(cells) == 20


def test_a_download_by_get_is_seen(stage):
    answer = stage.get("staff", "template_builtin")
    assert downloads({"another": answer, "page": stage.get("staff", "templates")}) == {"another"}


def test_an_entry_that_leaves_out_what_matters_is_seen(stage):
    bare = Entry(at=timezone.now() - timedelta(hours=1), action="nobody.knows", result=Result.FAILED)
    assert len(gaps_of(bare, stage, "secretary", Result.DONE)) == 6


def test_the_forms_really_are_those_of_the_pages(stage):
    assert form_on_page(stage, "members_export", "a").values["branch"] == [str(stage.world.a.pk)]
