"""What a definition of a report is made of. Declaration only."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.pieces import Facts, Pieces

Sentence = Callable[[Facts], Pieces]


@dataclass(frozen=True)
class Section:
    """One section: its level-2 lead, the figures that belong here, the sentences told of them, what people may add.

    `whole` marks a section that makes no sense in the report of one branch. `code` is where a passage is kept.
    """

    code: str
    lead: str
    figures: tuple[str, ...] = ()
    tells: tuple[Sentence, ...] = ()
    asks: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Part:
    """One part with its level-1 heading, in which {coming} stands for what follows the period.

    `proposes` marks the parts whose points come from the records and are judged one by one.
    """

    code: str
    heading: str
    sections: tuple[Section, ...]
    proposes: bool = False

    def heading_for(self, facts: Facts) -> str:
        return self.heading.format(coming=facts.coming)


@dataclass(frozen=True)
class Definition:
    """One kind of report. `aside` names the figures that are in tables only, because others tell the same in words."""

    code: str
    title: str
    parts: tuple[Part, ...]
    aside: tuple[str, ...] = ()

    def sections_for(self, single: bool) -> list[tuple[Part, list[Section]]]:
        """The parts and, in each, the sections that make sense for one branch or for the whole."""
        return [(part, [section for section in part.sections if not (single and section.whole)]) for part in self.parts]

    def place_of(self, key: str, single: bool) -> tuple[Part, int, Section] | None:
        """(part, the section's place in it from 1, section) of a figure."""
        for part, sections in self.sections_for(single):
            for place, section in enumerate(sections, 1):
                if key in section.figures:
                    return part, place, section
        return None

    def keys(self) -> list[str]:
        """Every figure it names, in its order."""
        return [key for part in self.parts for section in part.sections for key in section.figures]

    def section(self, code: str) -> Section | None:
        return next((section for part in self.parts for section in part.sections if section.code == code), None)
