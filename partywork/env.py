"""Reading the environment: every knob of a deployment comes through here and nonsense is refused at once."""
from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """NAME, or the content of the file named by NAME_FILE, or the default."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text("utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE：读不到文件 {path}（{error.strerror}）。") from error
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    """A yes-or-no knob; anything but 1/0, true/false, yes/no is refused."""
    value = text(name).lower()
    if not value:
        return default
    if value not in {"1", "0", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} 只能是 1 或 0，现在是“{value}”。")
    return value in {"1", "true", "yes"}


def number(name: str, default: int, low: int, high: int) -> int:
    """A whole number between low and high."""
    value = text(name)
    if not value:
        return default
    if not value.isdecimal() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} 应为 {low} 到 {high} 之间的整数，现在是“{value}”。")
    return int(value)


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list."""
    value = text(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else list(default)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} 只能是 {'、'.join(allowed)} 之一，现在是“{value}”。")
    return value


def folder(name: str, default: Path) -> Path:
    """An absolute folder, made with owner-only rights when missing."""
    path = Path(text(name) or default).expanduser().resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def kept_secret(name: str, keep_in: Path, *, make: bool) -> str:
    """A secret from the environment or, on a laptop only, one made once and kept beside the data.

    In production (`make` false) a missing secret is an empty string; `check --deploy` and the start-up refuse it.
    """
    if value := text(name):
        return value
    if not make:
        return ""
    path = keep_in / f"{name.lower()}.txt"
    if not path.exists():
        keep_in.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(secrets.token_urlsafe(48))
    return path.read_text("utf-8").strip()
