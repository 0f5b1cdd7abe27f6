"""R3: wherever somebody may send an id – a field, a hidden field, a row of a list, a parameter – the sister's and one that does not
exist are refused alike and leave nothing behind, for everybody who may use the form; and nobody is offered what he may not see."""
from __future__ import annotations

import re
from dataclasses import replace
from difflib import unified_diff

import pytest
from django import forms

from branches import choosing
from branches.models import Branch
from members.forms import PlaceFields
from reports.models import ReportTemplate
from tests.cast import CAST
from tests.chaos import foreign
from tests.chaos.conftest import LONG
from tests.chaos.foreign import (
    DRAFTS,
    NOT_IDS,
    ROWS,
    Page,
    Reach,
    Spot,
    kept,
    missing,
    names_that_are_read,
    pages_of,
    readings,
    spots_in,
    told_of,
)
from tests.digest import Rows, snapshot
from tests.payloads import SUBMISSIONS, payload
from tests.stage import Stage, address

pytestmark = pytest.mark.django_db
PEOPLE = [who for who in CAST if who not in ("nobody", "disabled")]
WORDS = {"act", "next", "saved", "refresh", "save_draft", "names", "quote", "proposed", "date", "sort",  # read, but they name no row
         "columns", "whole", "what", "digest", "carried"}


@pytest.fixture(scope="module")
def base(stage) -> Rows:
    return snapshot()


@pytest.fixture(scope="module")
def reach(stage) -> Reach:
    return Reach(stage)


@pytest.fixture(scope="module")
def spots(stage) -> list[Spot]:
    return spots_in(stage)


@pytest.fixture(scope="module")
def pages(stage) -> dict[str, dict[str, Page]]:
    return {who: pages_of(stage, who) for who in PEOPLE}


def faults_of(stage: Stage, base: Rows, reach: Reach, spot: Spot) -> list[str]:
    """What is wrong with the answers to ids that this person may not name here."""
    where, none = f"{spot.url} {spot.name} {spot.who}", spot.with_id(missing(spot.model))
    faults = [f"{where}: offers what he may not see"] if set(spot.offered) & reach.of(spot.who, spot.model)[1] else []
    if sister := reach.foreign(spot):
        other = spot.with_id(sister)
        alike = told_of(other.send(stage)) == told_of(none.send(stage), missing(spot.model), sister)
        faults += [] if alike else [f"{where}: the sister's is answered otherwise than none"]
        faults += left_behind(stage, base, other, where)
    if seen := reach.not_offered(spot):
        faults += left_behind(stage, base, spot.with_id(seen), f"{where} (not among his choices)")
    return faults + left_behind(stage, base, none, where)


def left_behind(stage: Stage, base: Rows, spot: Spot, where: str) -> list[str]:
    if spot.url in DRAFTS and spot.name not in ("branch", "meeting"):
        return [f"{where}: more than the draft"] if set(kept(stage, base, spot)) - DRAFT_TABLES else []
    found = kept(stage, base, spot)
    return [f"{where}: wrote {sorted(found)}"] if found else []


DRAFT_TABLES = {"meetings.Meeting", "meetings.MeetingFile", "files.Attachment", "journal.Entry", "journal.Head"}


def test_every_field_of_every_form(stage, base, reach, spots, tell):
    assert len({(spot.url, spot.name) for spot in spots}) > 20
    assert [fault for spot in spots for fault in faults_of(stage, base, reach, spot)] == []
    places, people = {(spot.url, foreign.meaning(spot.name)) for spot in spots}, {spot.who for spot in spots}
    tell("R3", "表单", f"{len({spot.url for spot in spots})} 种表单里 {len(places)} 处编号，{len(people)} 人共 {len(spots)} 组："
         "外支部的与不存在的同样拒绝，未写一行；对照（不限范围的下拉）找出")


def test_the_forms_are_accepted_as_they_stand(stage, spots):
    """It is the id that is refused above: with one's own everything is let through."""
    spots = [spot for spot in spots if spot.who == SUBMISSIONS.get(spot.url, SUBMISSIONS["member_move"]).sender("a")]
    codes = {spot.url: spot.send(stage).status for spot in spots}
    assert {url for url, code in codes.items() if code not in (200, 302)} == set()
    assert sum(code == 302 for code in codes.values()) > 10


def test_every_parameter_of_every_address(stage, reach, pages, tell):
    spots = [spot for who in PEOPLE for spot in readings(who, pages[who])]
    assert {"branch", "group"} <= {spot.name for spot in spots}
    assert [fault for spot in spots for fault in reading_faults(stage, reach, spot)] == []
    places = {(spot.url, spot.name) for spot in spots}
    tell("R3", "网址参数", f"{len(places)} 处参数，{len(PEOPLE)} 人共 {len(spots)} 组：外支部的与不存在的得到同一页面；"
         f"另把 {len(ROWS)} 种编号一并加到每一页的网址上，也看不出区别；对照（相信网址的页面）找出")


def reading_faults(stage: Stage, reach: Reach, spot: Spot) -> list[str]:
    where, sister = f"{spot.url}?{spot.name}= {spot.who}", reach.foreign(spot)
    faults = [f"{where}: offers what he may not see"] if set(spot.offered) & reach.of(spot.who, spot.model)[1] else []
    if sister is None:
        return faults
    other, none = (spot.with_id(pk).send(stage) for pk in (sister, missing(spot.model)))
    if lines := unlike(told_of(other), told_of(none, missing(spot.model), sister)):
        faults.append(f"{where}: the sister's is answered otherwise than none: {lines}")
    return faults + ([f"{where}: wrote {other.changed}"] if other.changed else [])


def unlike(one: str, other: str) -> list[str]:
    """The first lines in which two answers differ."""
    return [line[:200] for line in unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=0)][2:6]


@pytest.mark.parametrize("who", PEOPLE if LONG else ["member", "secretary", "general"])
def test_no_page_shows_more_for_an_id_that_it_does_not_know(stage, reach, pages, who):
    """All names at once, on one page of every address: what a page reads without linking to it is found too."""
    names = {name: model for name, model in ROWS.items() if not name.endswith("-") and reach.of(who, model)[1]}
    for path in {foreign.url_of(path): path for path in pages[who]}.values():
        sister = none = Spot(who, "GET", path, "", "")
        for name, model in names.items():
            sister = replace(sister, name=name).with_id(reach.foreign(replace(sister, name=name)))
            none = replace(none, name=name).with_id(missing(model))
        assert bare(sister.send(stage)) == bare(none.send(stage)), f"{who} {path}"


def bare(answer) -> str:
    """Without any number: the ids that were sent come back in hidden fields and links."""
    return re.sub(r"[0-9a-f-]*[0-9][0-9a-f-]*", "#", told_of(answer))


def test_every_name_that_the_program_reads_is_known():
    """A new one that names a row must be told in ROWS; what else is read is a form's field, a word or a mark."""
    read = {foreign.meaning(name) for name in names_that_are_read()}
    assert {"branch", "job", "meeting"} <= read
    fields = {name for form in every_form() for name in form.base_fields}
    assert read - set(ROWS) - set(NOT_IDS) - fields - WORDS == set()


def every_form() -> list[type[forms.BaseForm]]:
    def below(kind: type) -> list[type]:
        return [each for sub in kind.__subclasses__() for each in (sub, *below(sub))]

    return [each for each in below(forms.BaseForm) if hasattr(each, "base_fields")]


def test_an_organisation_that_is_typed_by_its_name(stage, base, reach, spots, monkeypatch, tell):
    """Where there are too many for a list, a name or a code is typed: the sister's is nobody's."""
    monkeypatch.setattr(choosing, "FEW", 0)
    asked = [spot for spot in spots if spot.model is Branch and spot.offered and reach.foreign(spot)]
    faults = []
    for spot in asked:
        sister = Branch.objects.get(pk=reach.foreign(spot))
        for typed, nobody in ((choosing.full_name(sister), "零支部（ZB00）"), (sister.code, "ZB00"), (sister.short_name, "零支部")):
            other, none = spot.with_id(typed), spot.with_id(nobody)
            alike = told_of(other.send(stage)) == told_of(none.send(stage), nobody, typed)
            faults += [] if alike else [f"{spot.url} {spot.who}: {typed} is answered otherwise than {nobody}"]
            faults += left_behind(stage, base, other, f"{spot.url} {typed}")
    assert (faults, len(asked) > 3) == ([], True)
    tell("R3", "键入的名称", f"{len(asked)} 处党组织改为键入名称或编号：外支部的与不存在的同样拒绝，未写一行")


@pytest.mark.parametrize("code", ["missed.nonsense", "next.nothing", "1", ""])
def test_a_point_that_nobody_proposed_is_not_judged(stage, base, code):
    """What names a row by a word is refused alike."""
    data = payload(stage, "shortfall_decide", "a")
    spot = Spot("secretary", "POST", address(stage, "shortfall_decide", "a"), "code", "shortfall_decide", data)
    assert spot.send(stage).status == 302
    wrong = replace(spot, data=data | {"code": code})
    assert (wrong.send(stage).status, kept(stage, base, wrong)) == (200, {})


# --- the negative controls ------------------------------------------------------------------------------------------------


def spot_of(stage: Stage, url: str, who: str, name: str) -> Spot:
    return next(spot for spot in spots_in(stage, url) if (spot.who, spot.name) == (who, name))


def test_an_unlimited_choice_is_found(stage, base, reach, monkeypatch, tell):
    """The form's field takes every organisation; the service still says no, but otherwise than to one that does not exist."""
    def offer_all(self, account, today) -> None:
        self.fields["branch"].queryset = Branch.objects.all()

    monkeypatch.setattr(PlaceFields, "offer_places", offer_all)
    spot = spot_of(stage, "member_new", "secretary", "branch")
    assert faults_of(stage, base, reach, spot) == [
        "member_new branch secretary: offers what he may not see",
        "member_new branch secretary: the sister's is answered otherwise than none"]


def test_an_unlimited_choice_that_nobody_else_checks_is_found(stage, base, reach, monkeypatch):
    ReportTemplate.objects.filter(pk=stage.objects["template.b"].pk).update(retired_at="2026-01-01T00:00:00Z")
    try:
        spot = spot_of(stage, "report_make", "secretary", "template")
        assert faults_of(stage, snapshot(), reach, spot) == []
        monkeypatch.setattr("reports.querysets.TemplateQuerySet.usable", lambda self: self.all())
        assert faults_of(stage, snapshot(), reach, spot) == [
            "report_make template secretary (not among his choices): wrote ['jobs.Job', 'journal.Entry', 'journal.Head']"]
    finally:
        ReportTemplate.objects.filter(pk=stage.objects["template.b"].pk).update(retired_at=None)


def test_a_page_that_believes_the_address_is_found(stage, reach, monkeypatch):
    spot = Spot("secretary", "GET", "/", "branch", "home")
    assert reading_faults(stage, reach, spot) == []
    monkeypatch.setattr("branches.meetings.home.asked_branch", lambda request: Branch.objects.filter(pk=request.GET["branch"]).first())
    (fault,) = reading_faults(stage, reach, spot)
    assert fault.startswith("home?branch= secretary: the sister's is answered otherwise than none")


def test_an_id_under_an_unknown_name_is_found():
    with pytest.raises(foreign.Unknown):
        foreign.is_id("whoever", ["", "17", "23"])
    assert not foreign.is_id("kind", ["", "study"])
