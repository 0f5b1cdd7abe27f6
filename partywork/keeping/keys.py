"""The keys of backups. They never go into one: an archive knows only the fingerprints of the keys it needs."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from partywork import env
from partywork.checks import weakness
from partywork.fields import ring
from partywork.keeping.errors import Refused

SHORTEST = 32


def backup_keys() -> list[str]:
    """BACKUP_KEY or BACKUP_KEY_FILE, newest first: the first seals, all of them open. A laptop makes its own."""
    text = env.kept_secret("BACKUP_KEY", settings.KEY_DIR, make=not settings.PRODUCTION)
    keys = [key.strip() for key in text.split(",") if key.strip()]
    if not keys:
        raise Refused("没有设置 BACKUP_KEY。请用环境变量 BACKUP_KEY 或 BACKUP_KEY_FILE 给出备份密钥。")
    if settings.PRODUCTION and (problem := weakness(keys[0], SHORTEST)):
        raise Refused(f"BACKUP_KEY {problem}")
    return keys


def fingerprint(key: str, purpose: str) -> str:
    """Tells keys apart without telling anything about them."""
    return HKDF(SHA256(), 4, salt=None, info=f"partywork {purpose} number".encode()).derive(key.encode()).hex()


def archive_key(key: str, salt: bytes) -> bytes:
    """A key of its own for every archive, so that its chunks can simply be counted."""
    return HKDF(SHA256(), 32, salt=salt, info=b"partywork backup").derive(key.encode())


def keys_in_use() -> dict[str, list[str]]:
    """What a restored copy will need to read its encrypted fields and to prove its journal."""
    return {"FIELD_KEYS": list(ring()), "AUDIT_KEY": [fingerprint(settings.AUDIT_KEY, "audit")]}


def missing_keys(needed: dict[str, list[str]]) -> list[str]:
    """The names of settings that lack a key which the archive's content was sealed with."""
    have = keys_in_use()
    return [name for name, numbers in needed.items() if set(numbers) - set(have.get(name, []))]
