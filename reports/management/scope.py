"""Arguments that the report's commands share: --branch CODE and --period CODE, with plain errors."""
from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import CommandError

from branches.models import Branch
from partywork.periods import Period


def add_scope(parser: ArgumentParser) -> None:
    parser.add_argument("--branch", metavar="编号", default="", help="党组织编号；不写则为最上级党组织")
    parser.add_argument("--period", metavar="期间", required=True, help="期间，例如 2026H1、2026Q2、202606 或 2026")


def find_branch(code: str) -> Branch:
    """The organisation of this code; without one, the root."""
    if code:
        branch = Branch.objects.filter(code=code).first()
        if branch is None:
            raise CommandError(f"没有编号为“{code[:40]}”的党组织。")
        return branch
    root = Branch.objects.filter(depth=1).first()
    if root is None:
        raise CommandError("还没有建立党组织，没有可以统计的内容。")
    return root


def find_period(code: str) -> Period:
    try:
        return Period.parse(code)
    except ValueError as error:
        raise CommandError(str(error)) from None
