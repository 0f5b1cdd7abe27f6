"""The ground floor's own app: registers the deployment checks, refuses a production start on weak secrets."""

from __future__ import annotations

import sys

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created

HARMLESS = {"check", "collectstatic", "makemigrations", "help", "--help", "version", "--version"}


class PartyworkConfig(AppConfig):
    name = "partywork"
    verbose_name = "党务管理"

    def ready(self) -> None:
        from partywork import checks

        if settings.PRODUCTION and not only_looking(sys.argv):
            checks.refuse_start()
            connection_created.connect(checks.refuse_careless)


def only_looking(argv: list[str]) -> bool:
    """`check --deploy` must be able to report what a start would refuse; image builds have no secrets."""
    by_manage = bool(argv) and argv[0].endswith(("manage.py", "django-admin", "__main__.py"))
    return by_manage and (len(argv) < 2 or argv[1] in HARMLESS)
