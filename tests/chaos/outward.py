"""What a careless part would do: speak to the outside from a page, ask for a name, and from the worker's process."""
from __future__ import annotations

import socket
from contextlib import suppress

from celery.signals import worker_ready

PAGE, WORKER = "192.0.2.7", "192.0.2.8"  # addresses that belong to nobody (RFC 5737)


def call(address: str) -> None:
    with suppress(OSError), socket.create_connection((address, 80), timeout=0.2):
        pass


class CallingOut:
    """A middleware that tells the outside of every page."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        call(PAGE)
        with suppress(OSError):
            socket.getaddrinfo("partywork.invalid", 80)
        return self.get_response(request)


@worker_ready.connect
def call_out(**kwargs) -> None:
    call(WORKER)
