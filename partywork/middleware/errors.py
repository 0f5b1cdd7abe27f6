"""The outermost layer: a wrong answer, too, is a page in the site's frame with a sentence people understand."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from partywork import views
from partywork.errors import NotAllowed, RuleViolation, TooMany
from partywork.journal.services import write_entry
from partywork.middleware import facts

log = logging.getLogger("partywork.errors")


class ErrorPages:
    """Gives each request its number and answers for what views let fall.

    Unexpected exceptions go on to Django's handler500 (`views.server_error`): it logs them under the same
    number, and the test client still raises them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = facts.current.set(facts.Facts(request=request))
        try:
            response = self.get_response(request)
            if response.status_code == 405 and not getattr(response, "content", b"x"):
                return wrong_method(request, response)
            return response
        finally:
            facts.current.reset(token)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, RuleViolation):
            return rule_page(request, exception)
        if isinstance(exception, TooMany):
            return views.too_many(request, exception)
        if isinstance(exception, NotAllowed):
            note_refusal(request, exception)
        return views.unavailable(request, exception)


def rule_page(request: HttpRequest, violation: RuleViolation) -> HttpResponse:
    """A rule that no form caught: an act in the wrong state (409), or a page with wrong values (400)."""
    status = 400 if request.method in ("GET", "HEAD") else 409
    return views.error_page(request, status, message=violation.message, rule=violation.rule)


def wrong_method(request: HttpRequest, empty: HttpResponse) -> HttpResponse:
    """The page is written into the answer at hand: that one carries the headers of the layers it came through."""
    page = views.error_page(request, 405)
    empty.content = page.content
    empty["Content-Type"], empty["Content-Length"] = page["Content-Type"], str(len(page.content))
    add_never_cache_headers(empty)
    return empty


def note_refusal(request: HttpRequest, refusal: NotAllowed) -> None:
    """Every refused right is in the journal; a journal that fails does not turn the refusal into a yes."""
    user = getattr(request, "user", None)
    try:
        with transaction.atomic():
            write_entry(
                actor=user if user is not None and user.is_authenticated else None,
                action="access.refuse",
                label=f"{request.method} {request.path}",
                reason=f"需要：{refusal.needed}" if refusal.needed else "",
                result="refused",
            )
    except DatabaseError:
        log.exception("a refusal could not be written to the journal")
