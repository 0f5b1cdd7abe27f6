"""The encrypted field: opens only where it was sealed, never shows a ciphertext, survives a change of keys."""

from __future__ import annotations

import secrets
import uuid

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from partywork import fields
from partywork.fields import SealBroken, blind_index, blind_indexes, mask_id_number, mask_phone
from tests.partywork.trial import Person

PHONE = "13812345678"


@pytest.fixture
def keys(settings):
    settings.FIELD_KEYS = [secrets.token_urlsafe(48)]
    return settings


def stored(person, column="phone"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM trial_person WHERE id = %s", [person.pk])
        return cursor.fetchone()[0]


def put(person, column, token):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE trial_person SET {column} = %s WHERE id = %s", [token, person.pk])


def test_clear_text_goes_in_and_comes_out_and_only_a_token_is_stored(database):
    person = Person.objects.create(name="张三", phone=PHONE)
    assert (person.phone, Person.objects.get(pk=person.pk).phone) == (PHONE, PHONE)
    assert PHONE not in stored(person)
    assert stored(person).startswith(f"{next(iter(fields.ring()))}$")


def test_empty_stays_empty_and_none_stays_none(database):
    person = Person.objects.create(name="张三")
    assert (stored(person), stored(person, "note")) == ("", None)
    kept = Person.objects.get(pk=person.pk)
    assert (kept.phone, kept.note) == ("", None)


def test_a_ciphertext_moved_to_another_row_or_field_does_not_open(database):
    one, other = Person.objects.create(name="甲", phone=PHONE), Person.objects.create(name="乙", note="别的")
    put(other, "phone", stored(one))
    put(one, "note", stored(one))
    with pytest.raises(SealBroken):
        _ = Person.objects.get(pk=other.pk).phone
    with pytest.raises(SealBroken):
        _ = Person.objects.get(pk=one.pk).note
    assert Person.objects.get(pk=one.pk).phone == PHONE


def test_a_row_whose_uid_was_changed_does_not_open(database):
    person = Person.objects.create(name="甲", phone=PHONE)
    Person.objects.filter(pk=person.pk).update(uid=uuid.uuid4())
    with pytest.raises(SealBroken):
        _ = Person.objects.get(pk=person.pk).phone


@pytest.mark.parametrize("damage", ["", "x", "deadbeef$AAAA", "deadbeef$%%%", PHONE])
def test_a_damaged_token_raises(database, damage):
    person = Person.objects.create(name="甲", phone=PHONE)
    token = stored(person)
    put(person, "phone", (damage or token[:-8] + "AAAAAAA="))
    with pytest.raises(SealBroken):
        _ = Person.objects.get(pk=person.pk).phone


def test_a_wrong_key_raises_and_a_missing_one_refuses(database, keys):
    person = Person.objects.create(name="甲", phone=PHONE)
    keys.FIELD_KEYS = [secrets.token_urlsafe(48)]
    with pytest.raises(SealBroken):
        _ = Person.objects.get(pk=person.pk).phone
    keys.FIELD_KEYS = [""]
    with pytest.raises(ImproperlyConfigured):
        Person.objects.create(name="乙", phone=PHONE)


def test_keys_rotate(database, keys):
    person = Person.objects.create(name="甲", phone=PHONE)
    old = keys.FIELD_KEYS[0]
    keys.FIELD_KEYS = [secrets.token_urlsafe(48), old]
    kept = Person.objects.get(phone_index__in=blind_indexes(PHONE, "phone"))
    assert kept.phone == PHONE
    kept.name = "乙"
    Person.objects.get(pk=person.pk).save()
    kept.save()  # read before, saved after: it brings no old key back
    keys.FIELD_KEYS = keys.FIELD_KEYS[:1]
    assert Person.objects.get(phone_index__in=blind_indexes(PHONE, "phone")).phone == PHONE
    assert fields.key_number(stored(person)) == next(iter(fields.ring()))


def test_saving_something_else_leaves_the_token_as_it_is(database):
    person = Person.objects.create(name="甲", phone=PHONE)
    before = stored(person)
    kept = Person.objects.get(pk=person.pk)
    kept.name = "乙"
    kept.save()
    assert stored(person) == before


def test_a_token_that_does_not_open_is_kept_by_a_save(database, keys):
    person = Person.objects.create(name="甲", phone=PHONE, note="旧")
    before, index = stored(person), stored(person, "phone_index")
    keys.FIELD_KEYS = [secrets.token_urlsafe(48)]
    kept = Person.objects.get(pk=person.pk)
    kept.name, kept.note = "乙", "新"
    kept.save()
    assert (stored(person), stored(person, "phone_index"), Person.objects.get(pk=person.pk).note) == (before, index, "新")


def test_bulk_create_seals_and_deferred_loading_opens(database):
    Person.objects.bulk_create([Person(name=str(number), phone=PHONE) for number in range(3)])
    people = Person.objects.defer("phone")
    assert [person.phone for person in people] == [PHONE] * 3
    assert len({stored(person) for person in people}) == 3


def test_what_would_write_or_compare_clear_text_raises(database):
    person = Person.objects.create(name="甲", phone=PHONE)
    with pytest.raises(TypeError):
        Person.objects.filter(phone=PHONE).exists()
    with pytest.raises(TypeError):
        Person.objects.update(phone=PHONE)
    with pytest.raises(TypeError):
        Person.objects.bulk_update([person], ["phone"])
    with pytest.raises(TypeError):
        Person._meta.get_field("phone").value_to_string(person)


def test_a_bare_value_never_prints_its_ciphertext(database):
    Person.objects.create(name="甲", phone=PHONE)
    value = Person.objects.values_list("phone", flat=True)[0]
    assert f"{value} {value!r}" == "（已加密） <sealed>"


def test_a_row_needs_its_uid_first(database):
    with pytest.raises(ValueError, match="uid"):
        Person.objects.create(name="甲", phone=PHONE, uid=None)


def test_the_blind_index_is_equal_for_equal_values_and_bound_to_its_purpose(keys):
    assert blind_index(" 11010119900307123x", "id") == blind_index("11010119900307123X", "id")
    assert blind_index(PHONE, "phone") != blind_index(PHONE, "id")
    assert blind_index("", "id") == ""


def test_masks():
    assert [mask_phone(text) for text in (PHONE, "8765432", "", "12")] == ["138****5678", "*****32", "", "12"]
    assert mask_id_number("11010119900307123X") == "110101********123X"
    assert mask_id_number("123") == "***"
