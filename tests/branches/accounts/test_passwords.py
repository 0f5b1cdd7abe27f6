"""Which passwords are refused, in Chinese, and which are good enough."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError

from branches.accounts.models import Account
from branches.accounts.passwords import own_part, random_password
from tests.factories import make_bureau

LOCAL = "密码几乎只有本单位常用词、年份或键盘上相邻的键，容易被猜到，请换一个。"
ZHAO = Account(username="zhaominmin", display_name="赵敏敏")


def refusals(password: str) -> list[str]:
    try:
        validate_password(password, ZHAO)
    except ValidationError as error:
        return error.messages
    return []


@pytest.mark.parametrize(
    "password",
    [
        "dangjian2026",
        "Dangyuan@2026",
        "zhibu888888",
        "党建工作2026党建",
        "linyeju-2026",
        "yunxixian2026",
        "云溪县林业局2026",
        "yxxlyj202606",
        "qwertyuiop12",
        "1qaz2wsx3edc",
        "poiuytrewq",
        "aaaaaaaaaaaa",
        "20260603202606",
        "ｄａｎｇｊｉａｎ２０２６",
        "dangzhibu.shuji1",
    ],
)
def test_local_words_years_and_rows_of_keys_are_refused(db, password):
    make_bureau()
    assert LOCAL in refusals(password)


@pytest.mark.parametrize(
    "password",
    [
        "芒种前后的十二棵樟树",
        "maple-tide-47-kettle",
        "dangjian-maple-kettle",
        "8274619350",
        "k7mp-3xqe-w9ht-a5bn",
    ],
)
def test_a_password_of_ones_own_is_accepted(db, password):
    make_bureau()
    assert refusals(password) == []


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("kfjq7xw2m", "密码太短，至少要 10 个字符。"),
        ("zhaominmin1", "密码与登录名或姓名太像，请换一个。"),
        ("liverpool1", "这个密码太常见，容易被猜到，请换一个。"),
    ],
)
def test_the_other_refusals_are_chinese_too(db, password, sentence):
    assert sentence in refusals(password)


def test_every_help_text_is_chinese(db):
    assert [text for text in password_validators_help_texts() if not re.search(r"[一-鿿]", text)] == []


@pytest.mark.parametrize(
    ("password", "own"),
    [("dangjian2026maple", "maple"), ("qwer-maple-4321", "maple"), ("支部maple888", "maple")],
)
def test_what_is_ones_own_is_what_remains(password, own):
    assert own_part(password) == own


def test_random_first_passwords_pass_their_own_rules_and_differ(db):
    made = {random_password() for _ in range(50)}
    assert len(made) == 50
    assert [password for password in made if refusals(password)] == []
    assert all(
        re.fullmatch(r"(?:[2-9a-hj-km-np-z]{4}-){3}[2-9a-hj-km-np-z]{4}", password) for password in made
    )
