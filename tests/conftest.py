"""What all tests share: fast hashing, a private data folder, the drawn world."""
from __future__ import annotations

import pytest
from django.test import Client

from tests import blank, cast
from tests.stage import stage  # noqa: F401 a fixture of the standing tests

# What starts real processes or asks every person about every page: `make test` runs it after the quick suite.
PROOFS = (
    "tests/test_access.py", "tests/test_csrf.py", "tests/test_double_click.py", "tests/test_headers.py", "tests/test_in_sight.py",
    "tests/test_mass_assignment.py", "tests/test_parity.py", "tests/test_refusals.py", "tests/test_typed_text.py",
    "tests/test_migrations.py", "tests/reports/test_killed.py", "tests/partywork/imports/test_killed.py",
    "tests/partywork/test_serve.py", "tests/partywork/jobs/test_processes.py",
    "tests/partywork/keeping/", "tests/partywork/handbook/test_samples.py",
)


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if item.nodeid.startswith(PROOFS):
            item.add_marker("proof")


@pytest.fixture(scope="session", autouse=True)
def _fast_passwords():
    """Hashing is slow on purpose; tests make many accounts."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """The suite's database and, beside it, a blank file for tests that need a database of their own."""
    with django_db_blocker.unblock():
        blank.make_blank(tmp_path_factory.mktemp("blank"))


@pytest.fixture
def world(db) -> cast.World:
    return cast.the_world()


class Reader(Client):
    """Reads every answer to its end, as a browser does: a file that nobody reads stays open."""

    def request(self, **request):
        answer = super().request(**request)
        if answer.streaming:
            answer.streaming_content = [b"".join(answer.streaming_content)]
        return answer


@pytest.fixture
def client_of(world):
    """client_of("secretary") is a browser in which that person is signed in."""

    def sign_in(name: str) -> Client:
        client = Reader()
        if world.people[name] is not None:
            client.force_login(world[name], backend="branches.accounts.backends.AccountBackend")
        return client

    return sign_in
