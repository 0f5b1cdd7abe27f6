"""One settled installation, made once; tests work on copies."""

from __future__ import annotations

import pytest
from django.test import override_settings

from partywork.keeping.backing import make_backup
from tests.partywork.engines import ENGINES
from tests.partywork.keeping.place import Place, empty_place, settle, sqlite_place


@pytest.fixture(scope="session")
def origin(tmp_path_factory, django_db_blocker) -> Place:
    place = sqlite_place(tmp_path_factory.mktemp("origin") / "place")
    fast = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=fast):
        settle(place)
        with place.in_use() as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that the one file is all
    return place


@pytest.fixture
def place(origin, tmp_path, django_db_blocker) -> Place:
    """A copy that may be damaged."""
    with django_db_blocker.unblock():
        yield origin.copy_to(tmp_path / "copy")


@pytest.fixture(scope="session")
def archive(origin, tmp_path_factory, django_db_blocker):
    """A small sound backup."""
    with django_db_blocker.unblock(), origin.in_use():
        return make_backup(tmp_path_factory.mktemp("archive") / "small.backup").path


@pytest.fixture(params=ENGINES)
def empty(request, tmp_path, django_db_blocker) -> Place:
    """An empty place of each engine."""
    with django_db_blocker.unblock(), empty_place(request.param, tmp_path / "empty") as made:
        yield made


@pytest.fixture
def bare(tmp_path, django_db_blocker) -> Place:
    """An empty place where it does not matter which engine would have been written to."""
    with django_db_blocker.unblock():
        yield sqlite_place(tmp_path / "bare")
