"""What `manage.py check --deploy` would say of the settings, in Chinese. The database's part is asked by `verify`."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage, Tags
from django.core.checks.registry import registry

from partywork.checks import check_database


def settings_problems() -> list[str]:
    """One sentence each; none in a proper production. Every knob of ours has a check of ours that names it in Chinese,
    so the framework's own English remarks are told by their numbers."""
    found = list(messages())
    ours = [message.msg for message in found if message.id.startswith("partywork.")]
    others = sorted({message.id for message in found if not message.id.startswith("partywork.")})
    return ours + ([f"框架自带的检查也有提示：{'、'.join(others)}。"] if others else [])


def messages() -> Iterator[CheckMessage]:
    for check in registry.get_checks(include_deployment_checks=True):
        if Tags.security in check.tags and check is not check_database:
            yield from check(app_configs=None)
