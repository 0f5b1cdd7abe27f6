"""The report document as the templates see it: plain dicts, cleaned, with what Word needs worked out."""

import datetime
import re
from collections.abc import Iterator
from itertools import count

from partywork.word.titles import break_title

# Kinds of the description of a context (see CONTEXT and syntax.py)
TEXT, FLAG, TABLE = "text", "flag", "table"

CONTEXT = {
    "title": TEXT,
    "title_lines": [TEXT],
    "organ": TEXT,
    "date": TEXT,
    "addressee": TEXT,
    "opening": [TEXT],
    "parts": [{"heading": TEXT, "sections": [{"lead": TEXT, "paragraphs": [TEXT], "table": TABLE}]}],
    "attachments": [TEXT],
    "attachment_lines": [TEXT],
    "signature": FLAG,
    "sources": {"label": TEXT, "title": TEXT, "table": TABLE},
}

SOURCES_TITLE = "数据来源表"
SOURCES_WIDTHS_MM = [12, 40, 24, 16, 64]  # 序号 指标 数值 单位 口径
TYPE_WIDTH_MM = 156
LONGEST_TITLE = 200  # Word keeps at most 255 characters in its title property

# Where a table goes is marked with two noncharacters, which no text may contain (see clean).
MARK = "\ufdd0{}\ufdd1"
MARKED = re.compile("\ufdd0(\\d+)\ufdd1")

# Invisible and illegal characters: controls, zero-width marks, direction marks, surrogates,
# noncharacters. Any of them would cut the document short or hide something in it.
JUNK = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffc\ufffe\uffff]"
)
SPACES = re.compile(r"[ \t\u00a0\u3000]+")


def clean(text: str) -> str:
    """One line of text, without the spaces at its ends and without junk."""
    words = [SPACES.sub(" ", JUNK.sub("", line)).strip() for line in text.splitlines()]
    return "".join(words)


def split(texts: list[str]) -> list[str]:
    """Paragraphs: a line break begins a new one, empty ones are dropped."""
    return [line for text in texts for part in text.splitlines() if (line := clean(part))]


def context_for(report: dict) -> dict:
    """The context of a template; a context is its own context, so this may be called twice."""
    unknown = set(report) - set(CONTEXT)
    if unknown:
        raise ValueError(f"not in the report document: {sorted(unknown)}")
    marks = (MARK.format(number) for number in count())
    title = clean(report["title"])
    if not 0 < len(title) <= LONGEST_TITLE:
        raise ValueError(f"a title has 1 to {LONGEST_TITLE} characters")
    parts = [_part(part, marks) for part in report.get("parts", [])]
    attachments = split(report.get("attachments", []))
    if report.get("sources") and SOURCES_TITLE not in attachments:
        attachments.append(SOURCES_TITLE)
    return {
        "title": title,
        "title_lines": break_title(title),
        "organ": clean(report.get("organ", "")),
        "date": date_text(report.get("date")),
        "addressee": clean(report.get("addressee") or ""),
        "opening": split(report.get("opening", [])),
        "parts": parts,
        "attachments": attachments,
        "attachment_lines": attachment_lines(attachments),
        "signature": bool(report.get("signature", False)),
        "sources": _sources(report.get("sources"), attachments, marks),
    }


def _part(part: dict, marks: Iterator[str]) -> dict:
    sections = [_section(section, marks) for section in part["sections"]]
    return {"heading": clean(part["heading"]), "sections": sections}


def _section(section: dict, marks: Iterator[str]) -> dict:
    return {
        "lead": clean(section.get("lead") or ""),
        "paragraphs": split(section.get("paragraphs", [])),
        "table": _table(section.get("table"), marks),
    }


def _table(table: dict | None, marks: Iterator[str]) -> dict | None:
    if not table or not table["rows"]:
        return None
    rows = [[cell_text(cell) for cell in row] for row in table["rows"]]
    if len({len(row) for row in rows}) != 1:
        raise ValueError("the rows of a table have as many cells as its head")
    return {"rows": rows, "widths_mm": _widths(table.get("widths_mm"), len(rows[0])), "mark": next(marks)}


def _widths(widths: list | None, columns: int) -> list[float]:
    """Widths that add up to at most the type area; equal ones where none are given."""
    if not widths:
        return [TYPE_WIDTH_MM / columns] * columns
    if len(widths) != columns or min(widths) <= 0:
        raise ValueError("a table needs one width for each column")
    factor = min(1, TYPE_WIDTH_MM / sum(widths))
    return [width * factor for width in widths]


def cell_text(cell: object) -> str:
    """What a cell shows; its lines stay lines. Only plain values are let through."""
    if cell is None:
        return ""
    if not isinstance(cell, (str, int, float)) or isinstance(cell, bool):
        raise ValueError(f"a cell holds a text or a number, not {type(cell).__name__}")
    return "\n".join(split([str(cell)]))


def _sources(sources: list | dict | None, attachments: list[str], marks: Iterator[str]) -> dict | None:
    """The appendix; its label carries a number only where there are several attachments."""
    if not sources:
        return None
    rows = sources["table"]["rows"] if isinstance(sources, dict) else sources
    widths = SOURCES_WIDTHS_MM if len(rows[0]) == len(SOURCES_WIDTHS_MM) else None
    number = attachments.index(SOURCES_TITLE) + 1 if len(attachments) > 1 else ""
    table = _table({"rows": rows, "widths_mm": widths}, marks)
    return {"label": f"附件{number}", "title": SOURCES_TITLE, "table": table}


def attachment_lines(names: list[str]) -> list[str]:
    """附件说明: numbered only where there are several, no closing mark."""
    bare = [name.rstrip("。；，、.;,") for name in names]
    if len(bare) == 1:
        return [f"附件：{bare[0]}"]
    return [f"{'附件：' if number == 1 else ''}{number}.{name}" for number, name in enumerate(bare, 1)]


def date_text(date: datetime.date | str | None) -> str:
    """成文日期 in Arabic figures without padding zeros; a date may come as ISO text as well."""
    if not date:
        return ""
    if isinstance(date, str):
        if re.fullmatch(r"\d{4}年\d{1,2}月\d{1,2}日", date):
            return date
        date = datetime.date.fromisoformat(date)
    return f"{date.year}年{date.month}月{date.day}日"


def tables_in(context: dict) -> list[dict]:
    """The tables of a context in the order of their marks."""
    found = [section["table"] for part in context["parts"] for section in part["sections"]]
    if context["sources"]:
        found.append(context["sources"]["table"])
    return [table for table in found if table]
