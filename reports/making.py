"""Making a report: compute, freeze, assemble, and the context for Word. Writes nothing; pages, jobs and commands share it."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings

from branches.models import Branch, Bureau
from branches.querysets import BranchQuerySet
from partywork.errors import RuleViolation
from partywork.failpoints import fail_here
from partywork.figures import Figure, Level, catalogue
from partywork.files.leftovers import SCRATCH
from partywork.periods import Period
from partywork.version import VERSION
from partywork.word import BoundedError, build_template, render
from reports.definitions.half_year import DEFINITIONS, HALF_YEAR
from reports.definitions.parts import Definition
from reports.document import Document, assemble, stored_text, word_parts
from reports.pieces import Facts, Pieces, joined, marked, text_of, tidy
from reports.shortfalls import Proposal, proposals
from reports.values import Computed, computed, value_text

SOURCES_HEAD = ["序号", "指标", "数值", "单位", "口径"]


@dataclass(frozen=True)
class Options:
    """What is chosen when a report is made. `dated` is the date under it; the template's id is None for the built-in one."""

    draft: bool = False
    appendix: bool = False
    template: int | None = None
    dated: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Options:
        return cls(**{name: stored[name] for name in cls.__dataclass_fields__ if name in stored})

    def stored(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Words:
    """What people wrote: passages by section, and by point's code its decision (state, text)."""

    passages: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """A report put together: the frozen figures, the text, and what Word gets."""

    computed: list[Computed]
    document: Document
    context: dict[str, Any]

    def stored_text(self) -> dict[str, Any]:
        return stored_text(self.document)


def scope_of(branch: Branch) -> BranchQuerySet:
    """The organisation and everything below it, those dissolved since included: their rows carry dates."""
    return Branch.objects.within(branch)


def figures_for(branch: Branch) -> list[Figure]:
    """The catalogue for this organisation in the report's order: one branch has no figures of the committee."""
    order = {key: place for place, key in enumerate(HALF_YEAR.keys())}
    known = [each for each in catalogue() if each.level is Level.BRANCH or not branch.is_leaf_kind]
    return sorted(known, key=lambda each: order.get(each.key, len(order)))


def facts_for(branch: Branch, period: Period, values: Mapping[str, Any], bureau: Bureau | None, today: date) -> Facts:
    return Facts(values, branch.is_leaf_kind, period, organ_of(branch, bureau), today)


def organ_of(branch: Branch, bureau: Bureau | None) -> str:
    """Whose report it is and who signs: the root speaks for the bureau."""
    return bureau.organ_name if bureau and branch.is_root() else branch.name


def title_of(branch: Branch, period: Period, bureau: Bureau | None, definition: Definition) -> str:
    """单位 + 年份 + 上半年党建工作报告."""
    return f"{bureau.name if bureau and branch.is_root() else branch.name}{period.label}{definition.title}"


def opening_of(facts: Facts) -> Pieces:
    """The paragraph that ends in 报告如下; with the size of the organisation where the record has it."""
    size = joined([marked("党支部[org.branches]个", facts), marked("党员[members.end]名", facts)])
    if not size:
        return [f"现将{facts.organ}{facts.period.label}党建工作情况报告如下。"]
    last, who = facts.last_day, "本支部" if facts.single else facts.organ
    return tidy([f"截至{last.year}年{last.month}月{last.day}日，{who}共有", *size, f"。现将{facts.half}党建工作情况报告如下。"])


def proposed(branch: Branch, period: Period, today: date) -> list[Proposal]:
    """What the records suggest for the report of this organisation, as they stand on a day."""
    return proposals(branch, scope_of(branch).active_in(period), period, today)


def points_of(found: list[Proposal], words: Words, *, undecided: bool = False) -> dict[str, list[str]]:
    """The points that go in, by part: accepted or reworded ones, and in a draft also those still to be judged."""
    points: dict[str, list[str]] = {}
    for each in found:
        state, text = words.decisions.get(each.code, ("", ""))
        if state == "accepted" or state == "reworded":
            points.setdefault(each.part, []).append(text)
        elif undecided and not state:
            points.setdefault(each.part, []).append(f"【待定】{each.text}")
    return points


def make(branch: Branch, period: Period, words: Words, options: Options, today: date,
         tell: Callable[[int, str], None] = lambda percent, note: None, definition: str = "half_year") -> Made:
    """Compute every figure, then write the text from these values only."""
    chosen, scope, bureau = DEFINITIONS[definition], scope_of(branch), Bureau.objects.first()
    tell(5, "正在计算指标")
    figures = computed(figures_for(branch), scope, period)
    fail_here("report.computing")
    tell(50, "正在对照制度要求")
    found = proposed(branch, period, today)
    document = write(chosen, facts_for(branch, period, {each.figure.key: each.value for each in figures}, bureau, today),
                     words, found, draft=options.draft)
    return Made(figures, document, _context(branch, period, bureau, chosen, document, figures, options))


def write(definition: Definition, facts: Facts, words: Words, found: list[Proposal], *, draft: bool,
          undecided: bool | None = None) -> Document:
    """The text; a draft keeps the gaps and, unless told otherwise, the points that are still to be judged."""
    points = points_of(found, words, undecided=draft if undecided is None else undecided)
    return assemble(definition, facts, words.passages, points, opening=opening_of(facts), keep_gaps=draft)


def _context(branch: Branch, period: Period, bureau: Bureau | None, definition: Definition, document: Document,
             computed: list[Computed], options: Options) -> dict[str, Any]:
    addressee = bureau.addressee if bureau and branch.is_root() else ""
    return {
        "title": title_of(branch, period, bureau, definition),
        "organ": organ_of(branch, bureau),
        "date": options.dated or None,
        "addressee": f"{addressee.rstrip('：:')}：" if addressee else "",
        "opening": [text_of(each) for each in document.opening],
        "parts": word_parts(document),
        "attachments": [],
        "signature": True,
        "sources": sources_table(computed) if options.appendix else None,
    }


def sources_table(computed: list[Computed]) -> list[list[str]]:
    """数据来源表: every figure with its value and definition."""
    rows = [[str(number), each.figure.label, value_text(each.value, each.figure.unit), each.figure.unit, each.figure.definition]
            for number, each in enumerate(computed, 1)]
    return [SOURCES_HEAD, *rows]


def render_to(path: Path, context: dict[str, Any], template: Path | None = None) -> None:
    """The file, from a bureau's own template or the built-in one; a template that fails says why in Chinese."""
    try:
        render(template or builtin_template(), context, path)
    except BoundedError as error:
        raise RuleViolation(f"没有生成报告：{error}") from None


@lru_cache(maxsize=1)
def builtin_template() -> Path:
    """The built-in template as a file: each process writes it once, whole, over the same name."""
    path = Path(settings.FILE_UPLOAD_TEMP_DIR) / f"builtin-{VERSION}.docx"
    part = path.with_name(f"{SCRATCH}{uuid4().hex}.docx")
    build_template(part)
    return part.replace(path)
