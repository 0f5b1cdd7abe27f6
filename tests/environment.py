"""Loaded before Django reads its settings (see pyproject.toml): nothing of a test may land in anyone's own data."""
import os
import tempfile

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="partywork-test-")
os.environ.pop("FAIL_POINTS", None)
