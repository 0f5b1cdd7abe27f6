"""What a deployment is refused for: each knob turned wrong, one at a time, and none when all are right."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from partywork import checks
from partywork.apps import only_looking
from partywork.journal import triggers

ROOT = Path(checks.__file__).resolve().parent.parent


@pytest.fixture
def right(settings, tmp_path):
    """Settings of a proper production, as far as the checks look at them."""
    keys = tmp_path / "keys"
    keys.mkdir()
    settings.PRODUCTION, settings.HTTPS, settings.REDIS_URL = True, True, "redis://127.0.0.1:6379/0"
    settings.SECRET_KEY, settings.AUDIT_KEY = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
    settings.FIELD_KEYS = [secrets.token_urlsafe(48), secrets.token_urlsafe(48)]
    settings.ALLOWED_HOSTS, settings.FAIL_POINTS = ["party.example.gov.cn"], []
    settings.KEY_DIR, settings.DATA_DIR = keys, tmp_path / "data"
    return settings


def found():
    every = [checks.check_secrets, checks.check_profile, checks.check_wire]
    return [message.id for check in every for message in check(None)]


def test_a_proper_production_has_nothing_to_answer_for(right):
    assert found() == []
    checks.refuse_start()


KEY = secrets.token_urlsafe(48)
WRONG = {
    "no secret key": ({"SECRET_KEY": "unset"}, ["partywork.E001"]),
    "short secret key": ({"SECRET_KEY": KEY[:40]}, ["partywork.E001"]),
    "sample secret key": ({"SECRET_KEY": "django-insecure-" + KEY}, ["partywork.E001"]),
    "dull secret key": ({"SECRET_KEY": "ab" * 40}, ["partywork.E001"]),
    "no field keys": ({"FIELD_KEYS": [""]}, ["partywork.E001"]),
    "one short field key": ({"FIELD_KEYS": [KEY, KEY[:20]]}, ["partywork.E001"]),
    "no audit key": ({"AUDIT_KEY": ""}, ["partywork.E001"]),
    "a short older secret key": ({"SECRET_KEY_FALLBACKS": [KEY[:40]]}, ["partywork.E001"]),
    "equal keys": ({"AUDIT_KEY": KEY, "FIELD_KEYS": [KEY]}, ["partywork.E001"]),
    "laptop profile": ({"PRODUCTION": False}, ["partywork.E002"]),
    "fail points": ({"FAIL_POINTS": ["job.rendered"]}, ["partywork.E003"]),
    "no hosts": ({"ALLOWED_HOSTS": []}, ["partywork.E005"]),
    "any host": ({"ALLOWED_HOSTS": ["a.cn", "*"]}, ["partywork.E005"]),
    "any subdomain": ({"ALLOWED_HOSTS": ["*.cn"]}, ["partywork.E005"]),
    "no https": ({"HTTPS": False}, ["partywork.E006"]),
    "no redis": ({"REDIS_URL": ""}, ["partywork.E007"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_each_wrong_knob_is_refused(right, case):
    changed, codes = WRONG[case]
    for name, value in changed.items():
        setattr(right, name, value)
    assert found() == codes


def test_keys_beside_the_data_are_refused_once_there_are_any(right):
    right.DATA_DIR = right.KEY_DIR.parent
    assert found() == []
    (right.KEY_DIR / "audit_key.txt").write_text("x")
    assert found() == ["partywork.E004"]


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS", "AUDIT_KEY", "FAIL_POINTS"])
def test_a_start_is_refused_in_chinese_without_telling_the_key(right, name):
    setattr(right, name, {"FAIL_POINTS": ["x"], "FIELD_KEYS": ["geheim"]}.get(name, "geheim"))
    with pytest.raises(ImproperlyConfigured, match="生产环境不能启动") as refused:
        checks.refuse_start()
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("argv", "looking"),
    [
        (["manage.py", "check", "--deploy"], True), (["manage.py", "collectstatic"], True), (["manage.py"], True),
        (["manage.py", "migrate"], False), (["manage.py", "serve"], False), (["gunicorn", "check"], False),
        (["celery", "-A", "partywork", "worker"], False), ([], False),
    ],
)  # fmt: skip
def test_only_looking_commands_may_run_on_weak_secrets(argv, looking):
    assert only_looking(argv) == looking


def test_the_database_is_looked_at(database):
    codes = [message.id for message in checks.check_database(None)]
    if database.vendor == "sqlite":
        assert codes == ["partywork.E008"]
        return
    assert codes == []
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    assert [message.id for message in checks.durability()] == ["partywork.E010"]


def test_production_takes_no_connection_that_forgets(database):
    off = "PRAGMA synchronous = NORMAL" if connection.vendor == "sqlite" else "SET synchronous_commit = off"
    with connection.cursor() as cursor:
        checks.refuse_careless(connection)
        cursor.execute(off)
    with pytest.raises(ImproperlyConfigured, match="断电会丢失已确认的数据"):
        checks.refuse_careless(connection)
    assert connection.connection is None


def test_sample_accounts_and_lost_triggers_are_found(database):
    account = get_user_model().objects.create(username="demo", display_name="样例", is_sample=True)
    assert [message.id for message in checks.sample_accounts()] == ["partywork.E011"]
    get_user_model().objects.filter(pk=account.pk).update(is_sample=False)
    assert list(checks.sample_accounts()) == []
    triggers.allow_changes(connection)
    assert [message.id for message in checks.journal_guard()] == ["partywork.E012"]


def manage(*words, **given):
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=keep | given, capture_output=True, text=True, timeout=60)


def test_a_real_production_process_refuses_to_start_but_can_be_checked(tmp_path):
    weak = {"PROFILE": "production", "DATA_DIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    started = manage("migrate", **weak)
    assert started.returncode != 0
    assert "生产环境不能启动" in started.stderr
    checked = manage("check", "--deploy", "--fail-level", "ERROR", **weak)
    assert checked.returncode != 0
    for number in (1, 5, 7, 8):
        assert f"partywork.E{number:03d}" in checked.stderr, json.dumps(checked.stderr)
