"""R1: every URL × every person × every method gives the code of the access table, and nothing beside it happens.

A URL without its lines in the table fails; so does a line without its URL.
"""
from __future__ import annotations

import re

import pytest

from branches.accounts import permissions
from branches.accounts.models import Account
from branches.meetings.querysets import MeetingQuerySet
from tests.access_table import EXPECTED
from tests.cast import CAST
from tests.headers import header_faults
from tests.payloads import allowed, payload
from tests.stage import SECRETS, Answer, Stage, address, letters, names

pytestmark = pytest.mark.django_db
PUBLIC = {"healthz", "login", "logout"}
OTHERS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
# A method that is not taken is refused before anybody is looked at: one of each kind of person shows it.
BYSTANDERS = ("nobody", "secretary", "keeper", "disabled")
# Who may read the texts of branch A and of branch B; the auditor reads the journal's words about both.
READERS = {
    "a": {"secretary", "general", "staff", "inspector", "leader"}, "b": {"neighbour", "general", "staff", "inspector", "leader"},
}
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


def wrong_cells(stage: Stage, name: str, people=CAST) -> list[str]:
    """What is not as the table says, over all lines of a URL."""
    wrong = []
    for method, letter in rows_of(name):
        row, answers = EXPECTED[name, method, letter], {}
        for who in people:
            answer = answers[who] = ask(stage, who, method, name, letter)
            if answer.code != row[who]:
                changed = f", wrote {sorted(answer.changed)}" if answer.changed else ""
                wrong.append(f"{name} {method} {letter} {who}: {answer.code} instead of {row[who]}{changed}")
            wrong += [f"{name} {method} {letter} {who}: {fault}" for fault in faults_of(stage, name, method, who, answer)]
    return wrong


def ask(stage: Stage, who: str, method: str, name: str, letter: str) -> Answer:
    data = payload(stage, name, letter) if method == "POST" and "POST" in allowed(name) else None
    return stage.ask(who, method, address(stage, name, letter), data)


def faults_of(stage: Stage, name: str, method: str, who: str, answer: Answer) -> list[str]:
    faults = header_faults(answer, bool(stage.sessions[who]))
    if method == "GET" and answer.changed:
        faults.append(f"a GET wrote {sorted(answer.changed)}")
    if answer.status == 403 and "journal_entry" not in answer.written:
        faults.append("a refused right is not in the journal")
    if who != "auditor":
        faults += [f"reads {SECRETS[letter]}" for letter in "ab" if who not in READERS[letter] and SECRETS[letter] in answer.text_or_none]
    return faults


@pytest.mark.parametrize("name", names())
def test_every_person_gets_the_answer_of_the_table(stage, name):
    assert {key[1:] for key in EXPECTED if key[0] == name} == set(rows_of(name))
    assert wrong_cells(stage, name) == []


@pytest.mark.parametrize("name", [name for name in names() if "x" in letters(name, "GET") + letters(name, "POST")])
def test_a_sisters_object_looks_like_none_at_all(stage, name):
    """To a person out of reach the answers are the same, byte for byte."""
    for method in {method for method, letter in rows_of(name) if letter == "b"}:
        out_of_reach = [who for who in CAST if EXPECTED[name, method, "b"][who] == "404"]
        differing = [who for who in out_of_reach if len({plain(stage, who, method, name, letter) for letter in "bx"}) > 1]
        assert (method, differing) == (method, [])


def plain(stage: Stage, who: str, method: str, name: str, letter: str) -> str:
    """Headers and body without what is random and without the address itself."""
    answer = ask(stage, who, method, name, letter)
    path, _, query = answer.path.partition("?")
    text = answer.text.replace(answer.path, "PATH").replace(path, "PATH").replace(query or "PATH", "PATH")
    for pattern, instead in NOISE:
        text = pattern.sub(instead, text)
    headers = {key: value for key, value in answer.response.items() if key != "Content-Length"}
    return f"{answer.status} {headers} {text}"


@pytest.mark.parametrize("name", names())
def test_other_methods(stage, name):
    """HEAD is a GET without its body; everything else is not a way to ask."""
    letter, takes = letters(name)[0], allowed(name)
    path = address(stage, name, letter)
    for who in BYSTANDERS:
        refused = "405" if name in PUBLIC or who in ("secretary", "keeper") else "login"
        like_get = EXPECTED[name, "GET", letter][who]
        found = {method: stage.ask(who, method, path, {} if method in ("PUT", "PATCH") else None).code for method in OTHERS}
        assert (who, found) == (who, {"HEAD": like_get} | {method: refused for method in OTHERS[1:] if method not in takes})


def test_the_table_names_only_what_is_there():
    assert {name for name, _, _ in EXPECTED} == set(names())


def test_no_right_of_one_administrator_is_a_view_of_business():
    """三员分立: neither keeper nor auditor opens any page that shows a record."""
    open_to_all = {"healthz", "home", "login", "logout", "password_change", "permissions", "rules", "rule"}
    own = {"accounts", "account_new", "account", "account_edit", "account_reset", "post_new", "post_end", "journal"}
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


def test_a_get_that_writes_is_seen(stage, monkeypatch):
    monkeypatch.setattr("branches.meetings.views.files_of", lambda meeting: meeting.save() or [])
    assert "meeting GET a secretary: a GET wrote ['meetings_meeting']" in wrong_cells(stage, "meeting", ("secretary",))
