"""What every form does: sentences that name the field, tolerant digits and dates, nothing invisible."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest
from django import forms

from partywork.forms import DateField, SiteForm, read_date


class TrialForm(SiteForm):
    title = forms.CharField(label="会议名称", max_length=20, min_length=2)
    minutes = forms.CharField(label="会议纪要", widget=forms.Textarea, required=False)
    held_on = forms.DateField(label="会议日期")
    starts_at = forms.TimeField(label="开始时间", required=False)
    guests = forms.IntegerField(label="列席人数", required=False, min_value=0)
    money = forms.DecimalField(label="金额", required=False, max_digits=10, decimal_places=2)
    kind = forms.ChoiceField(label="类型", choices=[("a", "甲"), ("b", "乙")])
    agreed = forms.BooleanField(label="已核对", required=True)
    file = forms.FileField(label="附件", required=False)
    secret = forms.CharField(label="口令", required=False, widget=forms.PasswordInput, strip=False)
    own = forms.CharField(label="自带说明", error_messages={"required": "自己的话。"})


GOOD = {"title": "三月党员大会", "held_on": "2026-06-03", "kind": "a", "agreed": "on", "own": "x"}


def said(name, value):
    """The sentence beside this field."""
    form = TrialForm(GOOD | {name: value})
    form.is_valid()
    return "".join(form.errors.get(name, []))


def taken(name, value):
    form = TrialForm(GOOD | {name: value})
    assert form.is_valid(), form.errors
    return form.cleaned_data[name]


@pytest.mark.parametrize(
    "text",
    ["2026-06-03", "2026-6-3", "2026/6/3", "2026.6.3", "2026年6月3日", "2026 年 6 月 3 日", "20260603",
     "２０２６－６－３",
     "２０２６年６月３日", " 2026-06-03 "],
)  # fmt: skip
def test_dates_as_people_write_them(text):
    assert taken("held_on", text) == date(2026, 6, 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "请填写会议日期。"),
        ("2026-02-29", "会议日期不对：2026年2月没有29日。"),
        ("2026-13-01", "会议日期不对：2026年13月没有1日。"),
        ("1899-12-31", "会议日期应在 1900 年到 2099 年之间。"),
        ("2100-01-01", "会议日期应在 1900 年到 2099 年之间。"),
        ("0000-01-01", "会议日期应在 1900 年到 2099 年之间。"),
        ("昨天", "会议日期看不明白，请按 2026-06-03 的样子填写。"),
        ("06/03/2026", "会议日期看不明白，请按 2026-06-03 的样子填写。"),
        ("٢٠٢٦-٠٦-٠٣", "会议日期看不明白，请按 2026-06-03 的样子填写。"),
        ("9" * 5000, "会议日期看不明白，请按 2026-06-03 的样子填写。"),
    ],
)
def test_wrong_dates_are_told(text, words):
    assert said("held_on", text) == words


def test_a_date_that_is_a_date_stays_one():
    assert (read_date(date(2026, 6, 3)), read_date(None), read_date("")) == (date(2026, 6, 3), None, None)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("title", "", "请填写会议名称。"),
        ("title", "　 ", "请填写会议名称。"),
        ("title", "长" * 10_000, "会议名称最多 20 个字，现在有 10000 个，请缩短。"),
        ("title", "短", "会议名称至少 2 个字，现在只有 1 个。"),
        ("kind", "c", "类型里没有这一项，请重新选择。"),
        ("kind", "", "请选择类型。"),
        ("agreed", "", "请勾选“已核对”。"),
        ("guests", "三", "列席人数应填写整数。"),
        ("guests", "-1", "列席人数不能小于 0。"),
        ("guests", "9" * 30, "列席人数太大了。"),
        ("guests", "9" * 5000, "列席人数应填写整数。"),
        ("money", "NaN", "金额应填写数字。"),
        ("money", "一百", "金额应填写数字。"),
        ("starts_at", "下午", "开始时间看不明白，请按 14:30 的样子填写。"),
        ("own", "", "自己的话。"),
    ],
)
def test_sentences_name_the_field(name, value, words):
    assert said(name, value) == words


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("guests", "１２", 12),
        ("money", "１２．５０", Decimal("12.50")),
        ("starts_at", "１４：３０", time(14, 30)),
        ("title", "　三月大会 ", "三月大会"),
        ("title", "党课😀", "党课😀"),
        ("title", "一家👨\u200d👩\u200d👧", "一家👨\u200d👩\u200d👧"),
        ("minutes", "一\r\n二\x0b三\u2028四", "一\n二\n三\n四"),
        ("minutes", "看不\u200b见\ufeff的", "看不见的"),
        ("minutes", "有\t表格", "有\t表格"),
        ("secret", "  a\u200b ", "  a\u200b "),
    ],
)
def test_what_is_understood(name, value, kept):
    assert taken(name, value) == kept


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("title", "三月\x07大会", "控制字符"),
        ("title", "三月\x00大会", "控制字符"),
        ("title", "三月\u202e大会", "改变文字方向的字符"),
        ("title", "三月\u200b大会", "看不见的字符"),
        ("title", "三月\n大会", "换行或制表符"),
        ("minutes", "三月\x1b大会", "控制字符"),
        ("minutes", "三月\u2066大会", "改变文字方向的字符"),
    ],
)
def test_hidden_characters_are_refused_with_their_place(name, value, what):
    assert said(name, value).endswith(f"“三月”后面有{what}，请删去后重新输入这几个字。")


def test_what_was_typed_comes_back():
    shown = str(TrialForm(GOOD | {"title": "长" * 30, "held_on": "昨天", "guests": "三"}))
    assert all(typed in shown for typed in ("长" * 30, "昨天", "三"))


def test_browsers_neither_cut_nor_speak():
    shown = str(TrialForm())
    assert "maxlength" not in shown
    assert " required" not in shown
    assert 'type="date"' in shown


def test_two_forms_do_not_share_their_changes():
    class Short(TrialForm):
        pass

    first = TrialForm()
    first.fields["title"].label = "别的"
    assert said("title", "") == "请填写会议名称。"
    assert isinstance(Short().fields["held_on"], DateField)


def test_the_helper_leaves_form_tag_and_token_to_the_page():
    helper = TrialForm().helper
    assert (helper.form_tag, helper.disable_csrf, helper.render_hidden_fields) == (False, True, True)
