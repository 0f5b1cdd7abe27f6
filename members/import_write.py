"""Writing what a roster sheet was found to say, and taking it back: a fixed number of statements, whatever the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Subquery

from members.import_plan import file_of, index_of
from members.models import Member, Membership, Profile, StartReason
from members.personal import FACTS, SEALED
from members.pinyin import spell
from members.services import PERSONAL, PLACE
from partywork.errors import RuleViolation
from partywork.imports.previews import numbers_in_words
from partywork.imports.registry import Action, Context, Outcome, Planned
from partywork.imports.undoing import parts, refuse_dependents
from partywork.journal.services import changes_between, register_actions, write_entries

register_actions({"members.import": "导入党员信息", "members.unimport": "撤回导入的党员"})
DATES = {field.name for field in Profile._meta.concrete_fields if field.get_internal_type() == "DateField"}


AT_ONCE = 500  # rows held as models at one time


def commit(context: Context, planned: list[Planned]) -> Outcome:
    outcome: Outcome = {}
    for act, action in ((create, Action.CREATE), (change, Action.CHANGE)):
        for some in parts([row for row in planned if row.action == action], AT_ONCE):
            outcome |= act(some, context)
    return outcome


# --- new people ---------------------------------------------------------------------------------------------------------


def create(rows: Sequence[Planned], context: Context) -> Outcome:
    """Person, first membership, personal file, and for each person his entry in the journal, as if registered one by one."""
    people = Member.objects.bulk_create(person_of(row) for row in rows)
    stays = Membership.objects.bulk_create(
        Membership(member=person, start_reason=StartReason.FIRST, **row.facts["place"])
        for person, row in zip(people, rows, strict=True)
    )
    own = Membership.objects.filter(member=OuterRef("pk")).values("pk")[:1]
    for some in parts([person.pk for person in people]):
        Member.objects.filter(pk__in=some).update(latest=Subquery(own))
    files = Profile.objects.bulk_create(new_file(person, row) for person, row in zip(people, rows, strict=True))
    places = places_of(rows)
    write_entries(actor=context.actor, action="members.create", acts=(
        (person, told_of(person, stay, file, places)) for person, stay, file in zip(people, stays, files, strict=True)
    ))  # fmt: skip
    return {row.number: {"pk": person.pk} for person, row in zip(people, rows, strict=True)}


def person_of(row: Planned) -> Member:
    pinyin, initials = spell(row.facts["person"]["name"])
    return Member(pinyin=pinyin, initials=initials, **row.facts["person"])


def new_file(person: Member, row: Planned) -> Profile:
    profile = Profile(member=person, **row.facts["profile"])
    profile.id_index = index_of(profile.id_number)
    return profile


def places_of(rows: Iterable[Planned]) -> dict[str, dict[int | None, Any]]:
    """The organisations and groups as rows, so that the journal names them without asking again."""
    return {
        "branch": {row.values["branch"].pk: row.values["branch"] for row in rows},
        "group": {row.values["group"].pk: row.values["group"] for row in rows if row.values["group"]},
    }


def told_of(person: Member, stay: Membership, file: Profile, places: Mapping[str, Mapping]) -> dict[str, Any]:
    stay.branch, stay.group = places["branch"][stay.branch_id], places["group"].get(stay.group_id)
    rows = ((person, PERSONAL), (stay, PLACE), (file, FACTS))
    facts = {name: getattr(row, name) for row, names in rows for name in names if name not in SEALED or row.__dict__.get(name)}
    return {name: [None, value] for name, value in facts.items() if value not in (None, "", False)}


# --- known people -------------------------------------------------------------------------------------------------------


def change(rows: Sequence[Planned], context: Context) -> Outcome:
    """What the sheet fills in; the version moves on, so that a form opened before is told."""
    outcome, acts = {}, []
    files: list[Profile] = []
    for row in rows:
        person, profile = row.target, file_of(row.target)
        before = kept(profile, row.facts["profile"]) | {name: getattr(person, name) for name in row.facts["person"]}
        outcome[row.number] = {"pk": person.pk, "before": before, "version": person.version + 1, "fresh": profile.pk is None}
        set_facts(person, profile, row.facts)
        files.append(profile)
        hidden = {name: [None, None] for name in row.facts["person"]}
        acts.append((person, changes_between(plain(before, profile), kept(profile, row.facts["profile"])) | hidden))
    save(rows, files)
    write_entries(actor=context.actor, action="members.import", acts=acts)
    return outcome


def kept(profile: Profile, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in names}


def plain(before: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    return {name: value for name, value in before.items() if name in FACTS}


def set_facts(person: Member, profile: Profile, facts: Mapping[str, Mapping[str, Any]]) -> None:
    for name, value in facts["person"].items():
        setattr(person, name, value)
    for name, value in facts["profile"].items():
        setattr(profile, name, value)
    profile.id_index = index_of(profile.id_number)


def save(rows: Sequence[Planned], files: list[Profile]) -> None:
    """Files by one upsert; telephone numbers likewise where there are any; the versions by one update."""
    save_files(files)
    phones = [row.target for row in rows if row.facts["person"]]
    save_phones(phones)
    for some in parts([row.target.pk for row in rows]):
        Member.objects.filter(pk__in=some).update(version=F("version") + 1)


def save_files(files: list[Profile]) -> None:
    if files:
        Profile.objects.bulk_create(files, update_conflicts=True, unique_fields=["member"], update_fields=[*FACTS, "id_index"])


def save_phones(people: list[Member]) -> None:
    if people:
        Member.objects.bulk_create(people, update_conflicts=True, unique_fields=["id"], update_fields=["phone"])


# --- taking back --------------------------------------------------------------------------------------------------------


def undo(context: Context, outcome: Outcome, titles: Mapping[int, str]) -> None:
    made = {number: told["pk"] for number, told in outcome.items() if "before" not in told}
    changed = {number: told for number, told in outcome.items() if "before" in told}
    people = {person.pk: person for some in parts([told["pk"] for told in outcome.values()])
              for person in Member.objects.select_for_update(of=("self",)).select_related("profile").filter(pk__in=some)}  # fmt: skip
    refuse_changed(people, made, changed, titles)
    refuse_dependents(Member, list(made.values()), own=(Membership, Profile))
    put_back(changed, people)
    acts = [(people[pk], {}) for pk in [*made.values(), *(told["pk"] for told in changed.values())]]
    write_entries(actor=context.actor, action="members.unimport", acts=acts)
    remove(list(made.values()))


def refuse_changed(people: Mapping[int, Member], made: Mapping[int, int], changed: Mapping[int, dict], titles: Mapping[int, str]) -> None:
    """Whoever was edited or moved after the import keeps that: the import cannot be taken back as a whole."""
    versions = {number: (pk, 1) for number, pk in made.items()} | {
        number: (told["pk"], told["version"]) for number, told in changed.items()
    }
    later = [number for number, (pk, version) in versions.items() if pk not in people or people[pk].version != version]
    stays = moved_people(list(made.values()))
    later += [number for number, pk in made.items() if pk in stays and number not in later]
    if later:
        names = "、".join(titles.get(number, "") for number in sorted(later)[:5])
        more = f"等{len(later)}人" if len(later) > 5 else ""
        raise RuleViolation(f"导入之后又修改过{names}{more}（{numbers_in_words(later)}）的记录，不能整体撤回。请逐条更正。")


def moved_people(keys: list[int]) -> set[int]:
    """Who has more than the one membership that the import made."""
    found: set[int] = set()
    for some in parts(keys):
        rows = Membership.objects.filter(member__in=some).order_by().values("member").annotate(stays=Count("pk"))
        found |= set(rows.filter(stays__gt=1).values_list("member", flat=True))
    return found


def put_back(changed: Mapping[int, dict], people: Mapping[int, Member]) -> None:
    rows, files, fresh = [], [], []
    for told in changed.values():
        person, before = people[told["pk"]], told["before"]
        if told["fresh"]:
            fresh.append(person.pk)
        else:
            set_facts(person, person.profile, {"person": {}, "profile": facts_back(before)})
            files.append(person.profile)
        if "phone" in before:
            person.phone = before["phone"]
            rows.append(person)
    save_files(files)
    save_phones(rows)
    for some in parts(fresh):
        Profile.objects.filter(member__in=some).delete()
    for some in parts([told["pk"] for told in changed.values()]):
        Member.objects.filter(pk__in=some).update(version=F("version") + 1)


def facts_back(before: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they were, out of the JSON in which they were kept."""
    return {name: date.fromisoformat(value) if name in DATES and value else value for name, value in before.items() if name in FACTS}


def remove(keys: list[int]) -> None:
    for some in parts(keys):
        Member.objects.filter(pk__in=some).update(latest=None)
        Membership.objects.filter(member__in=some).delete()
        Profile.objects.filter(member__in=some).delete()
        Member.objects.filter(pk__in=some).delete()
