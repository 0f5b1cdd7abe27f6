"""The WSGI entry point: waitress on a laptop, gunicorn in production."""
import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partywork.settings")
django.setup(set_prefix=False)


class Request(WSGIRequest):
    """Believes no charset: one that only turns letters (rot13), or is no name at all, would fail before any layer of ours
    is asked, and the server would answer with a bare 500. The door refuses every charset but UTF-8."""

    def _set_content_type_params(self, meta: dict) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (LookupError, ValueError):
            self.content_type, self.content_params = "", {"charset": "unknown"}


class Site(WSGIHandler):
    request_class = Request


application = Site()

if settings.PRODUCTION:
    from partywork.checks import meet_database  # only now: apps are loaded

    meet_database()
