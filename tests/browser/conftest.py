"""A real site for a real browser: `manage.py serve` with its worker on a fresh small sample, and Chromium."""
from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Without a Chromium there is nothing to drive; CI must have one."""
    if CHROMIUM or os.environ.get("CI"):
        return None
    return collection_path.name.startswith("test_") or None


@dataclass
class Site:
    """The running site and the means to look into it by command."""

    address: str
    data: Path
    process: subprocess.Popen

    def manage(self, *words: str) -> str:
        return manage(self.data, *words)


def manage(data: Path, *words: str) -> str:
    done = subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment(data), capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def environment(data: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL", "FAIL_POINTS")}
    return kept | {"DATA_DIR": str(data)}


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("site")
    manage(data, "migrate", "--verbosity", "0")
    manage(data, "load_sample", "--size", "small")
    port = free_port()
    with (data / "serve.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "manage.py", "serve", "--port", str(port)], cwd=ROOT, env=environment(data),
                                   stdout=subprocess.DEVNULL, stderr=log)
    running = Site(f"http://127.0.0.1:{port}", data, process)
    try:
        wait_until_up(running)
        yield running
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_up(site: Site) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(f"{site.address}/healthz", timeout=2) as answer:
                if json.load(answer).get("worker") != "missing":
                    return
        except OSError:
            pass
        assert site.process.poll() is None, (site.data / "serve.log").read_text("utf-8")
        time.sleep(0.2)
    raise AssertionError("the site did not come up")


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "CI needs a Chromium (see .ci/prepare)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=["desk", "phone"])
def width(request) -> dict:
    return DESK if request.param == "desk" else PHONE


@pytest.fixture
def visit(site, chromium, width):
    """visit("zb01") opens a page in which that sample account is signed in; faults on the console fail the test."""
    contexts, faults = [], []

    def sign_in(username: str, password: str = "lanchuan-2026"):
        context = chromium.new_context(viewport=width, locale="en-US", timezone_id="Asia/Shanghai", base_url=site.address)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto("/login/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", password)
        page.click("button[type=submit]")
        page.wait_for_url(lambda address: "/login/" not in address)
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert faults == []
