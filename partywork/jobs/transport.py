"""The laptop's queue: one small file per wake-up in QUEUE_DIR.

Kombu has a transport of this kind. Ours differs where it hurts: a message appears whole (rename), a damaged one is
dropped instead of ending the worker, nothing is left in the machine's temp folder, and no exchange tables are kept.
"""
from __future__ import annotations

import logging
import os
import time
import uuid
from pathlib import Path
from queue import Empty

from kombu.transport import virtual
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)


class Channel(virtual.Channel):
    supports_fanout = False

    @property
    def folder(self) -> Path:
        return Path(self.connection.client.transport_options["folder"])

    def _waiting(self, queue: str) -> list[Path]:
        """Oldest first: names begin with the time of writing."""
        return sorted(self.folder.glob(f"*.{queue}.msg"))

    def _put(self, queue: str, message: dict, **kwargs) -> None:
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex}.{queue}"
        part = self.folder / f"{name}.part"
        part.write_text(dumps(message), "utf-8")
        os.replace(part, self.folder / f"{name}.msg")

    def _get(self, queue: str) -> dict:
        for path in self._waiting(queue):
            try:
                text = path.read_text("utf-8")
                path.unlink()  # the reader whose unlink succeeds owns the message
                return loads(text)
            except FileNotFoundError:
                continue
            except ValueError:
                log.warning("dropped a damaged wake-up; the sweep sends it again")
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _purge(self, queue: str) -> int:
        waiting = self._waiting(queue)
        for path in waiting:
            path.unlink(missing_ok=True)
        return len(waiting)


class Transport(virtual.Transport):
    Channel = Channel
    implements = virtual.Transport.implements.extend(asynchronous=False, exchange_type=frozenset(["direct"]))
    global_state = virtual.BrokerState()
    default_port = 0
    driver_type = driver_name = "folder"

    def __init__(self, client, **kwargs) -> None:
        super().__init__(client, **kwargs)
        self.state = self.global_state

    def driver_version(self) -> str:
        return "1"
