"""Which passwords are refused, each with a Chinese sentence. Length counts, not mixed characters."""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from branches.models import Bureau

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that people mix up on paper
FEWEST_OWN = 5  # different characters that must be left when the common words are taken out
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890", "abcdefghijklmnopqrstuvwxyz")
COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "qaz", "wsx", "edc")
COMMON = frozenset((Path(__file__).parent / "common_words.txt").read_text("utf-8").split())
DATES = re.compile(r"(?:19|20)\d{2}(?:[01]\d(?:[0-3]\d)?)?")
MARKS = re.compile(r"[\W_]+")
REPEATED = re.compile(r"(.)\1{2,}")


def random_password() -> str:
    """A first password of 16 characters in groups of four, to be read out or copied from paper."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


class LengthValidator(password_validation.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return f"密码太短，至少要 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        return f"至少 {self.min_length} 个字符，可以用一句只有自己知道的话。"


class CommonValidator(password_validation.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return "这个密码太常见，容易被猜到，请换一个。"

    def get_help_text(self) -> str:
        return "不能用很多人都在用的密码。"


class OwnNameValidator(password_validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return "密码与登录名或姓名太像，请换一个。"

    def get_help_text(self) -> str:
        return "不能和登录名、姓名相近。"


class LocalWordsValidator:
    """Refuses what is left too thin once local words, dates, rows of keys and repetitions are taken out."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(set(own_part(password, bureau_words()))) < FEWEST_OWN:
            raise ValidationError(
                "密码几乎只有本单位常用词、年份或键盘上相邻的键，容易被猜到，请换一个。", code="local_words"
            )

    def get_help_text(self) -> str:
        return "不能只由“dangjian”“支部”、单位名称、年份或键盘上相邻的键组成。"


def own_part(password: str, words: tuple[str, ...] = ()) -> str:
    """The password without everything that a neighbour would try first."""
    text = MARKS.sub("", unicodedata.normalize("NFKC", password).lower())
    for word in sorted({*COMMON, *words, *COLUMNS}, key=len, reverse=True):
        text = text.replace(word, "")
    return REPEATED.sub("", without_rows(DATES.sub("", text)))


def without_rows(text: str) -> str:
    """Runs of three and more neighbouring keys, forwards or backwards, taken out."""
    kept, place = [], 0
    while place < len(text):
        length = run_at(text, place)
        if length < 3:
            kept.append(text[place])
        place += length if length >= 3 else 1
    return "".join(kept)


def run_at(text: str, place: int) -> int:
    """How many characters from here stand side by side on one row of keys."""
    return max(_run(text, place, row) for row in _both_ways())


def _run(text: str, place: int, row: str) -> int:
    length = 1
    while place + length < len(text) and text[place : place + length + 1] in row:
        length += 1
    return length


@lru_cache(maxsize=1)
def _both_ways() -> tuple[str, ...]:
    return (*ROWS, *(row[::-1] for row in ROWS))


def bureau_words() -> tuple[str, ...]:
    """The bureau's name in characters, in pinyin and in initials, whole and without its place."""
    bureau = Bureau.objects.first()
    if bureau is None:
        return ()
    return _spelt(bureau.name)


@lru_cache(maxsize=8)
def _spelt(name: str) -> tuple[str, ...]:
    from pypinyin import Style, lazy_pinyin  # 55 MB: only the process in which somebody changes a password

    sounds = lazy_pinyin(name)
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    tails = ["".join(sounds[start:]) for start in range(len(sounds) - 1)]
    heads = ["".join(sounds[:stop]) for stop in range(2, len(sounds))]
    return (name, *(name[start:] for start in range(1, len(name) - 1)), initials, *tails, *heads)
