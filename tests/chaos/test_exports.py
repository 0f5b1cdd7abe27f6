"""R15: whatever stands in a text field, an export holds it as text: no formula, no file that does not open, nothing lost
without a mark. The exports, and the fields that they show, are found by looking."""
from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
from django.db import DatabaseError, models, transaction
from openpyxl.cell import WriteOnlyCell

from partywork.fields import EncryptedText
from partywork.spreadsheets import LONGEST_CELL, XLSX, Sheet, cell_value, clean_text
from tests.chaos.ways_in import Way, ways_in
from tests.chaos.workbooks import by_libreoffice, cells, formulas
from tests.digest import models as all_models
from tests.payloads import fresh
from tests.stage import Stage

pytestmark = pytest.mark.django_db
MARK, MARKED = "〔{}〕", re.compile("〔(.+?)〕")
CHINESE = re.compile("[\u4e00-\u9fff]")
FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "=HYPERLINK(\"http://x.example\",\"点\")",
    "=cmd|' /C calc'!A0",
    "=DDE(\"a\";\"b\")", "{=1+1}", "＝1+1", "＋1", "－1", "＠A", "=WEBSERVICE(\"http://x\")", "#REF!", "'=1+1", "\ufeff=1+1",
    "\u200b=1+1",
    "=1\n+1", ";=1", "%3D1", "|=1", "1e5", "0001", "2026-06-03", "TRUE", "=\"a\"&A1", "--1", "=@A1",
)  # fmt: skip
OTHERS = (
    "\x00\x01\x08\x0b\x1f", "甲\x07乙\x1b[31m", "\x7f\x85\x9f", "\uffff\ufffe", "\ud800", "长" * (LONGEST_CELL + 1), "x" * 100_000,
    "😀👨‍👩‍👧🇨🇳", "\u202e甲乙",
    "行\r\n行\r行\n行", "<f>1+1</f>", "]]>&amp;<c t=\"str\">", "_x0041_", "\"引,号\"\t，", "History", "[甲]:*?/\\'", "e" + "\u0301" * 200,
)  # fmt: skip
VALUES = (*FORMULAS, *OTHERS)


def text_fields() -> list[models.Field]:
    """Every column into which people's words go: it has a Chinese name, and no list of choices."""
    return [field for model in all_models() for field in model._meta.concrete_fields
            if isinstance(field, (models.CharField, models.TextField, EncryptedText)) and field.editable and not field.choices
            and CHINESE.search(str(field.verbose_name)) and field.name != "password"]


def holds(field: models.Field, text: str) -> bool:
    """Write it into this column of every row, if it can hold it; {} stands for the column's own name. Where it must be
    unique the row's number stands behind it."""
    text = text.replace("〔{}〕", f"〔{field}〕")
    try:
        with transaction.atomic():
            for row in field.model._base_manager.all():
                setattr(row, field.name, f"{text}{row.pk}" if must_differ(field) else text)
                row.save(update_fields=[field.name])
    except (DatabaseError, UnicodeEncodeError, ValueError):
        return False
    return True


def must_differ(field: models.Field) -> bool:
    together = [name for rule in field.model._meta.constraints if isinstance(rule, models.UniqueConstraint) for name in rule.fields]
    return field.unique or field.name in together


def books(stage: Stage, ways: list[Way]) -> dict[str, bytes]:
    found = {}
    for way in ways:
        answer = stage.ask(way.who, way.method, way.path, fresh(way.data) if way.method == "POST" else None)
        assert answer.status == 200, f"{way.name}: {answer.status}"
        found[way.name] = answer.body
    return found


@dataclass
class Trial:
    """One text in every field: the workbooks, and the texts that they should hold."""

    text: str
    made: dict[str, bytes]
    wanted: dict[str, Counter[str]]

    def lost(self, found: dict[str, Counter[str]]) -> list[str]:
        """What does not stand in a workbook as it should."""
        return [f"{self.text[:20]!r} in {name}: {cell[:40]!r}" for name, wanted in self.wanted.items()
                for cell in wanted - found.get(name, Counter())]


class Trials:
    """The exports of a stage; each trial is undone."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.fields = stage, text_fields()
        self.ways = [way for way in ways_in(stage) if way.kind == XLSX]
        known = {str(field) for field in self.fields}
        self.marked = {name: Counter({cell: count for cell, count in cells(data).items() if known & set(MARKED.findall(cell))})
                       for name, data in self.run(MARK)[0].items()}
        self.shown = {label for found in self.marked.values() for cell in found for label in MARKED.findall(cell)}
        self.fields = [field for field in self.fields if str(field) in self.shown]

    def run(self, text: str) -> tuple[dict[str, bytes], set[str]]:
        """The workbooks with this text in every field that can hold it, and the names of those."""
        with transaction.atomic():
            held = {str(field) for field in self.fields if holds(field, MARK) and holds(field, text)}
            made = books(self.stage, self.ways)
            transaction.set_rollback(True)
        return made, held

    def of(self, text: str) -> Trial:
        made, held = self.run(text)

        def as_written(cell: str) -> str:
            return clean_text(MARKED.sub(lambda mark: text if mark[1] in held else mark[0], cell))

        wanted = {name: Counter({as_written(cell): count for cell, count in found.items()}) for name, found in self.marked.items()}
        return Trial(text, made, wanted)


@pytest.fixture(scope="module")
def trials(stage) -> Trials:
    return Trials(stage)


def test_an_export_holds_text_and_no_formula(trials, tmp_path, tell):
    assert len(trials.ways) >= 5
    assert len(trials.shown) >= 5
    tried = [trials.of(text) for text in VALUES]
    assert sum(formulas(data) for trial in tried for data in trial.made.values()) == 0
    assert [said for trial in tried for said in trial.lost({name: cells(data) for name, data in trial.made.items()})] == []
    assert opened_by_libreoffice(tried, tmp_path) == []
    careless = unprotected(trials)
    assert careless > 0
    tell("R15", "全部导出", f"{len(trials.ways)} 个导出、{len(trials.shown)} 个文字字段 × {len(VALUES)} 种文字：公式 0，打不开 0，走样 0"
         f"（openpyxl、LibreOffice）；对照（不加保护）{careless} 个公式")


def opened_by_libreoffice(tried: list[Trial], folder: Path) -> list[str]:
    """What is lost there; only workbooks that hold the texts are opened."""
    made = {f"{number} {name}": data for number, trial in enumerate(tried) for name, data in trial.made.items() if trial.wanted[name]}
    found = by_libreoffice(made, folder)
    assert set(found) == set(made)
    return [said for number, trial in enumerate(tried)
            for said in trial.lost({name.partition(" ")[2]: texts for name, texts in found.items() if name.startswith(f"{number} ")})]


def unprotected(trials: Trials) -> int:
    """The control: cells as openpyxl makes them by itself."""
    with mock.patch.object(Sheet, "cell", lambda self, value: WriteOnlyCell(self.sheet, cell_value(value))):
        return sum(formulas(data) for text in FORMULAS[:10] for data in trials.run(text)[0].values())
