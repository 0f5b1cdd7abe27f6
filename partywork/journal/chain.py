"""The chain's arithmetic: what is sealed, and with which key. No database in here."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from partywork.journal.models import Entry, Head

SEALED = (
    "seq", "actor_id", "actor_name", "ip", "action", "target_type", "target_id", "target_label", "reason", "changes",
    "result", "prev_hash",
)  # fmt: skip


def entry_hash(entry: Entry) -> str:
    """The seal of one entry: everything in it, and the seal of the one before."""
    content = {name: getattr(entry, name) for name in SEALED}
    content["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return seal("entry", content)


def head_seal(head: Head) -> str:
    return seal("head", {"seq": head.seq, "hash": head.hash})


def seal(kind: str, content: dict) -> str:
    """HMAC-SHA256 over canonical JSON; the kind keeps an entry's seal from passing as a head's."""
    if not settings.AUDIT_KEY:
        raise ImproperlyConfigured("没有设置 AUDIT_KEY，不能写操作日志。")
    text = json.dumps([kind, content], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(
        settings.AUDIT_KEY.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256
    ).hexdigest()
