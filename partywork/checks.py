"""What `manage.py check --deploy` refuses in production, and what even a start refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
SQLITE_FULL = 2
SHORTEST = {"SECRET_KEY": 50, "FIELD_KEYS": 32, "AUDIT_KEY": 32}
SAMPLE = re.compile(
    r"unset|insecure|change|example|sample|secret|default|password|test|12345|请|示例", re.IGNORECASE
)


def secret_problems() -> Iterator[str]:
    """Missing, short, sample-like or equal secrets."""
    values = {
        "SECRET_KEY": [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS],
        "FIELD_KEYS": settings.FIELD_KEYS,
        "AUDIT_KEY": [settings.AUDIT_KEY],
    }
    for name, keys in values.items():
        for key in keys or [""]:
            if problem := weakness(key, SHORTEST[name]):
                yield f"{name} {problem}"
    every = [key for keys in values.values() for key in keys if key]
    if len(set(every)) < len(every):
        yield "SECRET_KEY、FIELD_KEYS、AUDIT_KEY 不能有相同的值。"


def weakness(key: str, shortest: int) -> str:
    """What is wrong with a secret, in words that never repeat it."""
    if not key or key == "unset":
        return "没有设置。请用环境变量或同名 _FILE 给出。"
    if len(key) < shortest:
        return f"太短，至少要 {shortest} 个字符。"
    if SAMPLE.search(key) or len(set(key)) < 12:
        return "像是示例值，请换成随机生成的。"
    return ""


def refuse_start() -> None:
    """Production does not start on weak secrets or with test hooks in it."""
    problems = list(secret_problems())
    if settings.FAIL_POINTS:
        problems.append("设置了 FAIL_POINTS，这只能用于测试。")
    if problems:
        raise ImproperlyConfigured("生产环境不能启动：" + " ".join(problems))


def error(number: int, message: str, hint: str = "") -> checks.Error:
    return checks.Error(message, hint=hint or None, id=f"partywork.E{number:03d}")


@checks.register(checks.Tags.security, deploy=True)
def check_secrets(app_configs, **kwargs) -> list[checks.CheckMessage]:
    make = "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
    return [error(1, problem, f"可以这样生成：{make}") for problem in secret_problems()]


@checks.register(checks.Tags.security, deploy=True)
def check_profile(app_configs, **kwargs) -> list[checks.CheckMessage]:
    found = []
    if not settings.PRODUCTION:
        found.append(error(2, "PROFILE 不是 production。", "部署时设置 PROFILE=production。"))
    if settings.FAIL_POINTS:
        found.append(error(3, "设置了 FAIL_POINTS，这只能用于测试。"))
    if keys_beside_data():
        found.append(
            error(
                4,
                "密钥目录在数据目录之内：拿到备份或数据盘的人会同时拿到密钥。",
                "把 KEY_DIR 移出 DATA_DIR。",
            )
        )
    return found


def keys_beside_data() -> bool:
    """Only when there are keys in it: with keys from the environment the folder stays empty."""
    folder = settings.KEY_DIR
    return folder.is_relative_to(settings.DATA_DIR) and any(folder.glob("*"))


@checks.register(checks.Tags.security, deploy=True)
def check_wire(app_configs, **kwargs) -> list[checks.CheckMessage]:
    found = []
    if not settings.ALLOWED_HOSTS or any(host.startswith("*") for host in settings.ALLOWED_HOSTS):
        found.append(error(5, "ALLOWED_HOSTS 没有设置，或含有 *。", "写上实际访问用的域名或地址。"))
    if not settings.HTTPS:
        found.append(error(6, "HTTPS 已关闭。", "在反向代理上启用 HTTPS，并设置 HTTPS=1。"))
    if not settings.REDIS_URL:
        found.append(error(7, "没有设置 REDIS_URL。", "生产环境的任务队列和缓存使用 Redis。"))
    return found


@checks.register(checks.Tags.security, deploy=True)
def check_database(app_configs, **kwargs) -> list[checks.CheckMessage]:
    if connection.vendor != "postgresql":
        return [error(8, "生产环境不能使用 SQLite。", "设置 DATABASE_URL 为 PostgreSQL。")]
    try:
        return [*durability(), *sample_accounts(), *journal_guard(), *lost_field_keys()]
    except DatabaseError as problem:
        return [error(9, f"连接不上数据库：{str(problem).strip().splitlines()[0]}")]


def durability() -> Iterator[checks.CheckMessage]:
    """An answer given to a user must be on disk."""
    for name in switched_off(connection):
        yield error(10, f"PostgreSQL 的 {name} 已关闭，断电会丢失已确认的数据。", f"设置 {name} = on。")


def switched_off(connection) -> list[str]:
    """Which settings, as they hold for this connection, let the database answer before the disk has it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            return ["synchronous"] if cursor.fetchone()[0] < SQLITE_FULL else []
        cursor.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in DURABLE))
        return [name for name, value in zip(DURABLE, cursor.fetchone(), strict=True) if value in ("off", "local")]


def refuse_careless(connection, **kwargs) -> None:
    """Called for each new connection in production: whenever the database was restarted with other settings, no act
    goes through it."""
    if off := switched_off(connection):
        connection.close()
        raise ImproperlyConfigured(f"生产环境不能使用这个数据库：{'、'.join(off)} 已关闭，断电会丢失已确认的数据。")


def meet_database() -> None:
    """At the start of the pages: a careless database is refused at once, and so are keys that do not open what is in it;
    one that is away is waited for."""
    try:
        connection.ensure_connection()
        lost = list(lost_field_keys())
    except DatabaseError:
        return
    finally:
        connection.close()  # nothing of it is carried over into gunicorn's children
    if lost:
        raise ImproperlyConfigured(f"不能启动：{lost[0].msg}{lost[0].hint}")


def lost_field_keys() -> Iterator[checks.CheckMessage]:
    """New values would be sealed with a key that opens none of the old ones."""
    from partywork.keeping.resealing import lost_keys

    if numbers := sorted(lost_keys()):
        yield error(13, f"数据库里有用编号 {'、'.join(numbers)} 的密钥加密的内容，FIELD_KEYS 里没有这个密钥。",
                    "请把当时的密钥放回 FIELD_KEYS（写在新密钥后面，用逗号隔开）。")


def sample_accounts() -> Iterator[checks.CheckMessage]:
    """The sample bureau's accounts have published passwords."""
    try:
        model = apps.get_model(settings.AUTH_USER_MODEL)
        model._meta.get_field("is_sample")
    except LookupError:
        return
    if (
        has_table(model._meta.db_table)
        and model._base_manager.filter(is_sample=True, is_active=True).exists()
    ):
        yield error(11, "数据库里有演示账号，它们的密码是公开的。", "生产环境请使用新的空数据库。")


def journal_guard() -> Iterator[checks.CheckMessage]:
    """A migration that rebuilt the table may have lost the triggers."""
    from partywork.journal import triggers

    if has_table(triggers.TABLE) and not triggers.in_place(connection):
        yield error(
            12,
            "操作日志表缺少防篡改触发器。",
            "重新执行 manage.py migrate journal 0001 后再 migrate journal。",
        )


def has_table(name: str) -> bool:
    with connection.cursor() as cursor:
        return name in connection.introspection.table_names(cursor)
