"""Databases of both engines for the ground floor's tests."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from tests.partywork.engines import ENGINES, fresh


@pytest.fixture(params=ENGINES)
def database(request, tmp_path, django_db_blocker):
    """A fresh database of each engine, in use for this test's own thread."""
    with django_db_blocker.unblock(), fresh(request.param, tmp_path) as made, made.in_use():
        yield made


@pytest.fixture
def actor(database):
    return get_user_model().objects.create(username="wang", display_name="王书记")
