"""Error pages, 400 to 503. They must come out even when half the house is down."""

from __future__ import annotations

import logging
import sys
from typing import Any

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import loader
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html

from partywork.disk import is_full
from partywork.errors import TooMany
from partywork.middleware.facts import current_reference

log = logging.getLogger("partywork.errors")
WORTH_COPYING = 8
OWN = {409, 413, 429, 503}
SENTENCES = {
    400: "请求的内容不对，请返回上一页检查后重新提交。",
    403: "您没有权限进行这项操作。",
    404: "没有找到这个页面，可能地址有误、内容已不在，或不在您的查看范围内。",
    405: "这个地址不能这样打开，请从页面上的按钮或链接进入。",
    409: "现在不能进行这项操作，请刷新页面查看最新情况。",
    413: "提交的内容太大，请减少文件或分几次提交。",
    429: "操作太频繁，请稍后再试。",
    500: "系统出了问题，已记录下来。请把下面的编号告诉系统管理员。",
    503: "数据库暂时连接不上，您的操作没有保存。请稍等一会儿再试。",
}
STORAGE_FULL = "您的操作没有保存。请把下面的编号告诉系统管理员，腾出磁盘空间后再试一次；已保存的内容不受影响。"
LAST_RESORT = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>出错了</title></head>
<body><h1>出错了</h1><p>{}</p><p>编号：{}</p><p><a href="/">返回首页</a></p></body></html>"""


def template_for(status: int) -> str:
    if status in OWN:
        return f"errors/{status}.html"
    return f"{status if status in (403, 404, 500) else 400}.html"


def error_page(
    request: HttpRequest | None, status: int, *, message: str = "", **context: Any
) -> HttpResponse:
    """The page of this status in the site's frame; without the frame when that cannot be drawn.

    `request=None` keeps the frame from asking the database who is looking.
    """
    context |= {"message": message or SENTENCES[status], "reference": current_reference(), "status": status}
    response = HttpResponse(draw(template_for(status), context, request), status=status)
    add_never_cache_headers(response)
    return response


def draw(template: str, context: dict[str, Any], request: HttpRequest | None) -> str:
    """With the frame of the person, or the bare frame, or plain HTML: an error page never fails."""
    for frame in dict.fromkeys([request, None]):
        try:
            return loader.render_to_string(template, context, frame)
        except Exception:  # whatever is broken, the next simpler page is tried
            log.warning("error page %s could not be drawn", template, exc_info=True)
    return format_html(LAST_RESORT, context["message"], context["reference"])


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400. A session that was ended while its request was under way – the password changed by a click before, a login
    ended elsewhere – is nothing bad: it leads to the login page."""
    if isinstance(exception, SessionInterrupted):
        return redirect(settings.LOGIN_URL)
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403: says which post may do it, when the refusal knows."""
    return error_page(request, 403, needed=getattr(exception, "needed", ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404: the same page whether it never was or is out of reach."""
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500. Django has logged the exception; its line carries the number that the page shows."""
    return unavailable(request, sys.exc_info()[1]) or error_page(request, 500)


def too_many(request: HttpRequest, refusal: TooMany) -> HttpResponse:
    """Asked too often: says how long to wait."""
    response = error_page(request, 429, message=refusal.message, wait=in_words(refusal.minutes))
    response["Retry-After"] = str(refusal.minutes * 60)
    return response


def in_words(minutes: int) -> str:
    return f"{minutes} 分钟" if minutes <= 90 else f"{minutes // 60} 小时 {minutes % 60} 分钟"


def unavailable(request: HttpRequest, exception: BaseException | None) -> HttpResponse | None:
    """The answer to what passes without a change of the program: the database is away or busy, the disk is full."""
    if is_full(exception):
        log.error("no space left: %s %s", request.method, request.path, exc_info=exception)
        return come_again(STORAGE_FULL, heading="服务器存储空间已满")
    if isinstance(exception, (OperationalError, InterfaceError)):
        log.error("database not available: %s %s", request.method, request.path, exc_info=exception)
        return come_again()
    return None


def come_again(message: str = "", **context: Any) -> HttpResponse:
    """503, drawn without asking the database anything."""
    response = error_page(None, 503, message=message, **context)
    response["Retry-After"] = "10"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid CSRF token: usually a page that stayed open across a new login."""
    log.warning("csrf: %s %s", request.path, reason)
    message = (
        "页面停留太久，或您已在别处重新登录，这次提交没有被接受，系统没有做任何改动。"
        "请从导航重新打开页面再填写。"
    )
    return error_page(request, 403, message=message, heading="没有提交成功", typed=typed_texts(request))


def typed_texts(request: HttpRequest) -> list[str]:
    """The longer texts of a refused form, to be copied. Only when our own page sent it: nobody else's words are shown."""
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        return []
    sent = ((name, value.strip()) for name, values in request.POST.lists() for value in values)
    return [text for name, text in sent if len(text) >= WORTH_COPYING and not text.isascii() and "password" not in name]
