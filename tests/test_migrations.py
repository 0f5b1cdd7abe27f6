"""Models and migrations agree, each app has one leaf, and a database with data can go back and forth."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).parent.parent
OURS = [config.label for config in apps.get_app_configs() if Path(config.path).is_relative_to(ROOT) and ".venv" not in config.path]


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize("label", OURS)
def test_one_leaf_per_app(label):
    loader = MigrationLoader(None, ignore_no_migrations=True)
    assert len([key for key in loader.graph.leaf_nodes() if key[0] == label]) <= 1


def manage(folder: Path, *words: str) -> str:
    environment = os.environ | {"DATA_DIR": str(folder)}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_forward_back_and_forward_again_on_data(tmp_path):
    """The journal's triggers and the reports' tables come off and on again; the rest of the data stays."""
    manage(tmp_path, "migrate", "--verbosity", "0")
    manage(tmp_path, "load_sample", "--size", "small", "--until", "2025-03-31")
    before = manage(tmp_path, "figures", "--period", "2025Q1", "--json")
    manage(tmp_path, "migrate", "journal", "0001", "--verbosity", "0")
    manage(tmp_path, "migrate", "reports", "zero", "--verbosity", "0")
    manage(tmp_path, "migrate", "--verbosity", "0")
    assert manage(tmp_path, "figures", "--period", "2025Q1", "--json") == before


def test_every_index_has_a_name_of_our_own():
    """A generated name ends in a hash; it says nothing in a database's error message."""
    generated = [index.name for model in apps.get_models() if model._meta.app_label in OURS
                 for index in model._meta.indexes if index.name.endswith("_idx")]
    assert generated == []
