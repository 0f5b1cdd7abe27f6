"""Runs one function of ours in a child process with limits on memory, processor time and wall time.

Whatever comes from outside - an uploaded template, a hostile one included - is parsed only here.
The child knows no secrets (its environment is empty but for a few names), imports no Django and
gets and gives JSON.  Nothing in it depends on threads, so a web thread or a worker may call it.
"""

import importlib
import json
import logging
import os
import resource
import signal
import subprocess
import sys
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[1]
KEPT_ENVIRONMENT = ("PATH", "TMPDIR", "LD_LIBRARY_PATH")
MAX_RESULT = 4_000_000
MAX_FILE = 64 * 2**20

# The package is put in place without running partywork/__init__.py, which may start Celery and Django.
BOOT = (
    "import sys, types; package = types.ModuleType('partywork'); package.__path__ = [sys.argv[1]]; "
    "sys.modules['partywork'] = package; from partywork.word.bounded import child; child(sys.argv[2:])"
)

MESSAGES = {
    "time": "处理这个文件用时过长，已停止。请检查文件是否过大或过于复杂。",
    "memory": "处理这个文件占用内存过多，已停止。请检查文件是否过大或过于复杂。",
    "crash": "处理这个文件时出错，已停止。请换用 Word 或 WPS 重新保存后再试。",
}


class BoundedError(Exception):
    """The work could not be done; the message is Chinese and meant for users.

    kind: 'refused' (our function said no), 'time', 'memory' or 'crash'.
    """

    def __init__(self, message: str, kind: str = "refused") -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Limits:
    memory_mb: int = 700
    cpu_seconds: int = 8
    wall_seconds: float = 10


def call(function: str, arguments: dict, limits: Limits = Limits()):
    """The result of 'package.module:function' of ours, called with plain arguments in a child."""
    request = json.dumps({"function": function, "arguments": arguments}, allow_nan=False).encode()
    command = [sys.executable, "-I", "-X", "utf8", "-c", BOOT, str(ROOT), json.dumps(asdict(limits))]
    environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with process:
        try:
            answer, _ = process.communicate(request, timeout=limits.wall_seconds)
        except subprocess.TimeoutExpired:
            raise _stopped("time", function) from None
        finally:
            process.kill()
    return _result(function, process.returncode, answer)


def _result(function: str, status: int, answer: bytes):
    if status:
        kind = "time" if -status in (signal.SIGXCPU, signal.SIGALRM) else "crash"
        raise _stopped(kind, function, f"exit status {status}")
    reply = json.loads(answer)
    if "refused" in reply:
        raise BoundedError(reply["refused"])
    if "stopped" in reply:
        raise _stopped(reply["stopped"], function, reply["detail"])
    return reply["result"]


def _stopped(kind: str, function: str, detail: str = "") -> BoundedError:
    log.warning("bounded child stopped: %s in %s %s", kind, function, detail)
    return BoundedError(MESSAGES[kind], kind)


# --------------------------------------------------------------------------
# The child
# --------------------------------------------------------------------------


def child(arguments: list[str]) -> None:
    """Read one request from stdin, write one reply to stdout."""
    confine(Limits(**json.loads(arguments[0])))
    answer = os.dup(1)
    os.dup2(2, 1)  # a library that prints must not spoil the reply
    reply = reply_to(json.loads(sys.stdin.buffer.read()))
    with os.fdopen(answer, "wb") as stream:
        stream.write(json.dumps(reply).encode())


def confine(limits: Limits) -> None:
    """Set the limits from inside: preexec_fn is not safe in a process with threads."""
    memory = limits.memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds + 1)  # ends an orphan whose parent was killed


def reply_to(request: dict) -> dict:
    try:
        result = named(request["function"])(**request["arguments"])
        if len(json.dumps(result)) > MAX_RESULT:
            raise ValueError("the result is too long")
        return {"result": result}
    except BoundedError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"stopped": "memory", "detail": ""}
    except Exception:
        return {"stopped": "crash", "detail": traceback.format_exc()[-4000:]}


def named(function: str):
    """Our own function behind a name; no other code can be named from outside."""
    module, _, name = function.partition(":")
    if not module.startswith("partywork."):
        raise ValueError(f"not one of ours: {function}")
    return getattr(importlib.import_module(module), name)
