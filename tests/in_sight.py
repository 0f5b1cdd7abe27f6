"""What a page shows must be within its reader's reach: the organisations and people that it names, what its fields offer, where it
leads. Asked of the drawn world, and of worlds that are drawn here: posts that reach less far, people who have moved on, two posts.

Each question answers with the first thing that is wrong, or "".
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import Resolver404, resolve

from branches.accounts import permissions
from branches.accounts.models import Account, Post, Session
from branches.accounts.permissions import TABLE, Reach, Role
from branches.meetings.models import Meeting, MeetingFile
from branches.models import Branch, BranchKind, PartyGroup
from branches.terms.models import Election, Seat, Term
from members.changes import move_member, regroup_member
from members.dues.models import Payment, Remittance
from members.honours.models import Award, Example, Nomination, Quota, Round, Title
from members.models import CorrectionRequest, Member, Membership
from partywork.imports.models import ImportBatch
from partywork.jobs.models import Job
from partywork.periods import today
from reports.models import Report, ReportTemplate, ReportVersion
from tests import development_stage as joining
from tests.access_table import EXPECTED
from tests.cast import CAST
from tests.factories import PASSWORD, make_post
from tests.forms_on_pages import forms_of, tree_of
from tests.offers import REFUSED, offers_of
from tests.stage import ID_NUMBERS, PATHS, PHONES, SECRETS, Answer, Stage, address, letters, sign_in

OBJECTS: dict[str, type] = {
    "branch": Branch, "group": PartyGroup, "member": Member, "meeting": Meeting, "voided": Meeting, "report": Report, "job": Job,
    "version": ReportVersion, "template": ReportTemplate, "account": Account, "post": Post, "session": Session,
    "payment": Payment, "remittance": Remittance,
    "request": CorrectionRequest,
    "round": Round, "examined": Round, "published": Round, "title": Title, "quota": Quota, "nomination": Nomination, "award": Award,
    "example": Example, "term": Term, "seat": Seat, "officer": Seat, "vacancy": Seat, "election": Election,
    **joining.MODELS, "batch": ImportBatch, "imported": ImportBatch,
}  # fmt: skip
FIELDS: dict[str, type] = {"branch": Branch, "parent": Branch, "group": PartyGroup, "template": ReportTemplate}
WAYS = ("visible_to", "editable_by", "appointable_by")  # in any of these a row may be within somebody's reach
NAMING_PEOPLE = {"members", "branch", "member_new", "member_gaps", "handover"}  # pages of the roster: they name nobody else


def reachable(account: Account, model: type) -> set[str]:
    ways = [getattr(model._default_manager, way) for way in WAYS if hasattr(model._default_manager, way)]
    return {str(pk) for way in ways for pk in way(account).values_list("pk", flat=True)}


class Sight:
    """What one person may see, asked once."""

    def __init__(self, account: Account) -> None:
        self.account, self.kept = account, {}
        hidden = Branch.objects.exclude(pk__in=self.of(Branch)).values_list("short_name", flat=True)
        own = Branch.objects.filter(Q(posts__account=account) | Q(memberships__member__account=account))
        self.organisations = set(hidden) - set(own.values_list("short_name", flat=True))
        self.organisations -= set(BranchKind.labels)  # these words stand in many a definition
        seen = set(Membership.objects.visible_to(account).values_list("member__name", flat=True)) | {account.display_name}
        self.people = set(Member.objects.values_list("name", flat=True)) - seen

    def of(self, model: type) -> set[str]:
        if model not in self.kept:
            self.kept[model] = reachable(self.account, model)
        return self.kept[model]

    def faults(self, answer: Answer) -> Iterator[str]:
        """What a page, or a piece of one, shows of what is out of sight."""
        text = answer.text
        if url_of(answer.path)[0] != "journal":  # the trail tells whose records were touched: that is what the auditor reads
            yield from (f"{answer.path} names {name}" for name in sorted(self.organisations) if name in text)
        if url_of(answer.path)[0] in NAMING_PEOPLE:
            yield from (f"{answer.path} names {name}" for name in sorted(self.people) if name in text)
        yield from (f"{answer.path} leads to {path}" for _, path in offers_of(answer) if self.is_out(path))
        for form in forms_of(answer.body, answer.path):
            for name in form.choices.keys() & FIELDS.keys():
                more = {choice for choice in form.choices[name] if choice} - self.of(FIELDS[name])
                yield from (f"{answer.path} offers {name} {pk}" for pk in sorted(more))

    def is_out(self, path: str) -> bool:
        name, key = url_of(path)
        kind = PATHS.get(name)
        if kind == "file":
            return not MeetingFile.objects.filter(pk=key, meeting__in=self.of(Meeting)).exists()
        return kind in OBJECTS and str(key) not in self.of(OBJECTS[kind])


def url_of(path: str) -> tuple[str, Any]:
    try:
        found = resolve(urlsplit(path).path)
    except Resolver404:
        return "", None
    return found.url_name, next(iter(found.kwargs.values()), None)


def is_page(answer: Answer) -> bool:
    return answer.status == 200 and answer.response.get("Content-Type", "").startswith("text/html")


def first(faults: Iterator[str]) -> str:
    return next(iter(faults), "")


def fresh(stage: Stage, who: str) -> Account:
    return Account.objects.get(pk=stage.world[who].pk)


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- the drawn world --------------------------------------------------------------------------------------------------------


def on_page(stage: Stage, who: str, name: str) -> str:
    """One address as one person sees it, with each of its objects."""
    sight = Sight(fresh(stage, who))
    for letter in letters(name):
        if EXPECTED.get((name, "GET", letter), {}).get(who) == "200":
            answer = stage.get(who, name, letter)
            if is_page(answer) and (wrong := first(sight.faults(answer))):
                return f"{who}: {wrong}"
    return ""


def own_record(stage: Stage) -> str:
    """A plain member's list leads to himself."""
    for who in ("member", "colleague", "group_leader"):
        if stage.get(who, "members").leads_to != f"/members/{stage.world.members[who].pk}/":
            return f"{who} is led to somebody else"
    return ""


def printed_table(stage: Stage) -> str:
    """权限一览 says what the table says."""
    cells = tree_of(stage.get("secretary", "permissions").body).xpath("//tbody//td")
    said = Counter("".join(cell.text_content().split()) for cell in cells)
    table = Counter(permissions.reach_of(action, role).label for action in TABLE for role in Role)
    return "" if said == table else f"{said} instead of {table}"


def foreign_job(stage: Stage) -> str:
    """Somebody else's job for the same report is not followed."""
    plain, asked = (re.sub(r"\w{40,}", "", stage.ask("staff", "GET", address(stage, "report", "a") + query).text)
                    for query in ("", f"?job={stage.objects['job.a'].pk}"))
    return "" if plain == asked.replace(f"?job={stage.objects['job.a'].pk}", "") else "another's job is shown"


def empty_form(stage: Stage, name: str) -> str:
    """Whoever may not is refused before anybody looks at what he sent."""
    for (url, method, letter), row in EXPECTED.items():
        for who, code in row.items():
            if (url, method) == (name, "POST") and code == "403":
                found = stage.ask(who, "POST", address(stage, name, letter), {}).code
                if found not in REFUSED:
                    return f"{name} {letter} {who}: {found}"
    return ""


def other_methods(stage: Stage, name: str) -> str:
    letter = letters(name)[0]
    found = {method: stage.ask("secretary", method, address(stage, name, letter), {}).code for method in ("PUT", "DELETE")}
    return "" if set(found.values()) == {"405"} else f"{name}: {found}"


# --- worlds in which posts reach less far -------------------------------------------------------------------------------------


@contextmanager
def narrowed(stage: Stage) -> Iterator[None]:
    """The bureau's own posts stand at one of its general branches, and nothing reaches further than below."""
    whole = dict(TABLE)
    with taken_back():
        Post.objects.filter(role__in=("staff", "keeper")).update(branch=stage.world.office)
        for action, (label, row) in whole.items():
            TABLE[action] = label, {role: min(reach, Reach.BELOW) for role, reach in row.items()}
        try:
            yield
        finally:
            TABLE.update(whole)


NARROW = {"staff": ("org", "org_new", "members", "member_new", "member_move", "meetings", "meeting_new", "report_new", "reports", "figures",
                    "matrix", "duties", "home", "branch_names"), "keeper": ("accounts", "account_new", "post_new")}


def moving_with_narrow_posts(stage: Stage) -> str:
    """To where somebody may be moved: not further than one's own reach."""
    with narrowed(stage):
        sight, answer = Sight(fresh(stage, "staff")), stage.ask("staff", "GET", f"/members/{stage.objects['member.a'].pk}/move/?act=move")
        return first(sight.faults(answer)) if "act=move" in answer.text else "moving is not offered at all"


def with_narrow_posts(stage: Stage, who: str, name: str) -> str:
    with narrowed(stage):
        sight, answer = Sight(fresh(stage, who)), stage.get(who, name, "a" if name in PATHS else "-")
        if answer.status != 200:
            return f"{name} {who}: {answer.status}"
        return first(sight.faults(answer)) or accounts_out(stage, who, name, answer)


def accounts_out(stage: Stage, who: str, name: str, answer: Answer) -> str:
    if name != "accounts":
        return ""
    seen = {account.pk for account in Account.objects.filter(posts__branch__path__startswith=stage.world.office.path)}
    hidden = [account.display_name for account in Account.objects.exclude(pk__in=seen)]
    return next((f"{who}: names {words}" for words in hidden if words in answer.text), "")


def own_organisation_only(stage: Stage) -> str:
    """A view of one organisation shows nothing of those below it."""
    label, row = TABLE["org.view"]
    TABLE["org.view"] = label, row | {Role.SECRETARY: Reach.BRANCH}
    try:
        answer = stage.ask("general", "GET", f"/org/{stage.world.office.pk}/")
        return first(Sight(fresh(stage, "general")).faults(answer))
    finally:
        TABLE["org.view"] = label, row


# --- worlds in which people have moved on ---------------------------------------------------------------------------------------


def of_one_who_left(stage: Stage) -> str:
    """He was in branch A and is in B now: A's secretary still finds him on old rosters, but cannot open him any more."""
    yesterday, member = today() - timedelta(days=1), Member.objects.get(pk=stage.world.members["colleague"].pk)
    with taken_back():
        move_member(actor=fresh(stage, "staff"), member=member, branch=stage.world.b, group=None, day=yesterday, today=today())
        sight = Sight(fresh(stage, "secretary"))
        for path in (f"/members/?day={yesterday - timedelta(days=9)}", f"/figures/members.end/?branch={stage.world.a.pk}&period=2026H1"):
            answer = stage.ask("secretary", "GET", path)
            if member.name not in answer.text:
                return f"{path} does not show him at all"
            if wrong := next((fault for fault in sight.faults(answer) if "leads to" in fault), ""):
                return wrong
    return ""


def of_one_who_came(stage: Stage) -> str:
    """He was in branch B and is in A now: A's secretary reads his record, but not of B's meetings."""
    member = Member.objects.get(pk=stage.world.members["neighbour"].pk)
    with taken_back():
        move_member(actor=fresh(stage, "staff"), member=member, branch=stage.world.a, group=None, day=today(), today=today())
        answer = stage.ask("secretary", "GET", f"/members/{member.pk}/")
    if answer.status != 200:
        return f"his record: {answer.status}"
    return "his old branch's meetings are named" if f"{SECRETS['b']}会议" in answer.text else ""


def correcting_a_later_place(stage: Stage) -> str:
    """The groups offered for a correction are those of his branch."""
    member = Member.objects.get(pk=stage.world.members["colleague"].pk)
    with taken_back():
        regroup_member(actor=fresh(stage, "staff"), member=member, group=stage.world.group2, day=today(), today=today())
        answer = stage.ask("secretary", "GET", f"/members/{member.pk}/move/?act=correct")
        return first(Sight(fresh(stage, "secretary")).faults(answer))


def moving_is_not_offered(stage: Stage) -> str:
    """Only who answers for several branches moves people between them."""
    offered = {who: "act=move" in stage.get(who, "member_move", "a").text for who in ("secretary", "staff")}
    return "" if offered == {"secretary": False, "staff": True} else f"moving is offered: {offered}"


def with_two_posts(stage: Stage) -> str:
    """Secretary in A and plain member of another organisation: he keeps the books of A alone, and sees A's meetings alone."""
    with taken_back():
        make_post(stage.world["secretary"], stage.world.office, "member")
        for name in ("meetings", "meeting_new"):
            for form in forms_of(stage.get("secretary", name).body, "/"):
                if form.kinds.get("branch", "hidden") != "hidden":
                    return f"{name}: there is something to choose"
                if form.values.get("branch", ["", ""])[0] not in ("", str(stage.world.a.pk)):
                    return f"{name}: another organisation than his"
    return ""


def retired_template(stage: Stage) -> str:
    """What is out of use is not offered any more."""
    return "a retired template is offered" if "停用的模板" in stage.get("secretary", "report_make", "a").text else ""


# --- doors ----------------------------------------------------------------------------------------------------------------------


def switched_off_login(stage: Stage) -> str:
    answer = stage.ask("nobody", "POST", address(stage, "login"), {"username": "disabled", "password": PASSWORD})
    return "" if answer.status == 200 else f"a disabled account signs in: {answer.code}"


def sample_login(stage: Stage) -> str:
    """Where real data are, the sample's accounts open no door: their password is in the README."""
    before = settings.PRODUCTION
    with taken_back():
        Account.objects.filter(username="member").update(is_sample=True)
        settings.PRODUCTION = True
        try:
            answer = stage.ask("nobody", "POST", address(stage, "login"), {"username": "member", "password": PASSWORD})
        finally:
            settings.PRODUCTION = before
    return "" if answer.status == 200 else f"a sample account signs in: {answer.code}"


def number_in_the_session(stage: Stage, now: float) -> str:
    """Somebody asked for a number and has lost the right to it since."""
    with taken_back():
        stage.sessions["curious"] = sign_in(stage.world["leader"], revealed=(stage.objects["member.a"].pk, "phone", now))
        answer = stage.get("curious", "member", "a")
    return "a number is shown" if PHONES["a"] in answer.text or answer.status != 200 else ""


def number_of_the_sister(stage: Stage) -> str:
    """Whose ID number it is, nobody learns who may not see the person."""
    path = address(stage, "member_find")
    led = {letter: stage.ask("secretary", "POST", path, {"number": number}).leads_to for letter, number in ID_NUMBERS.items()}
    if led["a"] != address(stage, "member", "a"):
        return f"his own member is not found: {led}"
    return "" if led["b"] == led["x"] == path else f"the sister's number is known: {led}"


def first_password(stage: Stage) -> str:
    with taken_back():
        Account.objects.filter(pk=stage.world["secretary"].pk).update(must_change_password=True)
        answer = stage.get("secretary", "meetings")
    return "" if answer.leads_to == "/password/" else f"an account with its first password: {answer.code}"


Ask = Callable[[Stage], str]
WORLDS: dict[str, Ask] = {
    ask.__name__: ask for ask in (
        own_record, printed_table, foreign_job, own_organisation_only, of_one_who_left, of_one_who_came, correcting_a_later_place,
        moving_is_not_offered, moving_with_narrow_posts, with_two_posts,
        number_of_the_sister, retired_template, switched_off_login, sample_login, first_password)
}  # fmt: skip
PEOPLE = [who for who in CAST if who not in ("nobody", "disabled")]
