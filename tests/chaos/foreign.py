"""Ids that people send: found in the forms and links of the pages as each person sees them, then exchanged for an id of the
sister organisation and for one that nobody has. Nothing is listed here but what a field's name means."""
from __future__ import annotations

import ast
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.db.models import Model
from django.urls import Resolver404, resolve

from branches.accounts.models import Account, Session
from branches.meetings.models import Meeting
from branches.models import Branch, PartyGroup
from members.honours.models import Title
from members.models import Member
from partywork.jobs.models import Job
from reports.models import ReportTemplate
from tests.access_table import EXPECTED
from tests.cast import CAST
from tests.digest import Rows, difference, snapshot
from tests.forms_on_pages import PageForm, form_to, forms_of, tree_of
from tests.in_sight import reachable
from tests.payloads import SUBMISSIONS, fresh, usual
from tests.stage import MISSING, Answer, Stage, address
from tests.test_access import plain
from tests.variants import VARIANTS, page_of

ROOT = Path(__file__).parents[2]
# What a field or parameter of this name names. One that looks like an id and is in neither list makes the proof fail.
ROWS: dict[str, type[Model]] = {
    "branch": Branch, "parent": Branch, "group": PartyGroup, "template": ReportTemplate, "meeting": Meeting, "job": Job,
    "host": Member, "recorder": Member, "lecturer": Member, "present": Member, "listed": Member, "state-": Member, "reason-": Member,
    "grade-": Member, "session": Session, "account": Account, "member": Member, "title": Title,
    "sources": Branch, "to_branch": Branch, "place-": Member,
}  # fmt: skip
NOT_IDS = {
    "version": "which state of the record the page showed", "form_token": "a random mark of the form itself (R20)",
    "TOTAL_FORMS": "a number of rows", "INITIAL_FORMS": "a number of rows", "MIN_NUM_FORMS": "a number of rows",
    "MAX_NUM_FORMS": "a number of rows", "period": "a stretch of time", "page": "a page", "view": "shown instead of downloaded",
    "year": "a year", "month": "a month", "stratum": "one of a list of codes",
    "dissolved": "those that are gone as well", "years": "how long a term is", "chosen": "whether it is in the report",
    "for_branch": "what kind of honour it is",
    "csrfmiddlewaretoken": "a secret of the browser", "part": "where the page scrolls to",
}  # fmt: skip
CHOSEN = ("hidden", "select", "checkbox", "radio")
ID = re.compile(r"[1-9][0-9]{0,18}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
IN_NAME = re.compile(r"([a-z]+-)[0-9]+")
# A draft keeps what is typed as it is typed, right or wrong; the page shows nothing of it but the typed.
DRAFTS = {"meeting_autosave", "meeting_file_add"}


class Unknown(AssertionError):
    """A field that looks like an id and whose meaning is not told in ROWS or NOT_IDS."""


@dataclass(frozen=True)
class Spot:
    """One field of one form, or one parameter of one address, as one person may send it."""

    who: str
    method: str
    path: str
    name: str  # of the field
    url: str  # the name of the address
    data: dict[str, Any] = field(default_factory=dict, compare=False)
    offered: tuple[str, ...] = ()

    @property
    def model(self) -> type[Model]:
        return ROWS[meaning(self.name)]

    def with_id(self, pk: Any) -> Spot:
        """The same request, naming another row."""
        if self.method == "GET":
            address, _, query = self.path.partition("?")
            asked = [pair for pair in parse_qsl(query) if pair[0] != self.name]
            return replace(self, path=f"{address}?{urlencode([*asked, (self.name, pk)])}")
        if meaning(self.name).endswith("-"):
            return replace(self, data=self.data | {f"{meaning(self.name)}{pk}": "leave"})
        kept = self.data.get(self.name)
        return replace(self, data=self.data | {self.name: [*kept, str(pk)] if isinstance(kept, list) else str(pk)})

    def send(self, stage: Stage, **more: Any) -> Answer:
        return stage.ask(self.who, self.method, self.path, fresh(self.data) if self.method == "POST" else None, **more)


def meaning(name: str) -> str:
    """The name without the id or the form number that is part of it."""
    found = IN_NAME.fullmatch(name)
    return found[1] if found else re.sub(r"^res-([0-9]+-)?", "", name)


def is_id(name: str, values: list[str]) -> bool:
    """Whether a field names a row: its values look like ids, or its name is known to."""
    told = [value for value in values if value]
    if meaning(name) in NOT_IDS or name in NOT_IDS:
        return False
    if meaning(name) in ROWS:
        return True
    if told and all(ID.fullmatch(value) for value in told):
        raise Unknown(f"{name}={told[:3]}: say in ROWS or NOT_IDS what it is")
    return False


# --- whose rows ------------------------------------------------------------------------------------------------------------


@dataclass
class Reach:
    """For each person and model: a row out of his reach (the sister's, if it is), and one that he sees."""

    stage: Stage
    kept: dict[tuple[str, type[Model]], tuple[set[str], set[str]]] = field(default_factory=dict)

    def of(self, who: str, model: type[Model]) -> tuple[set[str], set[str]]:
        """(seen, out of reach), as texts."""
        if (who, model) not in self.kept:
            account = Account.objects.get(pk=self.stage.world[who].pk)
            every = {str(pk) for pk in model._default_manager.values_list("pk", flat=True)}
            seen = reachable(account, model)
            self.kept[who, model] = seen, every - seen
        return self.kept[who, model]

    def foreign(self, spot: Spot) -> str | None:
        """The sister's row, if it is out of reach; otherwise any that is."""
        out = self.of(spot.who, spot.model)[1]
        letter = f"{spot.model._meta.model_name.replace('partygroup', 'group').replace('reporttemplate', 'template')}.b"
        sister = str(getattr(self.stage.objects.get(letter), "pk", ""))
        return sister if sister in out else min(out, default=None)

    def not_offered(self, spot: Spot) -> str | None:
        """A row that he may see but not choose here."""
        return min(self.of(spot.who, spot.model)[0] - set(spot.offered), default=None) if spot.offered else None


def missing(model: type[Model]) -> str:
    return str(uuid.UUID(int=1)) if model in (Job, Session) else str(MISSING)


# --- forms that write ------------------------------------------------------------------------------------------------------


def posting(stage: Stage, only: str = "") -> Iterator[tuple[str, str, str, PageForm, dict[str, Any]]]:
    """(address, person, path, the form as he sees it, a valid answer) for everybody who may use the form."""
    for name in [name for name in SUBMISSIONS if only in ("", name)]:
        said = SUBMISSIONS[name]
        letter = usual(name)
        for who in users(name, letter):
            path = address(stage, name, letter)
            if form := said.page and shown(stage, who, name, letter):
                yield name, who, path, form, answered(form, said.fill(stage, letter) if said.fill else {})
    for name, (_, _, _, answers) in VARIANTS.items() if not only else ():
        for who in users("member_move", "a"):
            path = page_of(stage, name)
            form = first_form(stage.ask(who, "GET", path), path, path)
            if form:
                given = answers | ({"branch": stage.world.b.pk} if "branch" in answers else {})
                yield name, who, path, form, answered(form, given)


def users(name: str, letter: str) -> list[str]:
    return [who for who in CAST if EXPECTED[name, "POST", letter][who][:3] in ("200", "302") and who not in ("nobody", "disabled")]


def shown(stage: Stage, who: str, name: str, letter: str) -> PageForm | None:
    said = SUBMISSIONS[name]
    page, target = address(stage, name if said.page == "same" else said.page, letter), address(stage, said.to or name, letter)
    answer = stage.ask(who, "GET", page)
    return first_form(answer, page, target) or first_form(answer, page, target.partition("?")[0])


def first_form(answer: Answer, page: str, target: str) -> PageForm | None:
    try:
        return form_to(answer.body, page, target) if answer.status == 200 else None
    except AssertionError:
        return None


def answered(form: PageForm, given: dict[str, Any]) -> dict[str, Any]:
    """Where the given answer is not among this person's choices he takes his own first one."""
    data = {name: value for name, value in form.filled(**given).items() if name != "csrfmiddlewaretoken"}
    for name, choices in form.choices.items():
        own = [choice for choice in choices if choice]
        if form.kinds[name] == "select" and own and str(data.get(name, "")) not in choices:
            data[name] = own[0]
    return data


def spots_in(stage: Stage, only: str = "") -> list[Spot]:
    """Every field that names a row, in each form once a person (of one address, if it is named)."""
    found = {}
    for url, who, path, form, data in posting(stage, only):
        extra = {name: [] for name in (SUBMISSIONS[url].fields if url in SUBMISSIONS else ()) if name in ROWS}
        for name in (*form.kinds, *extra):
            values = form.values.get(name, []) + form.choices.get(name, [])
            if (form.kinds.get(name, "hidden") in CHOSEN and is_id(name, values)) or (IN_NAME.fullmatch(name) and meaning(name) in ROWS):
                offered = form.choices.get(name, ()) if meaning(name) == name else ids_in_names(form, meaning(name))
                spot = Spot(who, "POST", path, name, url, data, tuple(offered))
                found.setdefault((who, url, meaning(name)), spot)
    return list(found.values())


def ids_in_names(form: PageForm, prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name in form.kinds if name.startswith(prefix)]


# --- addresses that read ---------------------------------------------------------------------------------------------------


@dataclass
class Page:
    path: str
    forms: list[PageForm]
    links: list[str]


def pages_of(stage: Stage, who: str) -> dict[str, Page]:
    """Every page of a person: those of the access table, and the tabs that they lead to."""
    opened: dict[str, Page] = {}
    waiting = [address(stage, name, letter) for (name, method, letter), row in EXPECTED.items() if method == "GET" and row[who] == "200"]
    seen = {kind_of_page(path) for path in waiting}
    while waiting:
        path = waiting.pop()
        answer = stage.ask(who, "GET", path)
        if answer.status != 200 or not answer.response["Content-Type"].startswith("text/html"):
            continue
        page = opened[path] = Page(path, forms_of(answer.body, path), links_of(answer.body, path))
        tabs = [link for link in page.links if "act=" in link and kind_of_page(link) not in seen]
        seen |= {kind_of_page(link) for link in tabs}
        waiting += tabs
    return opened


def links_of(body: bytes, path: str) -> list[str]:
    tree = tree_of(body)
    tree.make_links_absolute(f"http://x{path}")
    hrefs = [str(href).removeprefix("http://x").partition("#")[0] for href in tree.xpath("//a/@href | //*/@hx-get")]
    return [href for href in dict.fromkeys(hrefs) if href.startswith("/")]


def url_of(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).url_name or ""
    except Resolver404:
        return ""


def kind_of_page(path: str) -> tuple:
    asked = dict(parse_qsl(urlsplit(path).query))
    return url_of(path), urlsplit(path).path if asked.get("act") else "", asked.get("act"), tuple(sorted(asked))


def readings(who: str, pages: dict[str, Page]) -> list[Spot]:
    """Every parameter of every link and filter form that names a row, once for each address."""
    found: dict[tuple, Spot] = {}
    for page in pages.values():
        asked = [(link, {key: [value] for key, value in parse_qsl(urlsplit(link).query)}, {}) for link in page.links]
        asked += [(form.action.partition("#")[0], form.values | {name: form.values.get(name, []) for name in form.kinds}, form.choices)
                  for form in page.forms if form.method == "get"]
        for path, values, choices in asked:
            for name, told in values.items():
                if url_of(path) and is_id(name, told):
                    spot = Spot(who, "GET", path, name, url_of(path), offered=tuple(choices.get(name, ())))
                    found.setdefault((spot.url, name), spot)
    return list(found.values())


@cache
def names_that_are_read() -> frozenset[str]:
    """Every parameter that the program itself takes out of an address or a form."""
    names = set()
    for app in ("branches", "members", "reports", "partywork"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names |= read_by(node)
    return frozenset(names)


def read_by(node: ast.AST) -> set[str]:
    """request.GET.get("x"), request.POST["x"], "x" in request.GET."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_query(node.func.value) and node.args:
        return constants(node.args[0])
    if isinstance(node, ast.Subscript) and is_query(node.value):
        return constants(node.slice)
    if isinstance(node, ast.Compare) and any(is_query(each) for each in node.comparators):
        return constants(node.left)
    return set()


def is_query(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "asked_of"
    return isinstance(node, ast.Attribute) and node.attr in ("GET", "POST")


def constants(node: ast.AST) -> set[str]:
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


# --- what comes back -------------------------------------------------------------------------------------------------------


def told_of(answer: Answer, sent: str = "", instead: str = "") -> str:
    """The answer without what is random; the id that was sent reads as another that was."""
    text = f"{plain(answer)} {answer.response.get('Location', '')}"
    return UUID.sub("UUID", text.replace(sent, instead) if sent else text)


def kept(stage: Stage, base: Rows, spot: Spot) -> dict:
    """What a request leaves in the database; a login's own row and the noted refusal of a right aside."""
    answer = spot.send(stage)
    if not answer.changed:
        return {}
    found = difference(base, spot.send(stage, look=snapshot).after)
    aside = ("accounts.Session", "journal.") if answer.status == 403 else ("accounts.Session",)
    return {label: rows for label, rows in found.items() if not label.startswith(aside)}
