"""What a server asks of the kernel, in order: requests that come in, syncs of files, answers that go out."""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "trace=recvfrom,sendto,fsync,fdatasync"
POST = re.compile(r'recvfrom\(\d+<.*?>, "POST (\S+)|recvfrom resumed>"POST (\S+)')
ANSWER = re.compile(r'sendto\(\d+<.*?>, "HTTP/1\.1 (\d+)')
SYNC = re.compile(r"\bf(?:data)?sync\(\d+<(.*?)>")


def command(log: Path) -> list[str]:
    """What stands before the words of a program to have it watched."""
    return ["strace", "-f", "-qq", "-y", "--seccomp-bpf", "-s", "64", "-e", CALLS, "-o", str(log)]


@dataclass
class Post:
    """One POST, what was synced while it was at work, and its answer."""

    path: str
    synced: list[str] = field(default_factory=list)
    status: int = 0

    def synced_to(self, part: str) -> int:
        return sum(part in path for path in self.synced)


def posts(log: Path) -> Iterator[Post]:
    """One after the other: the client waits for each answer."""
    post: Post | None = None
    for line in log.read_text("utf-8", "replace").splitlines():
        if found := POST.search(line):
            post = Post(found[1] or found[2])
        elif post and (found := SYNC.search(line)):
            post.synced.append(found[1])
        elif post and (found := ANSWER.search(line)):
            post.status = int(found[1])
            yield post
            post = None
