"""R1: every URL × every person × every method gives the code of the access table, and nothing beside it happens.

A URL without its lines in the table fails; so does a line without its URL.
"""
from __future__ import annotations

import os
import re

import pytest

from branches.accounts import permissions
from branches.accounts.models import Account
from branches.meetings.querysets import MeetingQuerySet
from tests.access_table import EXPECTED
from tests.cast import CAST
from tests.headers import header_faults
from tests.offers import dead_ends
from tests.payloads import allowed, payload
from tests.stage import SECRETS, Answer, Stage, address, letters, names

pytestmark = pytest.mark.django_db
PUBLIC = {"healthz", "login", "logout"}
OTHERS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
# A method that is not taken is refused before anybody is looked at; LONG=1 asks for everybody all the same.
BYSTANDERS = CAST if os.environ.get("LONG") else ("nobody", "secretary")
# Who may read the texts of branch A and of branch B; the auditor reads the journal's words about both.
READERS = {
    "a": {"secretary", "general", "staff", "inspector", "leader"}, "b": {"neighbour", "general", "staff", "inspector", "leader"},
}
# His own record names the meetings that he was at.
OWN_RECORD = {"member": {"member"}}
NOISE = (
    (re.compile(r'csrfmiddlewaretoken" value="\w+"'), ""), (re.compile(r'"X-CSRFToken": "\w+"'), ""),
    (re.compile(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b"), "NUMBER"),
)


def rows_of(name: str) -> list[tuple[str, str]]:
    """The lines that a URL must have: each of its objects by GET and by POST; one line where a method is not taken."""
    rows = []
    for method in ("GET", "POST"):
        asked = letters(name, method)
        rows += [(method, letter) for letter in (asked if method in allowed(name) else asked[:1])]
    return rows


def wrong_cells(stage: Stage, name: str, everybody=CAST) -> list[str]:
    """What is not as the table says, over all lines of a URL."""
    wrong: list[str] = []
    for method in ("GET", "POST"):
        people = everybody if method in allowed(name) else [who for who in everybody if who in BYSTANDERS]
        answers = {(letter, who): ask(stage, who, method, name, letter)
                   for each, letter in rows_of(name) if each == method for who in people}
        for (letter, who), answer in answers.items():
            said = EXPECTED[name, method, letter][who]
            faults = faults_of(stage, name, method, who, answer)
            if answer.code != said:
                faults.append(f"{answer.code} instead of {said}" + (f", wrote {sorted(answer.changed)}" if answer.changed else ""))
            wrong += [f"{name} {method} {letter} {who}: {fault}" for fault in faults]
        wrong += [f"{name} {method} {who}: the sister's does not look like none" for who in people if told_apart(answers, who)]
    return wrong


def told_apart(answers: dict[tuple[str, str], Answer], who: str) -> bool:
    """Whether somebody out of reach could tell the sister's object from one that does not exist, byte by byte."""
    sister, none = answers.get(("b", who)), answers.get(("x", who))
    return bool(sister and none) and sister.status == 404 and plain(sister) != plain(none)


def plain(answer: Answer) -> str:
    """Headers and body without what is random and without the address itself."""
    path, _, query = answer.path.partition("?")
    text = answer.text.replace(answer.path, "PATH").replace(path, "PATH").replace(query or "PATH", "PATH")
    for pattern, instead in NOISE:
        text = pattern.sub(instead, text)
    headers = {key: value for key, value in answer.response.items() if key not in ("Content-Length", "Expires")}
    return f"{answer.status} {headers} {text}"


def ask(stage: Stage, who: str, method: str, name: str, letter: str) -> Answer:
    data = payload(stage, name, letter) if method == "POST" and "POST" in allowed(name) else None
    return stage.ask(who, method, address(stage, name, letter), data)


def faults_of(stage: Stage, name: str, method: str, who: str, answer: Answer) -> list[str]:
    faults = header_faults(answer, bool(stage.sessions[who]))
    if method == "GET" and answer.changed:
        faults.append(f"a GET wrote {sorted(answer.changed)}")
    if method == "GET":
        faults += dead_ends(stage, who, answer)
    if answer.status == 403 and "journal_entry" not in answer.written:
        faults.append("a refused right is not in the journal")
    if who != "auditor":
        hidden = [SECRETS[letter] for letter in "ab" if who not in READERS[letter] | OWN_RECORD.get(name, set())]
        faults += [f"reads {words}" for words in hidden if words in answer.text_or_none]
    return faults


@pytest.mark.parametrize("name", names())
def test_every_person_gets_the_answer_of_the_table(stage, name):
    assert {key[1:] for key in EXPECTED if key[0] == name} == set(rows_of(name))
    assert wrong_cells(stage, name) == []


@pytest.mark.parametrize("name", names())
def test_other_methods(stage, name):
    """HEAD is a GET without its body; everything else is not a way to ask."""
    letter, takes = letters(name)[0], allowed(name)
    path = address(stage, name, letter)
    for who in BYSTANDERS:
        refused = "login" if who in ("nobody", "disabled") and name not in PUBLIC else "405"
        like_get = EXPECTED[name, "GET", letter][who]
        found = {method: stage.ask(who, method, path, {} if method in ("PUT", "PATCH") else None).code for method in OTHERS}
        assert (who, found) == (who, {"HEAD": like_get} | {method: refused for method in OTHERS[1:] if method not in takes})


def test_the_table_names_only_what_is_there():
    assert {name for name, _, _ in EXPECTED} == set(names())


def test_no_right_of_one_administrator_is_a_view_of_business():
    """三员分立: neither keeper nor auditor opens any page that shows a record."""
    open_to_all = {"healthz", "home", "login", "logout", "password_change", "permissions", "rules", "rule", "sessions",
                   "sessions_end", "holidays"}
    own = {"accounts", "account_new", "account", "account_edit", "account_reset", "account_sessions_end", "session_end", "post_new",
           "post_end", "journal", "journal_heads"}
    own |= {"appointments", "holiday_new", "holiday_edit", "holiday_remove", "system", "system_verify", "handbook"}
    own |= {"imports", "import_accounts", "import_accounts_template"}
    seen = {name for (name, _, _), row in EXPECTED.items() for who in ("keeper", "auditor") if row[who].startswith(("200", "302"))}
    assert seen <= open_to_all | own


# --- the negative controls: with one guard off the same checker must complain ----------------------------------------------


def test_without_the_rights_check_cells_turn_wrong(stage, monkeypatch):
    monkeypatch.setattr(permissions, "require", lambda *args: None)
    wrong = wrong_cells(stage, "meeting_void", ("leader", "inspector", "general"))
    assert "meeting_void GET a leader: 200 instead of 403" in wrong
    assert len(wrong) >= 9


def test_with_every_right_given_cells_turn_wrong(stage, monkeypatch):
    monkeypatch.setattr(Account, "can", lambda *args: True)
    monkeypatch.setattr(permissions, "can", lambda *args: True)
    assert "journal GET - secretary: 200 instead of 403" in wrong_cells(stage, "journal", ("secretary",))
    assert any("302+ instead of 403" in cell for cell in wrong_cells(stage, "group_new", ("general",)))


def test_with_every_meeting_in_sight_cells_turn_wrong(stage, monkeypatch):
    monkeypatch.setattr(MeetingQuerySet, "visible_to", lambda self, account: self.all())
    wrong = wrong_cells(stage, "meeting", ("secretary", "member"))
    assert "meeting GET b secretary: 200 instead of 404" in wrong
    assert f"meeting GET b secretary: reads {SECRETS['b']}" in wrong


def test_a_sisters_object_that_looks_different_is_seen(stage):
    answers = {(letter, "secretary"): ask(stage, "secretary", "GET", "meeting", letter) for letter in "bx"}
    answers["b", "secretary"].body += "会议".encode()
    assert told_apart(answers, "secretary")


def test_a_get_that_writes_is_seen(stage, monkeypatch):
    monkeypatch.setattr("branches.meetings.views.files_of", lambda meeting: meeting.save() or [])
    assert "meeting GET a secretary: a GET wrote ['meetings_meeting']" in wrong_cells(stage, "meeting", ("secretary",))
