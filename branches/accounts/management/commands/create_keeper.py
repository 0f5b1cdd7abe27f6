"""manage.py create_keeper: the first account of an installation, or a new one when every keeper is locked out."""

from __future__ import annotations

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from branches.accounts.models import Account
from branches.accounts.services import create_keeper
from branches.models import Branch
from branches.services import found_committee
from partywork import env
from partywork.errors import RuleViolation
from partywork.forms import read_date
from partywork.periods import today


class Command(BaseCommand):
    help = "新建系统管理员账号。系统里还没有党组织时，同时建立机关党委。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="登录名")
        parser.add_argument("--name", default="系统管理员", help="姓名")
        parser.add_argument("--committee", default="", help="机关党委全称，系统里还没有党组织时必填")
        parser.add_argument("--founded-on", default="", help="机关党委成立日期，默认今天，以后可以改")

    def handle(self, *args, username: str, name: str, committee: str, founded_on: str, **options) -> None:
        password = env.text("KEEPER_PASSWORD") or self.ask()
        try:
            validate_password(password, Account(username=username, display_name=name))
            with transaction.atomic():
                root = self.root(committee, founded_on)
                create_keeper(username=username, display_name=name, password=password, branch=root)
        except ValidationError as error:
            raise CommandError("".join(error.messages)) from error
        except RuleViolation as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"已新建系统管理员“{username}”，首次登录须修改密码。")

    def root(self, committee: str, founded_on: str) -> Branch:
        root = Branch.objects.filter(depth=1).first()
        if root:
            return root
        if not committee:
            raise CommandError("系统里还没有党组织，请用 --committee 写明机关党委全称。")
        return found_committee(
            name=committee,
            short_name="机关党委",
            code="DW",
            founded_on=read_date(founded_on, "成立日期") or today(),
        )

    def ask(self) -> str:
        if not sys.stdin.isatty():
            raise CommandError(
                "没有密码：请设置环境变量 KEEPER_PASSWORD 或 KEEPER_PASSWORD_FILE，或在终端里运行。"
            )
        password = getpass.getpass("密码：")
        if getpass.getpass("再输入一次：") != password:
            raise CommandError("两次输入的密码不一样。")
        return password
