"""The door: what cannot be right is turned away with 400 before anybody reads it; who calls is noted."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.cache import add_never_cache_headers

from partywork import views
from partywork.disk import is_full
from partywork.middleware import facts

GetResponse = Callable[[HttpRequest], HttpResponse]
LONGEST_PATH = 1000
LONGEST_QUERY = 8000
LONGEST_NAME = 200
LONGEST_IN_QUERY = 2000
LONGEST_COOKIE = 4096  # what browsers allow
LARGEST_FROM_STRANGERS = 1024 * 1024  # nobody who is not logged in has anything large to send
SIP = 64 * 1024
IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
WRONG = (
    SuspiciousOperation,
    BadRequest,
    MultiPartParserError,
    UnreadablePostError,
    ValueError,
    LookupError,
    TypeError,
)

SAY_ENCODING = "网址或提交的内容里有无法识别的字符，请从页面上的链接重新进入。"
SAY_LONG = "网址太长，请从页面上的链接重新进入。"
SAY_BROKEN = "提交的内容不完整或格式不对，可能是网络中断造成的。请返回上一页，刷新后重新提交。"


class Refused(Exception):
    """Turned away at the door; carries what the page says."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message, self.status = message, status


class ValuesAtTheDoor:
    """NUL, lone surrogates, wrong encodings, over-long addresses, broken bodies: a 400 page, never a 500."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            check_address(request)
            drop_bad_cookies(request)
            check_query(request)
            check_body(request)
        except Refused as refusal:
            hear_out(request)
            request._mark_post_parse_error()
            return views.error_page(request, refusal.status, message=refusal.message)
        return self.get_response(request)


def hear_out(request: HttpRequest) -> None:
    """Reads what is still coming, up to what any request may send: an answer before the end of a body breaks the connection, and a
    web server in front then tells of a failure of ours instead of the answer."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdecimal() and len(length) <= 15 and int(length) <= settings.REQUEST_MAX_BYTES):
        return
    try:
        while request.read(SIP):
            pass
    except (UnreadablePostError, ValueError):  # gone, or already closed by the parser: there is nobody left to hear out
        return


def check_address(request: HttpRequest) -> None:
    query = request.META.get("QUERY_STRING", "")
    if len(request.path) > LONGEST_PATH or len(query) > LONGEST_QUERY:
        raise Refused(SAY_LONG)
    if IMPOSSIBLE.search(request.path_info):  # bytes that are no UTF-8 Django keeps as %FF: that finds no page
        raise Refused(SAY_ENCODING)
    refuse_undecodable(unquote_to_bytes(query.replace("+", " ").encode("latin-1", "replace")))


def refuse_undecodable(raw: bytes) -> None:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(SAY_ENCODING) from None
    if IMPOSSIBLE.search(text):
        raise Refused(SAY_ENCODING)


def drop_bad_cookies(request: HttpRequest) -> None:
    """A bad cookie is forgotten, not refused: a browser that holds one could never get in again."""
    for name, value in list(request.COOKIES.items()):
        if IMPOSSIBLE.search(name + value) or len(value) > LONGEST_COOKIE:
            del request.COOKIES[name]


def check_query(request: HttpRequest) -> None:
    try:
        query = request.GET
    except WRONG:
        raise Refused(SAY_LONG) from None
    refuse_bad_values(query, LONGEST_IN_QUERY)


def check_body(request: HttpRequest) -> None:
    if request.method in ("GET", "HEAD", "OPTIONS", "TRACE"):
        return
    check_size(request)
    charset = request.content_params.get("charset", "utf-8").strip("\"' ").lower()
    if charset not in ("utf-8", "utf8"):
        raise Refused(SAY_ENCODING)
    refuse_bad_values(read_form(request), settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    for names in request.FILES.lists():
        refuse_bad_names([names[0], *(file.name or "" for file in names[1])])


def check_size(request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdecimal():
        raise Refused(SAY_BROKEN)
    known = settings.SESSION_COOKIE_NAME in request.COOKIES
    largest = settings.REQUEST_MAX_BYTES if known else LARGEST_FROM_STRANGERS
    if len(length) > 15 or int(length) > largest:
        raise too_large(largest)


def too_large(largest: int) -> Refused:
    return Refused(f"一次提交的内容超过 {largest // 1024 // 1024} MB，请减少文件或分几次提交。", 413)


def read_form(request: HttpRequest) -> QueryDict:
    """The body parsed here, so that whatever is wrong with it is told here."""
    try:
        if request.content_type == "application/x-www-form-urlencoded":
            refuse_undecodable(unquote_to_bytes(request.body.replace(b"+", b" ")))
        return request.POST
    except RequestDataTooBig:
        raise too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) from None
    except WRONG as error:
        if is_full(error):
            raise
        raise Refused(SAY_BROKEN) from None


def refuse_bad_values(values: QueryDict, longest: int) -> None:
    for name, texts in values.lists():
        refuse_bad_names([name])
        for text in texts:
            if IMPOSSIBLE.search(text):
                raise Refused(SAY_ENCODING)
            if len(text) > longest:
                raise Refused(SAY_LONG)


def refuse_bad_names(names: list[str]) -> None:
    if any(len(name) > LONGEST_NAME * 2 or IMPOSSIBLE.search(name) for name in names):
        raise Refused(SAY_ENCODING)


class RequestFacts:
    """Notes the caller's address for journal and log; keeps pages of logged-in people out of every cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        noted = facts.current.get() or facts.Facts()
        noted.request, noted.ip = request, client_ip(request)
        token = facts.current.set(noted)
        try:
            response = self.get_response(request)
        finally:
            facts.current.reset(token)
        if (
            settings.SESSION_COOKIE_NAME in request.COOKIES
            or settings.SESSION_COOKIE_NAME in response.cookies
        ):
            add_never_cache_headers(response)
        return response


def client_ip(request: HttpRequest) -> str:
    """The caller's address. X-Forwarded-For is believed only from our own proxies, and read from the right:
    what stands left of the first address that is not ours may be forged.
    """
    address = clean_ip(request.META.get("REMOTE_ADDR", ""))
    if not is_trusted(address):
        return address
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        forwarded = clean_ip(hop)
        if not forwarded:
            break
        address = forwarded
        if not is_trusted(forwarded):
            break
    return address


def clean_ip(text: str) -> str:
    """A valid address in its one spelling, or ''. An IPv4 address in IPv6 clothes is the IPv4 address."""
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def is_trusted(address: str) -> bool:
    """A socket has no address: it is trusted when TRUSTED_PROXIES says `unix`."""
    if not address:
        return "unix" in settings.TRUSTED_PROXIES
    return any(ipaddress.ip_address(address) in net for net in networks(tuple(settings.TRUSTED_PROXIES)))


@lru_cache(maxsize=8)
def networks(names: tuple[str, ...]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(name, strict=False) for name in names if name != "unix"]
