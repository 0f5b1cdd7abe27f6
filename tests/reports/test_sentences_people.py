"""Sentences of terms, honours and examples for 0, 1 and many, of the whole and of one branch."""

from __future__ import annotations

import pytest

from reports import sentences_people as say
from tests.reports.test_sentences import H2, told

DUE = {"terms__due": 2, "terms__due_names": ["一支部", "二支部"]}
TABLE = [
    (say.terms_renewed, {}, ""), (say.terms_renewed, {"terms__due": 0, "terms__due_names": []}, ""),
    (say.terms_renewed, {"terms__due": 1, "terms__due_names": ["一支部"]}, "上半年，任期届满的党组织1个（一支部）。"),
    (say.terms_renewed, DUE | {"terms__renewed": 1, "terms__renewed_names": ["二支部"], "terms__overdue": 1,
                               "terms__overdue_names": ["一支部"]},
     "上半年，任期届满的党组织2个（一支部、二支部），完成换届的1个（二支部），到6月底届满未换届的1个（一支部）。"),
    (say.honours_given, {}, ""), (say.honours_given, {"honours__members": 0, "honours__member_names": []}, ""),
    (say.honours_given, {"honours__members": 1, "honours__member_names": ["李平"]}, "上半年，受到表彰的有优秀共产党员1名（李平）。"),
    (say.honours_given, {"honours__members": 2, "honours__member_names": ["李平", "周彤"], "honours__branches": 1,
                         "honours__branch_names": ["一支部"], "honours__others": 1, "honours__other_names": ["李平获“省级劳动模范”"]},
     "上半年，受到表彰的有优秀共产党员2名（李平、周彤）、先进基层党组织1个（一支部）、其他表彰1项（李平获“省级劳动模范”）。"),
    (say.examples_told, {}, ""), (say.examples_told, {"honours__examples": []}, ""),
    (say.examples_told, {"honours__examples": ["一支部护林队，守护山林。"]}, "涌现的典型有：一支部护林队，守护山林。"),
    (say.examples_told, {"honours__examples": ["甲，一", "乙，二"]}, "涌现的典型有：甲，一；乙，二。"),
]  # fmt: skip


@pytest.mark.parametrize(("tell", "values", "text"), TABLE, ids=[str(number) for number in range(len(TABLE))])
def test_whole_sentences(tell, values, text):
    assert told(tell, **values) == text


def test_one_branch_speaks_of_itself():
    assert told(say.terms_renewed, True, **DUE | {"terms__renewed": 1}) == "上半年，本支部任期届满，完成换届选举。"
    assert told(say.terms_renewed, True, H2, terms__overdue=1) == "下半年，本支部到12月底还没有换届。"
    assert told(say.terms_renewed, True) == ""
