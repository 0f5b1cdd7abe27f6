"""Whatever the handbook, the README and the samples name is there: commands, options, settings, files, chapters, services."""
from __future__ import annotations

import re

import pytest
from django.core.management import get_commands, load_command_class

from tests.partywork.handbook.words import (
    HANDBOOK,
    PAGES,
    ROOT,
    SAMPLES,
    commands_in,
    known_settings,
    programme_strings,
    settings_in,
)

TEXT = HANDBOOK.read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


def faults_of(text: str) -> list[str]:
    """Commands and options that there are not."""
    apps, faults = get_commands(), []
    for name, options in commands_in(text):
        if name not in apps:
            faults.append(f"no command {name}")
            continue
        parser = load_command_class(apps[name], name).create_parser("manage.py", name)
        faults += [f"{name} has no {option}" for option in options if option not in parser._option_string_actions]
    return faults


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_is_there(page):
    assert faults_of(page.read_text("utf-8")) == []


def test_so_are_those_that_the_programme_itself_names():
    text = programme_strings()
    assert faults_of(text) == []
    assert len(commands_in(text)) >= 8


def test_what_is_not_there_is_seen():
    """The negative control."""
    assert len(commands_in(TEXT)) > 20
    assert faults_of("`manage.py verify --deep`，# partywork-manage verfy --json") == ["verify has no --deep", "no command verfy"]


def test_all_of_the_keepers_commands_are_in_the_handbook():
    ours = {path.stem for path in (ROOT / "partywork/management/commands").glob("[a-z]*.py")} - {"serve"}
    assert ours <= {name for name, _ in commands_in(TEXT)}


@pytest.mark.parametrize("page", [page for page in PAGES if page.name in ("operations.md", "partywork.env", "README.md", "compose.yaml")],
                         ids=lambda page: page.name)
def test_every_setting_is_one_that_is_read(page):
    named = settings_in(page.read_text("utf-8")) - {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "PORT", "ARGS"}
    assert named - known_settings() - {"PIP_NO_INDEX", "PIP_FIND_LINKS"} == set()


def test_production_needs_nothing_that_its_sample_leaves_out():
    given = settings_in((SAMPLES / "partywork.env").read_text("utf-8"))
    assert {"PROFILE", "DATABASE_URL", "REDIS_URL", "SECRET_KEY_FILE", "FIELD_KEYS_FILE", "AUDIT_KEY_FILE", "BACKUP_KEY_FILE",
            "ALLOWED_HOSTS"} <= given


def test_every_link_leads_to_a_file():
    for page in (HANDBOOK, ROOT / "README.md", ROOT / "partywork/README.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), (page.name, target)
    assert "partywork/handbook/operations.md" in README


def test_every_chapter_that_is_referred_to_is_there():
    chapters = re.findall(r"^## ([一二三四五六七八九十]+)、", TEXT, re.M)
    assert set(re.findall(r"第([一二三四五六七八九十]+)节", TEXT)) <= set(chapters)


def test_every_service_that_is_named_has_its_unit():
    units = {path.name for path in SAMPLES.iterdir()}
    named = set(re.findall(r"\bpartywork-(web|worker|beat|backup|verify)\b", TEXT))
    assert {f"partywork-{name}.service" for name in named} <= units
    assert {f"{name}.timer" for name in re.findall(r"(partywork-[a-z]+)\.timer", TEXT)} <= units


def test_every_target_of_make_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert set(re.findall(r"(?m)(?:`|^|&& |\] |wheels )make ([a-z-]+)", TEXT + README)) <= targets
