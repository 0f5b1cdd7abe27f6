"""The worker child of `manage.py serve`: started after the port is bound, started again when it dies, ended with it."""
from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from time import monotonic

from django.conf import settings

COMMAND = ("worker", "--pool=solo", "--loglevel=WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat")
NO_ROOT_REMARK = "ignore:You're running the worker"
GRACE_SECONDS = 8
LONGEST_PAUSE = 30


def start_worker() -> subprocess.Popen:
    """In a session of its own, so that Ctrl-C reaches the parent alone and the running job may end in peace."""
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-W", NO_ROOT_REMARK, "-m", "celery", "--quiet", "-A", "partywork", *COMMAND],
        cwd=settings.BASE_DIR,
        env=os.environ | {"SERVE_PID": str(os.getpid()), "TMPDIR": str(settings.FILE_UPLOAD_TEMP_DIR)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # Celery's own English remarks; our log goes to standard error
        start_new_session=True,
    )


class WorkerChild:
    """A context: inside it one worker lives, whatever happens to it."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say, self.leaving = say, threading.Event()
        self.process: subprocess.Popen | None = None
        self.thread = threading.Thread(target=self._look_after, name="worker-child", daemon=True)

    def __enter__(self) -> WorkerChild:
        self.process = start_worker()
        self.thread.start()
        return self

    def __exit__(self, *exc) -> None:
        self.leaving.set()
        self._end_child()
        self.thread.join(timeout=2)
        self._end_child()  # one that was being started just then

    def _end_child(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _look_after(self) -> None:
        pause = 1
        while True:
            begun = monotonic()
            self.process.wait()
            if monotonic() - begun > 2 * LONGEST_PAUSE:
                pause = 1
            if self.leaving.wait(pause):
                return
            self.say("后台任务进程意外停止，已重新启动；未完成的任务会自动继续。")
            self.process = start_worker()
            pause = min(2 * pause, LONGEST_PAUSE)
