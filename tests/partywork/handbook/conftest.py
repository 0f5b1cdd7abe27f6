"""Without nginx or PostgreSQL there is nothing to run the samples with; CI must have both."""
from __future__ import annotations

import os
import shutil
from pathlib import Path


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    have = shutil.which("nginx") and shutil.which("systemd-analyze") and os.environ.get("TEST_DATABASE_URL")
    return None if have or os.environ.get("CI") else collection_path.name == "test_samples.py" or None
