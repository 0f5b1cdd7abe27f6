"""The application as a server calls it: whatever the head of a request says, there is an answer."""

from __future__ import annotations

import contextlib
import io

import pytest

from partywork.wsgi import application

FORM = "application/x-www-form-urlencoded"


def status_of(content_type: str, query: str = "") -> str:
    said = []
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/healthz", "QUERY_STRING": query, "CONTENT_TYPE": content_type, "CONTENT_LENGTH": "3",
        "HTTP_HOST": "testserver", "SERVER_NAME": "testserver", "SERVER_PORT": "80", "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b"a=1"), "wsgi.errors": io.StringIO(),
    }  # fmt: skip
    with contextlib.closing(application(environ, lambda status, headers: said.append(status))) as chunks:
        b"".join(chunks)
    return said[0]


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["rot13", "hex", "\x00", "gbk", "x" * 5000, "", "utf-8*=rot13''a"])
def test_an_odd_charset_is_a_400_page(charset):
    """`rot13` is an encoding to Python, but none of text: with a query it fails while the request is being made."""
    assert status_of(f"{FORM}; charset={charset}", "act=move") == "400 Bad Request"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=UTF-8", f'{FORM}; charset="utf-8"', "", ";;;="])
def test_the_usual_kinds_pass_the_door(kind):
    """And come to the next guard, which misses its token."""
    assert status_of(kind) == "403 Forbidden"
