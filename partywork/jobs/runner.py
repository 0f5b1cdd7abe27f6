"""Who works on a job: host, process and the process's start, so that a dead runner on this host is known at once."""
from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the command name: state first, start time 20th; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _name(pid: int) -> str:
    fields = _stat(pid)
    return f"{socket.gethostname()}:{pid}:{fields[19] if fields else 0}"


@cache
def _name_once(pid: int) -> str:
    return _name(pid)


def this_runner() -> str:
    return _name_once(os.getpid())  # by pid: a prefork child must not inherit its parent's name


def is_gone(runner: str) -> bool:
    """Surely dead. False when it lives, is on another host, or this system has no /proc: then the lease decides."""
    host, _, rest = runner.rpartition(":")[0].rpartition(":")
    if not rest.isdecimal() or host != socket.gethostname() or not Path("/proc/self/stat").exists():
        return False
    fields = _stat(int(rest))
    return not fields or fields[0] in "ZX" or _name(int(rest)) != runner
