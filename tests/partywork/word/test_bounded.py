"""The child process: it answers, and it is stopped when it takes too much."""

import json
import subprocess
import sys
import threading
import time

import pytest

from partywork.word import bounded
from partywork.word.bounded import BoundedError, Limits

HERE = "partywork.word.bounded"


@pytest.fixture
def tasks(tmp_path, monkeypatch):
    """A package root with functions to run in the child, in the place of ours."""
    folder = tmp_path / "partywork"
    (folder / "word").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('the package itself must not be run')")
    (folder / "word" / "__init__.py").write_text("")
    (folder / "word" / "bounded.py").write_bytes((bounded.ROOT / "word" / "bounded.py").read_bytes())
    (folder / "tasks.py").write_text(TASKS)
    monkeypatch.setattr(bounded, "ROOT", folder)
    return "partywork.tasks"


TASKS = """
import os, sys, time
from partywork.word.bounded import BoundedError
def echo(**arguments): return arguments
def noisy():
    print("noise")
    os.write(1, b"more noise")
    return "quiet"
def seen(): return [sorted(os.environ), "django" in sys.modules]
def refuse(): raise BoundedError("模板不行")
def fail(): raise KeyError("secret detail")
def spin():
    while True: pass
def sleep(): time.sleep(60)
def eat(): return len(bytearray(2 * 2**30))
def die(): os._exit(3)
def write(path):
    with open(path, "wb") as stream:
        for _ in range(80): stream.write(bytes(2**20))
def talk(): return "x" * 10_000_000
def odd(): return {1, 2}
"""


def test_arguments_and_result_travel(tasks):
    assert bounded.call(f"{tasks}:echo", {"名": ["瞭", 1, None]}) == {"名": ["瞭", 1, None]}


def test_what_is_printed_does_not_spoil_the_reply(tasks):
    assert bounded.call(f"{tasks}:noisy", {}) == "quiet"


def test_the_child_sees_no_secrets_and_no_django(tasks, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "secret")
    names, has_django = bounded.call(f"{tasks}:seen", {})
    assert set(names) <= {*bounded.KEPT_ENVIRONMENT, "LC_CTYPE"}
    assert not has_django


def test_our_real_child_imports_no_django():
    code = (
        "import sys; sys.argv = ['', sys.argv[1]]; import types; p = types.ModuleType('partywork');"
        "p.__path__ = [sys.argv[1]]; sys.modules['partywork'] = p; import partywork.word.filling;"
        "sys.exit(any(name.split('.')[0] in ('django', 'celery') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-I", "-c", code, str(bounded.ROOT)]).returncode == 0


@pytest.mark.parametrize(("task", "kind", "limits"), [
    ("spin", "time", Limits(cpu_seconds=1)),
    ("sleep", "time", Limits(wall_seconds=0.5)),
    ("eat", "memory", Limits(memory_mb=200)),
    ("fail", "crash", Limits()),
    ("die", "crash", Limits()),
    ("talk", "crash", Limits()),
    ("odd", "crash", Limits()),
    ("missing", "crash", Limits()),
])  # fmt: skip
def test_what_goes_wrong_is_told_in_chinese(tasks, task, kind, limits):
    begun = time.monotonic()
    with pytest.raises(BoundedError) as caught:
        bounded.call(f"{tasks}:{task}", {}, limits)
    assert caught.value.kind == kind
    assert str(caught.value) == bounded.MESSAGES[kind]
    assert time.monotonic() - begun < 60  # it ends at all: each of these would run on without its bound


def test_a_refusal_keeps_its_words(tasks):
    with pytest.raises(BoundedError, match=r"^模板不行$") as caught:
        bounded.call(f"{tasks}:refuse", {})
    assert caught.value.kind == "refused"


def test_files_cannot_grow_without_end(tasks, tmp_path):
    with pytest.raises(BoundedError):
        bounded.call(f"{tasks}:write", {"path": str(tmp_path / "big")})
    assert (tmp_path / "big").stat().st_size <= bounded.MAX_FILE


@pytest.mark.parametrize("function", ["os:getcwd", "subprocess:run", "partyworks.evil:go"])
def test_only_functions_of_ours_can_be_named(function):
    with pytest.raises(ValueError, match="not one of ours"):
        bounded.named(function)


def test_only_plain_arguments_are_sent():
    with pytest.raises(TypeError):
        bounded.call(f"{HERE}:named", {"function": object()})


def test_an_orphan_ends_by_itself(tasks):
    """The parent was killed and can no longer stop its child."""
    limits = json.dumps({"memory_mb": 200, "cpu_seconds": 5, "wall_seconds": -0.7})
    command = [sys.executable, "-I", "-c", bounded.BOOT, str(bounded.ROOT), limits]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.communicate(json.dumps({"function": f"{tasks}:sleep", "arguments": {}}).encode(), timeout=10)
    assert process.returncode == -14


def test_several_threads_may_call(tasks):
    answers = []

    def ask(number):
        answers.append(bounded.call(f"{tasks}:echo", {"n": number})["n"])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [0, 1, 2, 3]
