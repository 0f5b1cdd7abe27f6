"""An account, a person who may queue jobs, and `place`: a data folder of its own for real worker processes."""
from __future__ import annotations

import itertools

import pytest
from django.contrib.auth import get_user_model

from partywork.celery import app
from tests.blank import copy_blank
from tests.partywork.jobs import kinds  # noqa: F401  the test kinds, in this process too
from tests.partywork.jobs.place import Laptop, Services, all_places, migrated_database

_numbers = itertools.count(1)


@pytest.fixture
def make_account(db):
    return lambda: get_user_model().objects.create(username=f"jobs{next(_numbers)}")


@pytest.fixture
def account(make_account):
    return make_account()


@pytest.fixture
def eager():
    """Wake-ups run the job at once, in this process."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def sent(monkeypatch):
    """Wake-ups are noted instead of sent: the ids, in order."""
    ids = []
    monkeypatch.setattr(app.tasks["jobs.run"], "apply_async", lambda args, **options: ids.extend(args))
    return ids


@pytest.fixture(scope="session")
def migrated(django_db_setup, tmp_path_factory):
    """A migrated SQLite file to be copied."""
    return copy_blank(tmp_path_factory.mktemp("migrated") / "partywork.sqlite3")


@pytest.fixture(scope="session")
def migrated_services():
    """A migrated PostgreSQL database to be copied; its name."""
    with migrated_database() as name:
        yield name


@pytest.fixture
def laptop(tmp_path, migrated):
    with Laptop(tmp_path / "data", migrated) as here:
        yield here


@pytest.fixture(params=all_places(), ids=str)
def place(request, tmp_path, migrated):
    """SQLite with the folder queue, and PostgreSQL with Redis where TEST_DATABASE_URL and TEST_REDIS_URL are set."""
    if request.param == "laptop":
        here = Laptop(tmp_path / "data", migrated)
    else:
        here = Services(tmp_path / "data", request.getfixturevalue("migrated_services"))
    with here:
        yield here
