"""Signs in and out in the profile that is named in the environment, on a database file that is there; prints every
Set-Cookie as JSON. A process of its own: the profile is decided when the settings are read."""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def begin(database: Path) -> None:
    """Production wants PostgreSQL; cookies are the same on a file with the laptop's options."""
    import django

    from partywork import settings

    init = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    options = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": init}
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database, "OPTIONS": options}}
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django.setup()


def make_visitor(username: str, password: str) -> None:
    """By the profile's own way of hashing."""
    from branches.accounts.models import Account

    account = Account(username=username, display_name="来访者", must_change_password=False)
    account.set_password(password)
    account.save()


def cookies_of_a_visit(username: str, password: str) -> list[dict[str, Any]]:
    from django.conf import settings
    from django.test import Client

    make_visitor(username, password)
    client, seen = Client(enforce_csrf_checks=True, headers={"Host": settings.ALLOWED_HOSTS[0]}), []

    def ask(method: str, path: str, **data: str) -> None:
        token = client.cookies.get(settings.CSRF_COOKIE_NAME)
        data |= {"csrfmiddlewaretoken": token.value} if token else {}
        referer = {"Referer": f"https://{settings.ALLOWED_HOSTS[0]}/"}
        answer = getattr(client, method)(path, data if method == "post" else None, secure=True, headers=referer)
        assert answer.status_code in (200, 302), (path, answer.status_code)
        for name, morsel in answer.cookies.items():
            seen.append({"name": name, "value": morsel.value, **{key: morsel[key] for key in FACTS}})

    ask("get", "/login/")
    ask("post", "/login/", username=username, password=password)
    ask("get", "/password/")
    ask("post", "/sessions/end/")  # leaves a message
    ask("post", "/logout/")
    return seen


FACTS = ("secure", "httponly", "samesite", "path", "domain", "max-age")

if __name__ == "__main__":
    begin(Path(sys.argv[1]))
    sys.stdout.write(json.dumps(cookies_of_a_visit(sys.argv[2], sys.argv[3])))
