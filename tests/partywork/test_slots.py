"""What features add to the pages of lower storeys."""
import pytest

from partywork import slots


def test_a_slot_gathers_what_its_providers_yield_in_order(monkeypatch):
    monkeypatch.setitem(slots._providers, "member.steps", [])
    slots.adds_to("member.steps")(lambda member, reader: [member, reader])
    slots.adds_to("member.steps")(lambda member, reader: (each for each in ("last",)))
    assert slots.added_to("member.steps", "he", "she") == ["he", "she", "last"]


def test_a_slot_that_no_page_asks_is_refused():
    with pytest.raises(KeyError):
        slots.adds_to("member.step")(list)
