"""The report as a text with marked numbers: put together from frozen values, passages and points. Pure functions.

On screen every section is shown and a gap is marked; an export leaves out what has nothing to say, and numbers the rest
without a gap.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.definitions.parts import Definition, Part, Section
from reports.pieces import Facts, Number, Pieces, numeral, text_of

GAP = "【待补】"


@dataclass(frozen=True)
class Written:
    """One section as written: its lead with its number, the sentences, the passage, and whether it says anything."""

    section: Section
    lead: str
    told: Pieces
    passage: str
    asks: str = ""
    may_gap: bool = True

    @property
    def gap(self) -> str:
        """The mark where something is still to be written."""
        return f"{GAP}{self.asks}。" if self.may_gap and self.asks else ""

    @property
    def code(self) -> str:
        return self.section.code

    @property
    def says_something(self) -> bool:
        return bool(self.told or self.passage.strip())

    @property
    def paragraphs(self) -> list[Pieces]:
        """What follows the lead: the told sentences, then each paragraph of the passage, or the mark of a gap."""
        told = [self.told] if self.told else []
        passage = [[line.strip()] for line in self.passage.splitlines() if line.strip()]
        return told + passage or ([[self.gap]] if self.gap else [])


@dataclass(frozen=True)
class WrittenPart:
    part: Part
    heading: str
    sections: list[Written]
    points: list[Pieces] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.part.code

    @property
    def says_something(self) -> bool:
        return bool(self.points) or any(section.says_something for section in self.sections)


@dataclass(frozen=True)
class Document:
    """The whole: opening, parts, and the names of what an export leaves out."""

    opening: list[Pieces]
    parts: list[WrittenPart]
    omitted: list[str]


def assemble(definition: Definition, facts: Facts, passages: Mapping[str, str],
             points: Mapping[str, list[str]], *, opening: Pieces, keep_gaps: bool) -> Document:
    """The document; `keep_gaps` keeps what has nothing to say, marked 【待补】."""
    every = [_part(part, sections, facts, passages, points.get(part.code, []))
             for part, sections in definition.sections_for(facts.single)]
    omitted = [name for part in every for name in _silent(part)]
    parts = [part if keep_gaps else _without_gaps(part) for part in every if keep_gaps or part.says_something]
    return Document(_opening(opening, passages.get("opening", "")), [_numbered(n, part) for n, part in enumerate(parts, 1)],
                    omitted)


def _opening(opening: Pieces, passage: str) -> list[Pieces]:
    """The writer's own words first: the paragraph that ends in 报告如下 comes last."""
    return [[line.strip()] for line in passage.splitlines() if line.strip()] + [opening]


def _part(part: Part, sections: list[Section], facts: Facts, passages: Mapping[str, str], points: list[str]) -> WrittenPart:
    written = [_section(section, facts, passages.get(section.code, "")) for section in sections]
    return WrittenPart(part, part.heading_for(facts), written, listed(points))


def _section(section: Section, facts: Facts, passage: str) -> Written:
    told = [piece for tell in section.tells for piece in tell(facts)]
    return Written(section, section.lead, told, passage, section.asks.format(coming=facts.coming))


def listed(points: list[str]) -> list[Pieces]:
    """一是…；二是…: numbered in words where there are several."""
    texts = [point.strip().rstrip("。；") for point in points if point.strip()]
    return [[f"{f'{numeral(n)}是' if len(texts) > 1 else ''}{text}。"] for n, text in enumerate(texts, 1)]


def _silent(part: WrittenPart) -> list[str]:
    """What an export would leave out here, by name."""
    if not part.says_something:
        return [part.heading]
    if part.part.proposes:
        return []
    return [f"{part.heading}：{section.lead or section.asks}" for section in part.sections if not section.says_something]


def _without_gaps(part: WrittenPart) -> WrittenPart:
    return WrittenPart(part.part, part.heading, [section for section in part.sections if section.says_something], part.points)


def _numbered(place: int, part: WrittenPart) -> WrittenPart:
    """一、 for the part, （一） for its sections; a lone section needs no lead of its own."""
    leads = [section for section in part.sections if section.lead]
    numbers = {section.code: f"（{numeral(n)}）{section.lead}。" for n, section in enumerate(leads, 1)}
    alone = len(part.sections) == 1
    sections = [_renumbered(section, "" if alone else numbers.get(section.code, ""), part) for section in part.sections]
    return WrittenPart(part.part, f"{numeral(place)}、{part.heading}", sections, part.points)


def _renumbered(section: Written, lead: str, part: WrittenPart) -> Written:
    """Beside points a missing passage is no gap."""
    return Written(section.section, lead, section.told, section.passage, section.asks, may_gap=not part.points)


def word_parts(document: Document) -> list[dict]:
    """The parts as a Word template takes them: plain texts."""
    return [{"heading": part.heading, "sections": _word_points(part) + [_word_section(each) for each in part.sections]}
            for part in document.parts]


def _word_points(part: WrittenPart) -> list[dict]:
    return [{"lead": "", "paragraphs": [text_of(point) for point in part.points], "table": None}] if part.points else []


def _word_section(section: Written) -> dict:
    return {"lead": section.lead, "paragraphs": [text_of(each) for each in section.paragraphs], "table": None}


def stored_text(document: Document) -> dict:
    """The same in JSON, with the numbers marked, for a version to keep."""
    return {
        "opening": [_stored(each) for each in document.opening],
        "parts": [{"code": part.code, "heading": part.heading, "points": [_stored(each) for each in part.points],
                   "sections": [{"code": each.code, "lead": each.lead, "paragraphs": [_stored(p) for p in each.paragraphs]}
                                for each in part.sections]} for part in document.parts],
        "omitted": document.omitted,
    }


def _stored(pieces: Pieces) -> list:
    return [{"key": piece.key, "text": piece.text} if isinstance(piece, Number) else piece for piece in pieces]
