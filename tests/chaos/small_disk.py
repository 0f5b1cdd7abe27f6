"""A disk of 64 MB that can be filled up; needs root to be mounted."""
from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEGABYTES = 64


class Disk:
    """Mounted at `folder`; `filled(leave=…)` is a context in which only so many bytes are left."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.filler = folder, folder / "filler"

    def __enter__(self) -> Disk:
        self.folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(self.folder)], check=True)
        return self

    def __exit__(self, *exc) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    @property
    def free(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    @contextmanager
    def filled(self, leave: int = 0) -> Iterator[None]:
        with self.filler.open("wb") as file:
            while self.free > leave:  # others may write meanwhile
                with suppress(OSError):
                    os.posix_fallocate(file.fileno(), file.tell(), self.free - leave)
                    file.seek(0, os.SEEK_END)
            yield
        self.filler.unlink()
