"""Every template compiles, loads nothing from outside, and holds no inline script or style."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).parent.parent / "templates"
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
FORBIDDEN = {
    "an outside address": re.compile(r"""(?:src|href|action)\s*=\s*["']\s*(?:https?:)?//""", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.I),
    "an inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I),
    "unescaped output": re.compile(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq\b"),
}


def text_of(name: str) -> str:
    text = (ROOT / name).read_text("utf-8")
    return re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", text, flags=re.S)


@pytest.mark.parametrize("name", TEMPLATES)
def test_compiles(name):
    assert get_template(name)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_holds_nothing_forbidden(what):
    assert [name for name in TEMPLATES if FORBIDDEN[what].search(text_of(name))] == []


@pytest.mark.parametrize(("what", "sample"), [
    ("an outside address", '<img src="https://example.org/a.png">'), ("an inline script", "<script>alert(1)</script>"),
    ("an inline style", '<p style="color:red">'), ("an inline handler", '<a onclick="go()">'), ("unescaped output", "{{ text|safe }}")])
def test_the_checks_see_what_they_look_for(what, sample):
    assert FORBIDDEN[what].search(sample)


def test_no_template_is_too_long():
    assert {name: count for name in TEMPLATES if (count := len((ROOT / name).read_text("utf-8").splitlines())) > 120} == {}


def test_scripts_and_styles_load_nothing_from_outside():
    static = ROOT.parent / "static"
    outside = re.compile(r"""url\(\s*["']?(?:https?:)?//|["'](?:https?:)?//(?!www\.w3\.org)""")
    assert [path.name for path in static.rglob("*") if path.suffix in (".js", ".css") and outside.search(path.read_text("utf-8"))] == []
