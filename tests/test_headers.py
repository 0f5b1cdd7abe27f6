"""R41: what no ordinary page shows – errors, refusals, files, static files – carries the same headers.

Every answer of every URL is held against the same list in test_access.
"""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError
from django.http import HttpResponse

from tests.headers import header_faults
from tests.payloads import payload
from tests.stage import Answer, address

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parent.parent
GOOD = {
    "PROFILE": "production", "ALLOWED_HOSTS": "dangwu.example.gov.cn", "REDIS_URL": "redis://127.0.0.1:6379/0",
    "SECRET_KEY": "kQ7vZx2mB9rT4wYc8uJfN3pLhS6dGaE5oVyRiXtMbWqUnHzCjKl1",
    "FIELD_KEYS": "Jm4tXq8vRb2nWz6yPk9cLd3fHs7gTa5eUoYiVx", "AUDIT_KEY": "Zt5wQy9uKc3bNf7mRj4xVh8pSd2gLa6eBoXiUv",
}  # fmt: skip
ERRORS = {
    400: ("GET", "/meetings/?page=%ff"), 403: ("GET", "/accounts/"), 404: ("GET", "/nowhere/"), 405: ("DELETE", "/meetings/"),
}


@pytest.mark.parametrize("who", ["nobody", "secretary"])
@pytest.mark.parametrize("status", ERRORS)
def test_errors(stage, who, status):
    answer = stage.ask(who, *ERRORS[status])
    assert answer.status == (302 if who == "nobody" and status in (403, 405) else status)
    assert header_faults(answer, who != "nobody") == []


@pytest.mark.parametrize(("fault", "status"), [(ZeroDivisionError("乙支部密语"), 500), (OperationalError("gone"), 503)])
def test_what_breaks_within(stage, monkeypatch, fault, status, caplog):
    def broken(*args, **kwargs):
        raise fault

    monkeypatch.setattr("branches.meetings.views.reading_of", broken)
    answer = stage.get("secretary", "meeting", "a")
    assert (answer.status, header_faults(answer, True)) == (status, [])
    assert "乙支部密语" not in answer.text
    assert "Traceback" not in answer.text


def test_a_body_too_large(stage, settings):
    settings.REQUEST_MAX_BYTES = 1000
    answer = stage.ask("secretary", "POST", "/meetings/new/", {"minutes": "字" * 1000})
    assert (answer.status, header_faults(answer, True)) == (413, [])


def test_a_locked_login(stage):
    for _ in range(5):
        answer = stage.ask("nobody", "POST", "/login/", {"username": "member", "password": "wrong"}, keep=True)
    assert (answer.status, header_faults(answer, False)) == (429, [])


def test_a_form_without_its_token(stage):
    answer = stage.ask("secretary", "POST", "/logout/", {}, strict=True)
    assert (answer.status, header_faults(answer, True)) == (403, [])


@pytest.mark.parametrize("path", ["css/app.css", "js/app.js", "bootstrap/css/bootstrap.min.css", "none.css"])
def test_static_files(stage, path):
    answer = stage.ask("nobody", "GET", f"/static/{path}")
    assert answer.status == (404 if "none" in path else 200)
    assert [fault for fault in header_faults(answer, False) if "download" not in fault] == []


@pytest.mark.parametrize(("name", "kind"), [
    ("meeting_file", "image/png"), ("report_download", "image/png"),
    ("members_export", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")])
def test_files_are_downloads_with_their_own_type(stage, name, kind):
    answer = stage.ask("secretary", "POST", address(stage, name, "a"), payload(stage, name, "a"))
    assert (answer.status, answer.response["Content-Type"]) == (200, kind)
    assert answer.response["Content-Disposition"].startswith("attachment; filename")
    assert header_faults(answer, True) == []


def test_a_picture_in_the_page_runs_nothing(stage):
    answer = stage.ask("secretary", "GET", address(stage, "meeting_file", "a") + "?view=1")
    assert answer.response["Content-Disposition"].startswith("inline")
    assert answer.response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_nobody_signs_in_over_a_kept_page(stage):
    """The health answer and the login page tell nothing that a cache might keep for somebody else."""
    assert "no-store" in stage.get("nobody", "healthz").response["Cache-Control"]
    assert stage.get("nobody", "login").response.get("Cache-Control", "").count("public") == 0


def test_a_good_production_passes_every_deployment_check(tmp_path):
    """The one thing that needs a real server is the database: without one its absence is all that is found."""
    database = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    url = database or "postgresql://nobody@127.0.0.1:9/none"
    env = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data"), "KEY_DIR": str(tmp_path / "keys"), "DATABASE_URL": url} | GOOD
    done = subprocess.run([sys.executable, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"], cwd=ROOT, env=env,
                          capture_output=True, text=True, timeout=60, check=False)
    found = [line for line in (done.stderr + done.stdout).splitlines() if "partywork." in line or "security." in line]
    assert [line for line in found if "partywork.E009" not in line] == []
    assert bool(found) == (not database)


def test_a_bare_answer_is_seen():
    """The negative control."""
    bare = Answer(HttpResponse("x"), b"x", set(), 0, "/")
    weak = HttpResponse("x", headers={"Content-Security-Policy": "script-src 'self' 'unsafe-inline'", "Server": "waitress"})
    assert len(header_faults(bare, True)) >= 6
    faults = header_faults(Answer(weak, b"x", set(), 0, "/"), True)
    assert {"policy with unsafe-", "tells Server", "may be kept by a cache", "not nosniff"} <= set(faults)
