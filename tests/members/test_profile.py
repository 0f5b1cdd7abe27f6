"""The personal file: who writes it, what it refuses, what it keeps sealed, and how it is found."""
from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from members import gaps, personal, rules, services
from members.identity import profile_of
from members.models import Profile
from members.verification import id_numbers_can_be_found
from partywork.errors import NotAllowed, RuleViolation, StaleVersion
from partywork.journal.models import Entry
from tests.factories import make_member
from tests.members.test_id_numbers import number_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
NUMBER, ADDRESS = number_of(), "云溪县林荫路8号3单元201"


def save(world, who="secretary", member=None, **facts):
    member = member or world.members["member"]
    return personal.save_profile(actor=world[who], member=member, today=TODAY, **facts)


@pytest.fixture
def person(world):
    member = world.members["member"]
    member.born_on, member.sex = date(1985, 5, 4), "m"
    member.save()
    return member


def test_what_is_saved_reads_back(world, person):
    save(world, education="university", work="civil_servant", id_number=f" {NUMBER.lower()} ", home_address=ADDRESS)
    kept = profile_of(person)
    assert (kept.education, kept.work, kept.id_number, kept.home_address) == ("university", "civil_servant", NUMBER, ADDRESS)


def test_sealed_values_are_not_in_the_database(world, person):
    save(world, id_number=NUMBER, home_address=ADDRESS, landline="0370-3112345")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM members_profile")
        stored = str(cursor.fetchall())
    assert NUMBER not in stored
    assert NUMBER[6:14] not in stored
    assert ADDRESS not in stored
    assert "3112345" not in stored


def test_the_journal_tells_that_it_changed_and_not_what(world, person):
    save(world, id_number=NUMBER, home_address=ADDRESS, marriage="divorced", school="云溪师范学院")
    entry = Entry.objects.get(action="members.profile")
    text = str(entry.changes)
    assert "云溪师范学院" in text
    for secret in (NUMBER, NUMBER[:6], ADDRESS, "divorced"):
        assert secret not in text


@pytest.mark.parametrize(("facts", "field"), [
    ({"id_number": number_of(birth="19850505")}, "id_number"),
    ({"id_number": number_of(order="012")}, "id_number"),
    ({"id_number": "123"}, "id_number"),
    ({"applied_on": date(2010, 1, 2), "activist_on": date(2010, 1, 1)}, "applied_on"),
    ({"candidate_on": date(2030, 1, 1)}, "candidate_on"),
    ({"worked_from": date(2026, 11, 25)}, "worked_from"),
    ({"worked_from": date(1985, 5, 4)}, "worked_from"),
    ({"applied_on": date(1985, 5, 4)}, "applied_on"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_beside_its_field(world, person, facts, field):
    with pytest.raises(RuleViolation) as refused:
        save(world, **facts)
    assert refused.value.field == field
    assert not Profile.objects.exists()


def test_days_of_one_course_may_fall_together(world, person):
    save(world, applied_on=date(2009, 1, 1), activist_on=date(2009, 1, 1), worked_from=TODAY)


def test_one_number_belongs_to_one_person(world, person):
    save(world, id_number=NUMBER)
    other = make_member(world.b, "同号人")
    with pytest.raises(RuleViolation, match="已登记在另一名党员名下"):
        save(world, who="staff", member=other, id_number=NUMBER)
    save(world, id_number=NUMBER)  # his own is no conflict


def test_birth_and_sex_cannot_be_changed_away_from_the_number(world, person):
    save(world, id_number=NUMBER)
    person.refresh_from_db()
    with pytest.raises(RuleViolation, match="与登记的出生日期不一致"):
        services.edit_member(actor=world["secretary"], member=person, today=TODAY, born_on=date(1985, 5, 5))
    person.refresh_from_db()
    with pytest.raises(RuleViolation, match="与登记的性别不一致"):
        services.edit_member(actor=world["secretary"], member=person, today=TODAY, sex="f")


def test_a_stale_form_does_not_overwrite(world, person):
    version = person.version
    save(world, education="college", version=version)
    with pytest.raises(StaleVersion):
        save(world, education="master", version=version)
    assert profile_of(person).education == "college"


@pytest.mark.parametrize("who", ["inspector", "leader", "neighbour", "member", "general", "keeper"])
def test_who_may_not_write_or_look(world, person, who):
    save(world, id_number=NUMBER)
    with pytest.raises(NotAllowed):
        save(world, who=who, member=person, education="master")
    with pytest.raises(NotAllowed):
        personal.reveal(actor=world["colleague" if who == "member" else who], member=person, name="id_number")


def test_the_page_masks_and_shows_on_request_once_noted(world, person, client_of):
    save(world, id_number=NUMBER, home_address=ADDRESS)
    page, secretary = reverse("member", args=[person.pk]), client_of("secretary")
    masked = secretary.get(page).content.decode()
    assert NUMBER not in masked
    assert ADDRESS not in masked
    assert f"{NUMBER[:6]}********{NUMBER[-4:]}" in masked
    assert secretary.post(reverse("member_reveal", args=[person.pk, "id_number"])).url == page
    shown = secretary.get(page)
    assert NUMBER in shown.content.decode()
    assert ADDRESS not in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert Entry.objects.get(action="members.reveal").reason == "公民身份号码"


def test_the_form_never_holds_what_is_sealed(world, person, client_of):
    save(world, id_number=NUMBER, home_address=ADDRESS, education="college")
    address, secretary = reverse("member_profile", args=[person.pk]), client_of("secretary")
    page = secretary.get(address).content.decode()
    assert NUMBER not in page
    assert ADDRESS not in page
    person.refresh_from_db()
    secretary.post(address, {"version": person.version, "education": "master", "new_home_address": "无"})
    kept = profile_of(person)
    assert (kept.id_number, kept.home_address, kept.education) == (NUMBER, "", "master")


def test_found_by_the_whole_number_within_reach(world, person, client_of):
    save(world, id_number=NUMBER)
    find = reverse("member_find")
    assert client_of("secretary").post(find, {"number": NUMBER}).url == reverse("member", args=[person.pk])
    assert client_of("neighbour").post(find, {"number": NUMBER}).url == find
    assert NUMBER not in str(list(Entry.objects.values()))
    assert list(Entry.objects.filter(action="members.find").order_by("seq").values_list("target_id", flat=True)) == [
        str(person.pk), ""]


def test_another_slug_reveals_nothing(world, person, client_of):
    assert client_of("secretary").post(reverse("member_reveal", args=[person.pk, "uid"])).status_code == 404


def test_what_is_missing_of_the_official_items(world, person):
    person.phone = ""
    assert gaps.missing_items(person, profile_of(person)) == ["民族", "公民身份号码", "学历", "工作岗位", "联系电话", "家庭住址"]
    profile = Profile(member=person, nationality="01", education="college", work="retired", home_address=ADDRESS, landline="3112345")
    assert gaps.missing_items(person, profile) == ["公民身份号码"]


@pytest.mark.parametrize(("begins", "said"), [
    (None, ""), (date(2010, 6, 1), ""), (TODAY, ""), (date(2010, 5, 31), "加入党组织之后"), (date(2026, 11, 25), "今天以前"),
])  # fmt: skip
def test_a_corrected_party_age_begins_within_the_membership(begins, said):
    why = rules.why_not_count_from(begins, date(2010, 6, 1), date(2011, 6, 1), TODAY)
    assert said in why
    assert bool(said) == bool(why)
    assert rules.why_not_count_from(date(2011, 6, 1), date(2010, 6, 1), None, TODAY) == "预备党员没有党龄，党龄起算日期请留空。"


def test_party_age_counts_from_the_corrected_day(world, person):
    services.edit_member(actor=world["secretary"], member=person, today=TODAY, party_age_from=date(2020, 1, 1))
    assert rules.party_age(person.party_age_begins, TODAY) == 6


def test_a_number_is_found_before_and_after_the_key_is_changed(world, person, settings):
    save(world, id_number=NUMBER)
    settings.FIELD_KEYS = ["a-newer-key-for-the-fields-0123456789", *settings.FIELD_KEYS]
    found = Profile.objects.of_id_number(NUMBER)
    assert found.get().member == person
    call_command("reseal", verbosity=0)
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert Profile.objects.of_id_number(NUMBER).get().id_number == NUMBER


def test_an_index_of_another_number_is_found_by_verify(world, person):
    save(world, id_number=NUMBER)
    assert list(id_numbers_can_be_found(None)) == []
    Profile.objects.update(id_index="0" * 64)
    assert list(id_numbers_can_be_found(None)) == [f"党员{person.pk}：按身份证号查找用的索引与登记的号码不符，重新保存登记表即可。"]
