"""Forms of the dues."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from branches.accounts.models import Account
from branches.choosing import BranchChoice
from branches.models import Branch
from members.dues import rules
from members.dues.models import Category, DueLine, DuesStandard, Purpose, Way
from members.dues.payments import Manner, Taken
from partywork.forms import DateField, SiteForm, TokenForm, VersionForm
from partywork.lists import FilterForm, asked_of
from partywork.periods import Period, Span, add_months

MONTHS_BACK = 24
ITEMS = (*rules.PAY_ITEMS, *rules.TAKEN_OFF)


def amount_field(label: str, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=9, decimal_places=2, min_value=0,
                              widget=forms.TextInput(attrs={"inputmode": "decimal"}), **more)  # fmt: skip


def months_until(day: date, back: int = MONTHS_BACK) -> list[tuple[str, str]]:
    """(code, label) of the months up to today's, newest first."""
    periods = [Period.at(Span.MONTH, add_months(rules.month_of(day), -number)) for number in range(back)]
    return [(each.code, each.label) for each in periods]


class PlaceChooser(FilterForm):
    """An organisation. What is left out has its default; what is wrong is said."""

    branch = BranchChoice(label="党组织", required=False, empty_label=None)

    def __init__(self, request: HttpRequest, today: date, action: str = "dues.view") -> None:
        data, first = asked_of(request).copy(), first_branch(request.user, action)
        for name, value in (("branch", first.pk if first else ""), ("month", months_until(today, 1)[0][0])):
            if not data.get(name):
                data[name] = str(value)
        super().__init__(data, auto_id="choose_%s")
        self.fields["branch"].queryset = Branch.objects.filter(request.user.reach("dues.view"))
        self.prepare(today)
        self.right = self.is_valid()

    def prepare(self, today: date) -> None:
        """What a further field needs before it is read."""

    @property
    def chosen(self) -> Branch | None:
        return self.cleaned_data.get("branch") if self.right else None


class Chooser(PlaceChooser):
    """An organisation and a month."""

    month = forms.ChoiceField(label="月份", required=False)

    def prepare(self, today: date) -> None:
        self.fields["month"].choices = months_until(today)

    @property
    def chosen_month(self) -> Period:
        return Period.parse(self.cleaned_data["month"] if self.right else self.fields["month"].choices[0][0])


class DayChooser(PlaceChooser):
    """An organisation and the day of its books."""

    day = DateField(label="截至", required=False)


def first_branch(account: Account, action: str) -> Branch | None:
    """The organisation of the first post that gives the right."""
    return next((post.branch for post in account.current_posts if account.can(action, post.branch)), None)


class StandardForm(TokenForm, VersionForm, SiteForm):
    """A member's class and pay items from a month on."""

    category = forms.ChoiceField(label="党费类别", choices=Category.choices)
    start_on = DateField(label="自哪个月起", help_text="填写当月任意一天，从该月起按新的基数计算。")
    received = amount_field("离退休费、养老金或年薪制当月领取额", required=False, help_text="离退休、年薪制的只填这一项。")
    quarter = amount_field("上季度纯收入合计", required=False, help_text="个体经营等的只填这一项。")
    reason = forms.CharField(label="依据", max_length=200, required=False, help_text="年内调整的必须写明，例如：职务变动。")
    field_order = ("category", "start_on", *(code for code, *_ in ITEMS), "received", "quarter", "reason")

    def __init__(self, *args: Any, last: DuesStandard | None, month: date, **kwargs: Any) -> None:
        self.base_fields = {**self.base_fields, **{code: amount_field(label, required=False) for code, label, _ in ITEMS}}
        initial = {"start_on": month} | ({"category": last.category, **last.amounts} if last else {})
        super().__init__(*args, initial=initial, **kwargs)
        self.order_fields(self.field_order)
        self.fields["version"].initial = last.version if last else None

    def clean_version(self) -> int | None:
        return self.cleaned_data.get("version")

    @property
    def items(self) -> dict[str, Decimal]:
        """What of the form belongs to the chosen class."""
        names = {"salaried": [code for code, *_ in ITEMS], "annual": ["received"], "retired": ["received"],
                 "self_employed": ["quarter"]}.get(self.cleaned_data["category"], [])  # fmt: skip
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}


class ReductionForm(TokenForm, SiteForm):
    amount = amount_field("减免后每月交纳（元）", help_text="免交填0。")
    start_on = DateField(label="自哪个月起")
    months = forms.IntegerField(label="共几个月", min_value=1, max_value=12, initial=6)
    decision = forms.CharField(label="支部决定", max_length=100, help_text="例如：2026年3月5日支部委员会研究。")
    decided_on = DateField(label="决定日期")
    approved_by = forms.CharField(label="批准机关和文号", max_length=100, required=False)
    reason = forms.CharField(label="困难情况", max_length=200)


class MannerForm(TokenForm, SiteForm):
    """When, how and by whom money was taken in."""

    paid_on = DateField(label="交纳日期")
    way = forms.ChoiceField(label="方式", choices=Way.choices)
    collector = forms.CharField(label="收款人", max_length=30)

    def __init__(self, *args: Any, today: date, account: Account, **kwargs: Any) -> None:
        kwargs["initial"] = {"paid_on": today, "collector": account.display_name} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    @property
    def manner(self) -> Manner:
        return Manner(*(self.cleaned_data[name] for name in ("paid_on", "way", "collector")))


class MonthsForm(MannerForm):
    """One person's months, with the version of each as it was shown: `<line>-<version>`."""

    months = forms.MultipleChoiceField(label="交纳月份", required=False, widget=forms.CheckboxSelectMultiple)
    amount = amount_field("本次实交（元）", required=False, help_text="足额交纳的留空。只交一部分的，选一个月份并填写金额和说明。")
    ahead = forms.IntegerField(label="预交以后几个月", required=False, min_value=0, max_value=rules.AHEAD_MONTHS)
    paid_by = forms.CharField(label="代交人", max_length=30, required=False, help_text="由亲属或其他党员代为送交的填写。")
    reason = forms.CharField(label="说明", max_length=200, required=False, help_text="少交或补交6个月以前的，写明原因。")
    field_order = ("months", "amount", "ahead", "paid_on", "way", "collector", "paid_by", "reason")

    def __init__(self, *args: Any, lines: list[DueLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {f"{line.pk}-{line.version}": line for line in lines}
        self.fields["months"].choices = [
            (key, f"{line.month.year}年{line.month.month}月，应交余额{line.open}元") for key, line in self.lines.items()]
        if not lines:
            self.fields["months"].help_text = "已生成的月份都已交齐；可以预交以后的月份。"
        self.fields["months"].error_messages["invalid_choice"] = "所选月份的应缴已有变化，请重新勾选。"

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("amount") and len(values.get("months") or ()) != 1:
            raise ValidationError("填写实交金额时，请只选一个月份。")
        return values

    @property
    def taken(self) -> list[Taken]:
        amount, by = self.cleaned_data.get("amount"), self.cleaned_data["paid_by"]
        lines = [self.lines[key] for key in self.cleaned_data["months"]]
        return [Taken(line.pk, line.version, amount or line.open, paid_by=by) for line in lines]


class ExtraForm(MannerForm):
    amount = amount_field("自愿多交（元）", help_text="一次1000元以上的全部上缴中央。")
    reason = forms.CharField(label="说明", max_length=200, required=False)
    field_order = ("amount", "paid_on", "way", "collector", "reason")


class RefundForm(TokenForm, SiteForm):
    amount = amount_field("退回金额（元）")
    paid_on = DateField(label="退回日期")
    reason = forms.CharField(label="原因", max_length=200)


class OfBranchForm(TokenForm, SiteForm):
    """An act of an organisation in which this person keeps the money."""

    branch = BranchChoice(label="党组织", empty_label=None)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = Branch.objects.filter(account.reach("dues.remit"))


class RemitForm(OfBranchForm):
    period_code = forms.ChoiceField(label="期间", help_text="到这一期间结束时手上的党费全部列入本批。")
    share = forms.IntegerField(label="上缴比例（%）", min_value=0, max_value=100)
    sent_on = DateField(label="上缴日期")
    voucher = forms.CharField(label="凭证号", max_length=40)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = Period.at(Span.QUARTER, today)
        spans = (now, now.previous, Period.at(Span.MONTH, today), Period.at(Span.MONTH, today).previous,
                 Period.at(Span.HALF, today), Period.at(Span.HALF, today).previous, Period.at(Span.YEAR, today))  # fmt: skip
        self.fields["period_code"].choices = [(each.code, each.label) for each in spans]


class UseForm(OfBranchForm):
    purpose = forms.ChoiceField(label="用途", choices=Purpose.choices)
    amount = amount_field("金额（元）")
    used_on = DateField(label="使用日期")
    decision = forms.CharField(label="集体决定", max_length=100, help_text="例如：2026年3月5日支部委员会研究决定。")
    voucher = forms.CharField(label="凭证号", max_length=40)
    note = forms.CharField(label="说明", max_length=200, required=False)
