"""The pages of dues as people use them: a whole month, two at once, one's own card, who may not."""

from __future__ import annotations

import re
from decimal import Decimal as D

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from members.dues import payments
from members.dues.models import DueLine, DuesStandard, Payment, Remittance
from partywork.journal.models import Entry
from partywork.periods import add_months, today
from tests.members.dues.making import give_base, line_of, make_month, manner, owe_months


@pytest.fixture
def month():
    return today().replace(day=1)


def posting(page: str, **more) -> dict:
    """Every field of the page's collection as it was shown."""
    fields = dict(re.findall(r'name="((?:version|amount|reason|by)-\d+)" value="([^"]*)"', page))
    fields |= {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[-1] for name in ("branch", "month", "form_token")}
    listed = re.findall(r'name="listed" value="(\d+)"', page)
    return fields | {"listed": listed, "paid": listed, "paid_on": today().isoformat(), "way": "cash", "collector": "赵敏"} | more


def test_a_month_from_base_to_receipt(client_of, world, month):
    client, member = client_of("secretary"), world.members["member"]
    page = client.get(reverse("dues")).content.decode()
    assert "还没有列入本月应缴（7人）" in page
    answer = client.post(reverse("dues_base", args=[member.pk]), {
        "category": "salaried", "start_on": month.isoformat(), "position": "4000", "grade": "1000.01"}, follow=True)  # fmt: skip
    assert "已核定" in answer.content.decode()
    assert DuesStandard.objects.get().amounts == {"position": D("4000"), "grade": D("1000.01")}
    answer = client.post(reverse("dues_month"), {"branch": world.a.pk, "month": f"{month:%Y%m}"}, follow=True)
    assert "新增1人" in answer.content.decode() and "有6名党员还没有核定基数" in answer.content.decode()
    page = client.get(reverse("dues")).content.decode()
    assert "应缴75.00元" in page
    answer = client.post(reverse("dues_collect"), posting(page), follow=True)
    assert "按期交齐" in answer.content.decode()
    payment = Payment.objects.get()
    receipt = client.get(reverse("dues_receipt", args=[payment.pk])).content.decode()
    assert payment.number in receipt and "75.00" in receipt


def test_of_two_collectors_the_second_keeps_what_was_typed(client_of, world, month):
    owe_months(world["secretary"], [world.members["member"], world.members["colleague"]])
    client, line = client_of("secretary"), line_of(world.members["member"], month)
    page = client.get(reverse("dues")).content.decode()
    other = line_of(world.members["colleague"], month)
    data = posting(page, **{f"amount-{other.pk}": "20", f"reason-{other.pk}": "下月补交"})
    payments.pay_months(actor=world["staff"], member=line.member, taken=[payments.Taken(line.pk, line.version, line.open)],
                        manner=manner(today()), today=today())  # fmt: skip
    answer = client.post(reverse("dues_collect"), data)
    text = answer.content.decode()
    assert answer.status_code == 409 and "李平等的党费已由他人登记" in text and "下月补交" in text and 'value="20"' in text
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [({"paid": []}, "还没有勾选任何人"), ({"amount": "五十"}, "看不明白"), ({"amount": "50.001"}, "看不明白"),
     ({"amount": "49"}, "写明原因"),
     ({"amount": "51"}, "自愿多交"), ({"paid_on": "2099-01-01"}, "不能晚于今天"), ({"by": "长" * 31}, "最多30个字")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_lost(client_of, world, month, change, says):
    owe_months(world["secretary"], [world.members["member"]])
    client, line = client_of("secretary"), line_of(world.members["member"], month)
    named = {f"{name}-{line.pk}" if name in ("amount", "by") else name: value for name, value in change.items()}
    answer = client.post(reverse("dues_collect"), posting(client.get(reverse("dues")).content.decode(), **named))
    text = answer.content.decode()
    assert answer.status_code == 200 and says in text
    assert all(value in text for value in change.values() if isinstance(value, str))
    assert not Payment.objects.exists()


def test_a_member_sees_his_own_card_and_nobody_elses_pay(client_of, world, month):
    give_base(world["secretary"], world.members["member"], "7654.32", start_on=month, today=today())
    make_month(world["secretary"], world.a, month, today())
    client = client_of("member")
    assert client.get(reverse("dues")).headers["Location"] == reverse("dues_card", args=[world.members["member"].pk])
    card = client.get(reverse("dues_card", args=[world.members["member"].pk])).content.decode()
    assert "114.81" in card and "7654" not in card and "核定基数" not in card
    assert client.get(reverse("dues_card", args=[world.members["colleague"].pk])).status_code == 404
    inspector = client_of("inspector").get(reverse("dues_card", args=[world.members["member"].pk])).content.decode()
    assert "114.81" in inspector and "7654" not in inspector


def test_the_arrears_warn_with_their_article(client_of, world, month):
    give_base(world["secretary"], world.members["member"], start_on=add_months(month, -12), today=today())
    for back in (6, 5, 4, 3, 2, 1):
        make_month(world["secretary"], world.a, add_months(month, -back), today())
    text = client_of("secretary").get(reverse("dues_arrears")).content.decode()
    assert "李平" in text and "300.00" in text and "满6个月" in text and "教管条例第三十一条" in text and "自行脱党" in text


def test_the_ledger_in_its_columns_and_bases_only_for_the_books(client_of, world, month, tmp_path):
    owe_months(world["secretary"], [world.members["member"]])

    def exported(who: str) -> list[tuple]:
        answer = client_of(who).post(reverse("dues_ledger_export"), {"branch": world.a.pk, "year": str(month.year)})
        path = tmp_path / f"{who}.xlsx"
        path.write_bytes(answer.getvalue())
        return list(load_workbook(path).active.values)

    head, *rows = exported("secretary")
    assert head[:6] == ("序号", "姓名", "支部", "计算基数（元）", "执行标准", "月应缴（元）")
    assert head[-3:] == ("全年应缴（元）", "全年实缴（元）", "备注")
    assert rows[0][:6] == (1, "李平", "一支部", 5000, "1%", 50)
    assert exported("inspector")[1][3] is None
    assert Entry.objects.filter(action="list.export").count() == 2


def test_handing_up_and_confirming(client_of, world, month):
    owe_months(world["secretary"], [world.members["member"]])
    client = client_of("secretary")
    client.post(reverse("dues_collect"), posting(client.get(reverse("dues")).content.decode()))
    data = {"branch": world.a.pk, "period_code": f"{month:%Y%m}", "share": "40", "sent_on": today().isoformat(), "voucher": "记-1"}
    answer = client.post(reverse("dues_remit"), data, follow=True)
    assert "已登记上缴20.00元，留存30.00元" in answer.content.decode() and "相符" in answer.content.decode()
    row = Remittance.objects.get()
    answer = client_of("general").post(reverse("dues_receive", args=[row.pk]), follow=True)
    assert "已确认收到一支部上缴的20.00元" in answer.content.decode()
    data = {"branch": world.a.pk, "purpose": "training", "amount": "30.01", "used_on": today().isoformat(), "decision": "支委会",
            "voucher": "1"}  # fmt: skip
    assert "可用30.00元" in client.post(reverse("dues_use"), data).content.decode()


def test_paying_back_and_ahead_in_one_receipt(client_of, world, month):
    owe_months(world["secretary"], [world.members["member"]])
    client, member = client_of("secretary"), world.members["member"]
    months = [f"{line.pk}-{line.version}" for line in DueLine.objects.filter(member=member)]
    data = {"months": months, "ahead": "2", "paid_on": today().isoformat(), "way": "bank", "collector": "赵敏", "paid_by": "李平之妻"}
    answer = client.post(reverse("dues_pay", args=[member.pk]), data, follow=True)
    assert "200.00" in answer.content.decode() and "李平之妻代交" in answer.content.decode()
    assert Payment.objects.values("act").distinct().count() == 1 and Payment.objects.count() == 4
    again = client.post(reverse("dues_pay", args=[member.pk]), data)
    assert "应缴已有变化" in again.content.decode() and Payment.objects.count() == 4
