"""Places where a test may kill the process, to prove that nothing is lost there. Inert unless FAIL_POINTS names one."""
from __future__ import annotations

import os
import signal

from django.conf import settings


def fail_here(name: str) -> None:
    """Die as if the power had gone (SIGKILL: no clean-up of any kind) when FAIL_POINTS names this place."""
    if name in settings.FAIL_POINTS:
        os.kill(os.getpid(), signal.SIGKILL)
