"""A body for which there is no space on the server's disk is read to its end, and the site answers."""

from __future__ import annotations

import errno
import io

import pytest
from django.test import RequestFactory
from waitress.adjustments import Adjustments

from partywork.bodies import Nowhere, Parser

NO_SPACE = OSError(errno.ENOSPC, "No space left on device")
HEAD = b"POST /meetings/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n"


class Full(io.BytesIO):
    """A temporary file on a full disk."""

    def append(self, data):
        raise NO_SPACE

    def close(self):
        raise NO_SPACE


def test_the_body_is_read_to_its_end_and_its_reader_is_told():
    parser = Parser(Adjustments())
    parser.received(HEAD)
    parser.body_rcv.buf = Full()
    assert [parser.received(b"12345"), parser.received(b"67890")] == [5, 5]
    assert parser.completed and parser.error is None
    with pytest.raises(OSError, match="No space left"):
        parser.get_body_stream().read(10)


def test_a_body_that_is_kept_is_kept_as_ever():
    parser = Parser(Adjustments())
    parser.received(HEAD)
    parser.received(b"1234567890")
    assert parser.get_body_stream().read() == b"1234567890"


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_the_site_says_that_there_is_no_space(db, kind):
    from partywork.wsgi import application

    environ = RequestFactory().generic("POST", "/meetings/new/", b"1234567890", kind).environ
    said = []
    body = application(environ | {"wsgi.input": Nowhere(NO_SPACE)}, lambda status, headers: said.append((status, dict(headers))))
    (status, headers) = said[0]
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "10")
    assert "服务器存储空间已满" in b"".join(body).decode()
