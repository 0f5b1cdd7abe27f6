"""Any path on which every step is taken within its window: windows are never empty, nothing is refused, later never means
earlier, and whatever the days are the rules answer."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from members.development.exits import Exits
from members.development.rules import judge, next_steps, review, window
from members.development.steps import KEYS, SET_2026
from members.rules import probation_ends
from tests.members.development.paths import CALENDAR

QUICK = {"max_examples": 25, "deadline": None, "database": None, "derandomize": True}
BIRTHS = st.dates(date(1960, 1, 1), date(2005, 12, 31))
STARTS = st.dates(date(2014, 6, 1), date(2028, 12, 31))
DELAYS = st.lists(st.integers(0, 40), min_size=25, max_size=25)
PUBLICITY = {"candidate_consent": 30}  # days after the step before, over any holidays
ANY_DAYS = st.dictionaries(
    st.sampled_from([*KEYS, "born_on", "publicity_from", "publicity_to", "admission_reported_on", "leaving_on"]),
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
)
EXITS = st.builds(
    Exits,
    extended_on=st.none() | STARTS,
    extension_months=st.sampled_from([0, 6, 9, 12]),
    moved_in_on=st.none() | STARTS,
    cancelled_on=st.none(),
    stopped_on=st.none(),
)


def walk(born: date, start: date, delays: list[int]) -> dict[str, date]:
    """Every step some days after its earliest day, and by its latest; publicity over and done with before the listing."""
    path = {"born_on": born}
    for step, delay in zip(SET_2026.steps, delays, strict=True):
        if step.key == "candidate_consent":
            path |= {"publicity_from": path["candidate"], "publicity_to": path["candidate"] + timedelta(20)}
        found = window(step.key, path, calendar=CALENDAR, on=start)
        assert found.earliest, step
        assert found.latest is None or found.earliest <= found.latest, step
        begins = max(found.earliest, start if step.number == 1 else found.earliest, path.get("publicity_to", found.earliest))
        begins += timedelta(1) if step.key == "candidate_consent" else timedelta(0)
        path[step.key] = min(begins + timedelta(delay), found.latest or date.max)
    return path


@given(BIRTHS, STARTS, DELAYS)
@settings(**QUICK)
def test_within_the_windows_nothing_is_refused_and_no_window_is_empty(born, start, delays):
    path = walk(born, start, delays)
    found = review(path, calendar=CALENDAR)
    assert {key: each.blocks for key, each in found.items() if each.blocks} == {}
    assert not [each for judged in found.values() for each in judged.warnings if "晚了" in each]
    assert next_steps(path, calendar=CALENDAR) == []


@given(STARTS, st.integers(0, 800), st.sampled_from(SET_2026.steps), EXITS)
@settings(**QUICK)
def test_a_later_day_on_record_never_opens_a_step_earlier(start, later, step, exits):
    """All days moved alike; the texts and the calendar lie between."""
    path = {key: start for key in [*KEYS, "born_on", "publicity_from"] if key != step.key}
    moved = {key: each + timedelta(later) for key, each in path.items()}
    found = [window(step.key, each, calendar=CALENDAR, exits=exits) for each in (path, moved)]
    assert found[0].earliest <= found[1].earliest


@given(ANY_DAYS, STARTS, st.sampled_from(KEYS), EXITS)
@settings(**QUICK)
def test_whatever_the_days_are_there_is_an_answer_in_sentences(path, on, key, exits):
    judged = judge(key, on, path, calendar=CALENDAR, exits=exits)
    assert all(each.endswith("。") for each in (*judged.blocks, *judged.warnings))
    for found in next_steps(path, calendar=CALENDAR, exits=exits, on=on):
        assert found.missing == ()
        assert found.earliest is not None
        assert judge(found.step.key, found.earliest - timedelta(1), path, calendar=CALENDAR, exits=exits).says


@given(st.dates(date(1950, 1, 1), date(2090, 12, 31)))
@settings(**QUICK)
def test_the_end_of_probation_is_the_members_own_rule(admitted):
    assert window("full_meeting", {"admission": admitted}).earliest == probation_ends(admitted)
