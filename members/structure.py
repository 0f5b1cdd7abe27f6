"""Who the members are: the bands of each way to divide them. One condition counts a band and finds its people, so a number
and the list behind it cannot disagree. Standing and place are of the day asked for; the personal file is as it is now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from branches.accounts.models import Post
from branches.accounts.permissions import Role
from members import codes
from members.models import Kind, Sex
from partywork.periods import add_months

Condition = Callable[[date], Q]
AGES = (31, 36, 41, 46, 51, 56, 61)  # where a band of the yearly statistics begins
PARTY_AGES = (5, 10, 20, 30, 40, 50)
MERE_COMMITTEE = (Role.ORGANISATION, Role.PUBLICITY, Role.DISCIPLINE)
FILE = "member__profile__"


@dataclass(frozen=True)
class Band:
    code: str
    label: str
    condition: Condition


@dataclass(frozen=True)
class Dimension:
    code: str
    label: str
    bands: list[Band]


def begun_by(years: int, day: date) -> date:
    """The last day on which something may have begun that has lasted so many whole years by `day`."""
    begun = add_months(day, -12 * years)
    later = begun + timedelta(days=1)  # 29 February completes its years on the 28th
    return later if add_months(later, 12 * years) <= day else begun


def between(column: str, low: int | None, high: int | None) -> Condition:
    """Whole years since `column` at least `low` and under `high`."""

    def condition(day: date) -> Q:
        found = Q(**{f"{column}__lte": begun_by(low, day)}) if low else Q(**{f"{column}__lte": day})
        return found & Q(**{f"{column}__gt": begun_by(high, day)}) if high else found

    return condition


def is_(**values) -> Condition:
    return lambda day: Q(**values)


def steps(prefix: str, column: str, limits: tuple[int, ...], first: str) -> list[Band]:
    """Bands between limits: under the first, from one to the next, and from the last on."""
    bands = [Band(f"{prefix}0", first, between(column, None, limits[0]))]
    for low, high in zip(limits, (*limits[1:], None), strict=True):
        unit = "岁" if prefix == "a" else "年"
        label = f"{low}—{high - 1}{unit}" if high else f"{low}{unit}及以上"
        bands.append(Band(f"{prefix}{low}", label, between(column, low, high)))
    return bands


def education_bands() -> list[Band]:
    """Where no file has been made the value is null: those are unregistered too."""
    bands = []
    for band in codes.EducationBand:
        values = [value for value, of in codes.EDUCATION_BANDS.items() if of == band]
        found = Q(**{f"{FILE}education__in": values})
        unknown = Q(**{f"{FILE}education__isnull": True})
        bands.append(Band(band.value or "none", band.label, _always(found if band.value else found | unknown)))
    return bands


def _always(condition: Q) -> Condition:
    return lambda day: condition


def choice_bands(column: str, choices: list[tuple[str, str]]) -> list[Band]:
    bands = [Band(code, label, is_(**{f"{FILE}{column}": code})) for code, label in choices]
    return [*bands, _unregistered(column)]


def _unregistered(column: str) -> Band:
    return Band("none", "未登记", _always(Q(**{f"{FILE}{column}": ""}) | Q(**{f"{FILE}{column}__isnull": True})))


def nationality_bands() -> list[Band]:
    column = f"{FILE}nationality"
    others = ~Q(**{column: codes.HAN}) & ~Q(**{column: ""}) & Q(**{f"{column}__isnull": False})
    return [Band("han", "汉族", is_(**{column: codes.HAN})), Band("minority", "少数民族", _always(others)),
            _unregistered("nationality")]  # fmt: skip


def holders(*roles: str) -> Condition:
    """Whose account held one of these posts on the day, in any organisation."""
    return lambda day: Q(member__account__in=Post.objects.active_on(day).filter(role__in=roles).order_by().values("account"))


def post_bands() -> list[Band]:
    """党内职务 by the dated posts; who holds several stands under the first of them."""
    ranks: list[tuple[str, str, Condition]] = [
        ("secretary", "书记", holders(Role.SECRETARY)), ("deputy", "副书记", holders(Role.DEPUTY)),
        ("committee", "委员", holders(*MERE_COMMITTEE)), ("group_leader", "党小组组长", is_(is_group_leader=True)),
    ]  # fmt: skip
    bands = [Band(code, label, _first(condition, [before for *_, before in ranks[:place]]))
             for place, (code, label, condition) in enumerate(ranks)]  # fmt: skip
    return [*bands, Band("none", "普通党员", _first(_always(Q()), [condition for *_, condition in ranks]))]


def _first(condition: Condition, before: list[Condition]) -> Condition:
    """It holds, and none of those before it."""

    def found(day: date) -> Q:
        whole = condition(day)
        for each in before:
            whole &= ~each(day)
        return whole

    return found


DIMENSIONS = [
    Dimension("kind", "人员类别", [Band(each.value, each.label, is_(kind=each.value)) for each in Kind]),
    Dimension("sex", "性别", [Band(each.value, each.label, is_(member__sex=each.value)) for each in Sex]),
    Dimension("age", "年龄", steps("a", "member__born_on", AGES, "30岁及以下")),
    Dimension("education", "学历", education_bands()),
    Dimension("nationality", "民族", nationality_bands()),
    Dimension("post", "党内职务", post_bands()),
    Dimension("work", "工作岗位", choice_bands("work", codes.Work.choices)),
    Dimension("party_age", "党龄", [
        *steps("p", "counts_from", PARTY_AGES, "5年以下"), Band("none", "预备党员", is_(kind=Kind.PROBATIONARY)),
    ]),
]  # fmt: skip


def counted_from(rows: QuerySet, day: date) -> QuerySet:
    """Memberships with the day from which the person's 党龄 counts, for the conditions that ask it."""
    return rows.alias(counts_from=Coalesce(F("member__party_age_from"), F("member__full_on")))


def condition_of(dimension: Dimension, band: Band, day: date) -> Q:
    """党龄 asks of full members only: a probationary one has none, whatever his dates."""
    found = band.condition(day)
    return found & Q(kind=Kind.FULL) if dimension.code == "party_age" and band.code != "none" else found


def find_band(code: str) -> tuple[Dimension, Band] | None:
    """"age.a31" → its dimension and band."""
    wanted, _, band_code = code.partition(".")
    for dimension in DIMENSIONS:
        for band in dimension.bands:
            if (dimension.code, band.code) == (wanted, band_code):
                return dimension, band
    return None


def band_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every band as a choice, under the name of its dimension."""
    return [(dimension.label, [(f"{dimension.code}.{band.code}", f"{dimension.label}：{band.label}") for band in dimension.bands])
            for dimension in DIMENSIONS]  # fmt: skip


def in_band(rows: QuerySet, code: str, day: date) -> QuerySet:
    """The memberships of a day's roster that belong to a band; none where there is no such band."""
    found = find_band(code)
    return counted_from(rows, day).filter(condition_of(*found, day)) if found else rows.none()


def counts(rows: QuerySet, day: date) -> dict[str, int]:
    """{"age.a31": 12, …, "all": 80} of a day's roster, in one query."""
    wanted = {f"{dimension.code}__{band.code}": Count("pk", filter=condition_of(dimension, band, day))
              for dimension in DIMENSIONS for band in dimension.bands}  # fmt: skip
    found = counted_from(rows, day).order_by().aggregate(all=Count("pk"), **wanted)
    return {name.replace("__", "."): number for name, number in found.items()}


@dataclass(frozen=True)
class Line:
    """One band of the table: how many, and how many on the other day (None: not asked)."""

    code: str
    label: str
    number: int
    share: str
    before: int | None = None

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.number - self.before


@dataclass(frozen=True)
class Table:
    dimension: Dimension
    lines: list[Line]


def tables(now: dict[str, int], before: dict[str, int] | None = None) -> list[Table]:
    """Every dimension with its bands; a band empty on both days is left out of the long lists."""
    found = []
    for dimension in DIMENSIONS:
        lines = [line_of(dimension, band, now, before) for band in dimension.bands]
        kept = [line for line in lines if line.number or line.before] if len(lines) > 9 else lines
        found.append(Table(dimension, kept))
    return found


def line_of(dimension: Dimension, band: Band, now: dict[str, int], before: dict[str, int] | None) -> Line:
    code = f"{dimension.code}.{band.code}"
    share = f"{100 * now[code] / now['all']:.1f}%" if now["all"] else "—"
    return Line(code, band.label, now[code], share, before[code] if before is not None else None)
