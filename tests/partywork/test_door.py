"""The door: nothing that is sent makes a 500; what cannot be right is a 400 page in Chinese."""

from __future__ import annotations

import io

import pytest
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from partywork.middleware.door import client_ip

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.partywork.trial_urls")]
FORM = "application/x-www-form-urlencoded"
ECHO = "/trial/echo"


def ask(path=ECHO, query="", body=None, content_type=FORM, **headers):
    """Sent byte by byte as given: the test client would tidy it up."""
    facts = {"PATH_INFO": path, "QUERY_STRING": query, **headers}
    if body is not None:
        facts = {"wsgi.input": io.BytesIO(body)} | facts | {"REQUEST_METHOD": "POST", "CONTENT_TYPE": content_type}
        facts.setdefault("CONTENT_LENGTH", str(len(body)))
    return Client(raise_request_exception=True).request(**facts)


def multipart(*parts):
    return b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"


PART = b'Content-Disposition: form-data; name="a"%s\r\n\r\nvalue'
PARTS = "multipart/form-data; boundary=x"

REFUSED = {
    "NUL in the query": {"query": "a=%00"},
    "NUL in a name": {"query": "a%00=1"},
    "NUL in the path": {"path": "/trial/\x00"},
    "bad UTF-8 in the query": {"query": "a=%ff"},
    "raw bad bytes in the query": {"query": "a=\xff"},
    "surrogate in the query": {"query": "a=%ed%a0%80"},
    "overlong UTF-8": {"query": "a=%c0%80"},
    "long path": {"path": "/" + "a" * 2000},
    "long query": {"query": "a=" + "b" * 9000},
    "long parameter": {"query": "a=" + "b" * 3000},
    "too many parameters": {"query": "&".join(["a"] * 4001)},
    "NUL in a form": {"body": b"a=%00"},
    "bad UTF-8 in a form": {"body": b"a=%ff"},
    "surrogate in a form": {"body": b"a=%ed%a0%80"},
    "too many fields": {"body": b"&".join([b"a=1"] * 4001)},
    "other charset": {"body": b"a=1", "content_type": FORM + "; charset=gbk"},
    "charset that is none": {"body": b"a=1", "content_type": PARTS + "; charset=rot13"},
    "NUL in a part": {"body": multipart((PART % b"").replace(b"value", b"\x00")), "content_type": PARTS},
    "no boundary": {"body": b"x", "content_type": "multipart/form-data"},
    "odd boundary": {"body": b"x", "content_type": "multipart/form-data; boundary=\xff"},
    "bad base64": {
        "body": multipart(
            b"Content-Transfer-Encoding: base64\r\n" + (PART % b'; filename="a.png"').replace(b"value", b"a")
        ),
        "content_type": PARTS,
    },
    "too many files": {"body": multipart(*[PART % b'; filename="a.png"'] * 101), "content_type": PARTS},
    "no length": {"body": b"a=1", "CONTENT_LENGTH": "many"},
    "negative length": {"body": b"a=1", "CONTENT_LENGTH": "-5"},
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_right_is_a_400_page(case):
    answer = ask(**REFUSED[case])
    assert answer.status_code == 400
    assert '<html lang="zh' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "default-src" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    "facts",
    [
        {"body": b"a=" + b"b" * 3_000_000},
        {"body": b"", "CONTENT_LENGTH": str(10**9)},
        {"body": b"", "CONTENT_LENGTH": "9" * 5000},
        {"body": b"a=1", "CONTENT_LENGTH": str(50_000_000)},
    ],
)
def test_too_much_is_413(facts):
    assert ask(**facts).status_code == 413


def test_somebody_signed_in_may_send_files_but_not_any_amount():
    cookie = {"HTTP_COOKIE": "session=abc"}
    body = encode_multipart(BOUNDARY, {"file": io.BytesIO(b"x" * 3_000_000), "a": "三"})
    answer = ask(body=body, content_type=MULTIPART_CONTENT, **cookie)
    assert (answer.json()["files"], answer.json()["post"]) == ({"file": 3_000_000}, {"a": "三"})
    assert ask(body=body, content_type=MULTIPART_CONTENT).status_code == 413
    assert ask(body=b"", CONTENT_LENGTH=str(200 * 1024 * 1024), **cookie).status_code == 413


@pytest.mark.parametrize(
    ("size", "facts", "left"),
    [
        (3_000_000, {"content_type": "application/octet-stream"}, 0),
        (3_000_000, {"query": "a=%00"}, 0),
        (3_000_000, {}, 0),
        (3_000_000, {"content_type": "multipart/form-data"}, 0),
        (10, {"CONTENT_LENGTH": str(1024**4)}, 10),  # more than anybody may send is not waited for
        (10, {"CONTENT_LENGTH": "ten"}, 10),
    ],
)
def test_who_is_refused_is_heard_out(size, facts, left):
    """An answer before the end of the body breaks the connection; nginx then says 503 in our name."""
    body = io.BytesIO(b"x" * size)
    assert ask(body=b"", **{"CONTENT_LENGTH": str(size), "wsgi.input": body, **facts}).status_code in (400, 413)
    assert size - body.tell() == left


@pytest.mark.parametrize(
    "cookie", ['session="\\000"', "session=" + "a" * 5000, "csrftoken=\xff", "a=\x01;;;=", '"']
)
def test_a_bad_cookie_is_forgotten_and_locks_nobody_out(cookie):
    assert ask(HTTP_COOKIE=cookie).status_code == 200


@pytest.mark.parametrize(
    "facts",
    [
        {"query": "a=%E4%B8%89&b=1+2"},
        {"query": "a"},
        {"query": "%zz"},
        {"body": "标题=会议%20记录".encode()},
        {"body": b"a=" + b"%E9%95%BF" * 20_000},
        {"body": b'{"a": "\\ud800"}', "content_type": "application/json"},
        {"body": multipart(PART % b"")[:-20], "content_type": PARTS},
        {"body": multipart(PART % b'; filename="\xff.png"'), "content_type": PARTS},
        {"body": multipart(PART % b"; filename*=nonsense''x"), "content_type": PARTS},
        {"HTTP_HX_CURRENT_URL": "\xff%ff", "HTTP_REFERER": "http://[", "HTTP_X_FORWARDED_FOR": "x,\xff"},
        {"HTTP_ACCEPT_LANGUAGE": "x" * 9000, "HTTP_IF_MODIFIED_SINCE": "nonsense", "HTTP_RANGE": "bytes=9-1"},
    ],
)
def test_what_may_be_right_gets_in(facts):
    assert ask(**facts).status_code == 200


@pytest.mark.parametrize("path", ["/\xff", "/\xe4\xb8\x89", "/\xe9", "/a\nb", "/%00"])
def test_an_odd_path_finds_no_page(path):
    assert ask(path).status_code in (302, 404)


def test_a_foreign_host_is_a_400_page():
    assert ask(HTTP_HOST="evil.example").status_code == 400


def from_addresses(remote, forwarded=""):
    return client_ip(RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded))


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("8.8.8.8", "1.1.1.1", "8.8.8.8"),
        ("10.0.0.1", "1.1.1.1", "1.1.1.1"),
        ("10.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        ("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.9", "1.1.1.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense, \x00", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, nonsense", "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:DB8::1%eth0", "2001:db8::1"),
        ("", "1.1.1.1", "1.1.1.1"),
        ("nonsense", "", ""),
    ],
)
def test_the_address_cannot_be_forged(settings, remote, forwarded, address):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "unix"]
    assert from_addresses(remote, forwarded) == address


def test_without_trusted_proxies_nothing_is_believed(settings):
    settings.TRUSTED_PROXIES = []
    assert (from_addresses("10.0.0.1", "1.1.1.1"), from_addresses("", "1.1.1.1")) == ("10.0.0.1", "")


def test_pages_of_people_with_a_session_are_kept_nowhere():
    assert "no-store" in ask(HTTP_COOKIE="session=abc")["Cache-Control"]
    assert ask(REMOTE_ADDR="10.1.1.1").json()["ip"] == "10.1.1.1"
