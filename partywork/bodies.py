"""Waitress keeps a large body in a temporary file. Where there is no space for it, it would hang up without a word:
here the body is read to its end all the same, and the site answers."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NoReturn

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver


class Nowhere:
    """In place of the buffer: takes everything, keeps nothing; whoever reads it is told why."""

    def __init__(self, error: OSError) -> None:
        self.error = error

    def append(self, data: bytes) -> None:
        pass

    def getfile(self) -> Nowhere:
        return self

    def read(self, *size: Any) -> NoReturn:
        raise self.error

    readline = read

    def __len__(self) -> int:
        return 0

    def close(self) -> None:
        pass


class Parser(HTTPRequestParser):
    def received(self, data: bytes) -> int:
        try:
            return super().received(data)
        except OSError as error:
            if not isinstance(self.body_rcv, FixedStreamReceiver):  # browsers send no other
                raise
            with suppress(OSError):  # it tries to write what is left
                self.body_rcv.buf.close()
            self.body_rcv.buf = Nowhere(error)
            return super().received(data)


class Channel(HTTPChannel):
    parser_class = Parser
