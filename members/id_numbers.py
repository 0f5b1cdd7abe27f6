"""公民身份号码 (GB 11643): what can be checked about one without asking anybody. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

SHAPE = re.compile(r"\d{17}[\dX]", re.ASCII)
WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))
CHECKS = "10X98765432"  # ISO 7064, MOD 11-2: what stands for each remainder
PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()  # noqa: SIM905 a table of numbers
)


def tidy_id_number(text: str) -> str:
    """As people paste it: full-width digits, blanks, a small x."""
    return re.sub(r"[\s\u200b\ufeff'-]", "", unicodedata.normalize("NFKC", text)).upper()


def check_digit(number: str) -> str:
    """The eighteenth character that belongs to the first seventeen digits."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False)) % 11]


def birth_of(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_of(number: str) -> str:
    """"m" or "f", by the seventeenth digit: odd for men."""
    return "m" if int(number[16]) % 2 else "f"


def why_not_id_number(number: str, born_on: date | None = None, sex: str = "", today: date | None = None) -> str:
    """The Chinese sentence that refuses a tidied number, held against the file where it is given; "" when it fits."""
    if not SHAPE.fullmatch(number):
        return "身份证号应为18位，前17位是数字，最后一位是数字或X。"
    if number[:2] not in PROVINCES:
        return "身份证号前两位不是省级行政区划代码，请核对。"
    born = birth_of(number)
    if born is None or born.year < 1900 or (today and born > today):
        return "身份证号里的出生日期不存在，请核对第7至14位。"
    if check_digit(number[:17]) != number[17]:
        return "身份证号的校验位不对，请逐位核对。"
    return _against_file(born, sex_of(number), born_on, sex)


def _against_file(born: date, shown: str, born_on: date | None, sex: str) -> str:
    if born_on and born != born_on:
        return f"身份证号里的出生日期是{born.year}年{born.month}月{born.day}日，与登记的出生日期不一致。"
    if sex and shown != sex:
        return f"身份证号显示性别为{'男' if shown == 'm' else '女'}，与登记的性别不一致。"
    return ""
