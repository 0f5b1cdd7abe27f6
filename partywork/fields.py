"""Personal data at rest: a text field sealed with AES-256-GCM, and the blind index by which it can be found.

The seal is bound to table, field and the row's `uid`: a ciphertext moved to another row, field or table
does not open. settings.FIELD_KEYS is the ring, newest first: all keys open, the newest seals. Every token
names its key. Whatever a save writes is under the newest key, also what it had only read: so `manage.py reseal`
saves rows, and a row that somebody read before and saves after it cannot bring an old key back.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import unicodedata
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.query_utils import DeferredAttribute

NONCE = 12


class SealBroken(Exception):
    """A token that does not open: wrong key, damaged, or moved from another row. Never shown as text."""


def ring() -> dict[str, bytes]:
    """Key number → key, newest first."""
    return _ring(tuple(key.strip() for key in settings.FIELD_KEYS if key.strip()))


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> dict[str, bytes]:
    """The number is a fingerprint: it stays when a newer key is put in front or an old one is taken away."""
    if not keys:
        raise ImproperlyConfigured("没有设置 FIELD_KEYS，不能读写加密字段。")
    return {_derive(key, b"number")[:4].hex(): _derive(key, b"field") for key in keys}


def _derive(key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"partywork " + purpose).derive(key.encode())


def key_number(token: str) -> str:
    """Which key sealed this token."""
    return token.split("$", 1)[0]


def newest() -> str:
    """The number of the key that seals."""
    return next(iter(ring()))


def seal(text: str, context: str) -> str:
    number, key = next(iter(ring().items()))
    nonce = os.urandom(NONCE)
    box = AESGCM(key).encrypt(nonce, text.encode(), context.encode())
    return f"{number}${base64.b64encode(nonce + box).decode()}"


def unseal(token: str, context: str) -> str:
    try:
        key = ring()[key_number(token)]
        raw = base64.b64decode(token.split("$", 1)[1], validate=True)
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], context.encode()).decode()
    except (KeyError, IndexError, ValueError, InvalidTag) as error:
        raise SealBroken(f"an encrypted value does not open ({context})") from error


class Sealed:
    """A value as the database gave it. Not a string, so that a ciphertext can never be printed by mistake."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    def __repr__(self) -> str:
        return "<sealed>"

    def __str__(self) -> str:
        return "（已加密）"


def renewed(sealed: Sealed, context: str) -> Sealed:
    """The same under the newest key. What does not open stays as it is: it may open again when its key is put back."""
    if key_number(sealed.token) == newest():
        return sealed
    try:
        return Sealed(seal(unseal(sealed.token, context), context))
    except SealBroken:
        return sealed


class OpensWhenRead(DeferredAttribute):
    """Gives clear text, opening the token at first use; takes clear text or a Sealed from the database."""

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            return unseal(value.token, self.field.context_of(instance))
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedText(models.TextField):
    """Text that is sealed in the database. The model needs a `uid` UUIDField with a default.

    It cannot be filtered on or written with `update()`: both raise. Search by a `blind_index` column instead.
    """

    descriptor_class = OpensWhenRead

    def context_of(self, instance: models.Model) -> str:
        """What the seal is bound to."""
        if not instance.uid:
            raise ValueError(f"{type(instance).__name__} needs its uid before {self.attname} is sealed")
        return f"{self.model._meta.db_table}.{self.attname}.{instance.uid}"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Sealed | str | None:
        return Sealed(value) if value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | str | None:
        value = model_instance.__dict__.get(self.attname)
        if value is None or value == "":
            return value
        context = self.context_of(model_instance)
        return renewed(value, context) if isinstance(value, Sealed) else Sealed(seal(str(value), context))

    def get_prep_value(self, value: Any) -> str | None:
        if isinstance(value, Sealed):
            return value.token
        if value is None or value == "":
            return value
        raise TypeError(f"{self.attname} is encrypted: save the row, search by its blind index")

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError(f"{self.attname} is encrypted and is not dumped; use the backup command")


def encrypted_fields(model: type[models.Model]) -> list[EncryptedText]:
    return [field for field in model._meta.concrete_fields if isinstance(field, EncryptedText)]


def blind_index(value: str, purpose: str) -> str:
    """What to store beside an encrypted field so that equal values can be found; '' stays ''."""
    return blind_indexes(value, purpose)[0] if value else ""


def blind_indexes(value: str, purpose: str) -> list[str]:
    """The index under every key of the ring; look up with `__in`, so a rotation half done finds all rows."""
    keys = [key.strip() for key in settings.FIELD_KEYS if key.strip()]
    if not keys:
        raise ImproperlyConfigured("没有设置 FIELD_KEYS，不能读写加密字段。")
    text = f"{purpose}:{unicodedata.normalize('NFKC', value).strip().upper()}".encode()
    return [hmac.new(_index_key(key), text, hashlib.sha256).hexdigest() for key in keys]


@lru_cache(maxsize=8)
def _index_key(key: str) -> bytes:
    return _derive(key, b"index")


class BlindIndex(models.CharField):
    """The blind index of an encrypted field of the same row: `of` names the field. Every save computes it anew; find by
    `filter(phone_index__in=blind_indexes(number, "phone"))`."""

    def __init__(self, *args: Any, of: str = "", purpose: str = "", **kwargs: Any) -> None:
        self.of, self.purpose = of, purpose
        super().__init__(*args, **{"max_length": 64, "blank": True, "editable": False, "db_index": True} | kwargs)

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"of": self.of, "purpose": self.purpose}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        try:
            index = blind_index(getattr(model_instance, self.of) or "", self.purpose)
        except SealBroken:
            return getattr(model_instance, self.attname)
        setattr(model_instance, self.attname, index)
        return index


def blind_index_fields(model: type[models.Model]) -> list[BlindIndex]:
    return [field for field in model._meta.concrete_fields if isinstance(field, BlindIndex)]


def mask_phone(number: str) -> str:
    """138****5678; a short number keeps only its last two digits."""
    digits = number.strip()
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return "*" * max(len(digits) - 2, 0) + digits[-2:]


def mask_id_number(number: str) -> str:
    """110101********123X."""
    digits = number.strip()
    return f"{digits[:6]}{'*' * (len(digits) - 10)}{digits[-4:]}" if len(digits) >= 15 else "*" * len(digits)
