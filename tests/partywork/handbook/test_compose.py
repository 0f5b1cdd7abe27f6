"""compose.yaml, as far as it can be judged without a container engine: its keys, commands, settings, secrets, and the step
of its image that makes the static files."""
from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
import yaml

from tests.partywork.handbook.production import unit_of
from tests.partywork.handbook.words import ROOT, SAMPLES, arguments, known_settings

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "partywork"}
IMAGE = OURS["web"]["build"]["dockerfile_inline"]
# Where a container's place differs from the server's.
PLACES = {"127.0.0.1:8000": "0.0.0.0:8000", "/var/lib/partywork/beat": "/tmp/beat"}


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_it_runs_what_the_units_run(name):
    unit = arguments(unit_of((SAMPLES / f"partywork-{name}.service").read_text("utf-8"))["ExecStart"][0])
    assert arguments(OURS[name]["command"]) == [PLACES.get(word, word) for word in unit]


def test_it_sets_what_the_server_sets():
    server = dict(line.split("=", 1) for line in (SAMPLES / "partywork.env").read_text("utf-8").splitlines() if re.match("[A-Z]", line))
    for service in OURS.values():
        assert set(service["environment"]) <= known_settings()
        assert set(server) - {"KEY_DIR"} <= set(service["environment"])
        assert service["environment"]["PROFILE"] == server["PROFILE"] == "production"


def test_every_secret_is_a_file_that_is_handed_in():
    for service in OURS.values():
        read = {value.removeprefix("/run/secrets/") for value in service["environment"].values() if value.startswith("/run/secrets/")}
        assert read == set(service["secrets"]) <= set(COMPOSE["secrets"])
    assert all(secret["file"].startswith("./secrets/") for secret in COMPOSE["secrets"].values())
    assert {"secrets", "var", ".git"} <= set((ROOT / ".dockerignore").read_text("utf-8").split())  # none of them gets into the image


def test_services_and_volumes_hang_together():
    for service in COMPOSE["services"].values():
        assert set(service.get("depends_on", [])) <= set(COMPOSE["services"])
        assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"])
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert OURS["web"]["environment"]["REDIS_URL"].startswith("redis://redis:")
    assert "@postgres:" in OURS["web"]["environment"]["DATABASE_URL"]


def test_the_image_is_made_of_what_is_there():
    assert re.search(r"FROM python:3\.(1[1-9])-slim", IMAGE)
    for copied in re.findall(r"COPY (\S+) ", IMAGE):
        assert (ROOT / copied).exists()
    assert IMAGE.index("USER app") > IMAGE.index("chown -R app /data /collected")


def test_the_image_holds_the_static_files_that_its_settings_look_for(tmp_path):
    """The step of the image itself, in folders of our own, without any secret."""
    step = re.search(r"RUN (PROFILE=.*collectstatic.*)", IMAGE)[1]
    assert f"STATIC_DIR={OURS['web']['environment']['STATIC_DIR']} " in step
    for said, here in (("/data", tmp_path / "data"), ("/collected", tmp_path / "collected"), ("python ", f"{sys.executable} ")):
        step = step.replace(said, str(here))
    subprocess.run(["/bin/sh", "-c", step], cwd=ROOT, env={"PATH": os.environ["PATH"]}, check=True, capture_output=True, timeout=60)
    assert (tmp_path / "collected/staticfiles.json").exists()
