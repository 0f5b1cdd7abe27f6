"""信息完整度: the list, the counts and a person's own page say the same of every file; who sees whose."""
from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from members import gaps, personal
from members.identity import profile_of
from members.models import Member, Membership, Profile
from tests.factories import make_member

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)
WHOLE = {"nationality": "01", "education": "university", "work": "civil_servant", "home_address": "云溪县河堤路3号",
         "id_number": "11010519491231002X"}
LABELS = {"nationality": "民族", "education": "学历", "work": "工作岗位", "home_address": "家庭住址", "id_number": "公民身份号码"}


def filed(branch, name="", born_on=date(1949, 12, 31), **facts) -> Member:
    member = make_member(branch, name, born_on=born_on, sex="f", phone="13800138000")
    personal.save_profile(actor=None, member=member, today=DAY, version=member.version, **facts)
    return member


def lacking(member: Member, code: str = "") -> bool:
    return gaps.lacking(Membership.objects.filter(member=member), code).exists()


def test_a_whole_file_lacks_nothing(world):
    member = filed(world.a, **WHOLE)
    assert (gaps.missing_items(member, member.profile), lacking(member)) == ([], False)
    assert gaps.completeness([]) == "16/16"


@pytest.mark.parametrize("code", WHOLE)
def test_each_item_alone(world, code):
    member = filed(world.a, **(WHOLE | {code: ""}))
    assert gaps.missing_items(member, profile_of(member)) == [LABELS[code]]
    assert [item.code for item in gaps.ITEMS if lacking(member, item.code)] == [code]
    assert lacking(member)


@pytest.mark.parametrize(("phone", "landline", "missing"), [
    ("13800138000", "", False), ("", "0370-3112345", False), ("", "", True), ("", None, True)])
def test_one_of_two_telephones_is_enough(world, phone, landline, missing):
    member = make_member(world.a, phone=phone)
    if landline is not None:
        Profile.objects.create(member=member, landline=landline)
    assert lacking(member, "phone") is missing
    assert ("联系电话" in gaps.missing_items(member, profile_of(member))) is missing


def test_without_a_file_all_is_missing(world):
    member = make_member(world.a)
    assert gaps.completeness(gaps.missing_items(member, profile_of(member))) == "10/16"
    assert all(lacking(member, item.code) for item in gaps.ITEMS)


def test_the_page_lists_and_counts_the_same(world, client_of):
    filed(world.a, "甲全", **WHOLE)
    filed(world.a, "乙缺", **(WHOLE | {"id_number": "", "education": ""}))
    page = client_of("secretary").get(reverse("member_gaps"), {"lacks": "education"})
    rows = {row.member.name: row.gaps for row in page.context["page_obj"]}
    assert rows["乙缺"] == ["公民身份号码", "学历"] and "甲全" not in rows and "钱进" not in rows
    assert page.context["counts"] == {"all": 9, "any": 8, "nationality": 7, "id_number": 8, "education": 8, "work": 7, "phone": 7,
                                      "home_address": 7}
    assert page.context["total"] == len(rows) == 8


def test_whoever_may_not_enter_sees_no_button(world, client_of):
    assert ">补填<" in client_of("secretary").get(reverse("member_gaps")).content.decode()
    page = client_of("leader").get(reverse("member_gaps"), {"branch": world.a.pk}).content.decode()
    assert "卫东" in page and ">补填<" not in page
    assert client_of("member").get(reverse("member_gaps")).status_code == 403


def test_where_the_button_leads(world, client_of):
    silent = filed(world.a, "丙静", **WHOLE)
    Member.objects.filter(pk=silent.pk).update(latest=silent.latest)
    silent.phone = ""
    silent.save(update_fields=["phone"])
    page = client_of("secretary").get(reverse("member_gaps"), {"lacks": "phone"}).context["page_obj"]
    assert {row.mend_url for row in page if row.member == silent} == {reverse("member_edit", args=[silent.pk])}


def test_the_workbook(world, client_of):
    filed(world.b, "乙缺", **(WHOLE | {"work": ""}))
    file = client_of("neighbour").post(reverse("member_gaps_export"), {"lacks": "work"})
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(file.streaming_content))).active.iter_rows(values_only=True))
    assert rows[0] == ("姓名", "支部", "信息完整度", "缺项")
    assert sorted(rows[1:]) == [("乙缺", "二支部", "15/16", "工作岗位"),
                                ("钱进", "二支部", "10/16", "民族、公民身份号码、学历、工作岗位、联系电话、家庭住址")]


def test_a_wrong_filter_finds_nothing(world, client_of):
    assert client_of("secretary").get(reverse("member_gaps"), {"lacks": "nothing"}).context["total"] == 0
    assert client_of("secretary").post(reverse("member_gaps_export"), {"branch": world.b.pk}).status_code == 404
