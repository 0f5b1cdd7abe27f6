"""A plan as it is kept between preview and confirmation, and the signs by which its being the same is known. Writes nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from sys import intern
from types import SimpleNamespace
from typing import Any

from django.utils.crypto import salted_hmac

from partywork.fields import unseal
from partywork.imports.models import ImportBatch, ImportRow
from partywork.imports.registry import Action, Context, Importer, Planned, Rows
from partywork.periods import today
from partywork.sheets.reading import BadCell

LONGEST_LIST = 20


def context_of(batch: ImportBatch, actor: Any) -> Context:
    return Context(actor, batch.branch, today(), batch.options)


def judged(importer: Importer, context: Context, rows: Rows) -> list[Planned]:
    """The plan, every row with its action; a row with faults is refused whatever else would become of it."""
    planned = importer.plan(context, rows)
    for row in planned:
        if row.faults:
            row.action = Action.REFUSED
    return planned


def sign_of(row: Planned) -> str:
    """Equal signs: the same would be written. Keyed, since what is signed holds personal data."""
    faults = [[fault.column, fault.reason] for fault in row.faults]
    what = [row.number, row.action, faults, row.changes, row.facts, getattr(row.target, "pk", None)]
    return salted_hmac("imports.row", json.dumps(what, default=str), algorithm="sha256").hexdigest()[:32]


def digest_of(signs: Iterable[str]) -> str:
    return salted_hmac("imports.batch", "|".join(signs), algorithm="sha256").hexdigest()


def counts_of(planned: Iterable[Planned]) -> dict[str, Any]:
    """{action: rows}, and under `faults` how many rows have one in which column."""
    counts: dict[str, Any] = dict.fromkeys(map(str, Action), 0)
    faults: Counter[str] = Counter()
    for row in planned:
        counts[row.action] += 1
        faults.update(fault.column for fault in row.faults)
    return counts | {"faults": dict(faults.most_common())}


def row_of(batch: ImportBatch, row: Planned, cells: Mapping[str, Any], sign: str, moved: bool) -> ImportRow:
    return ImportRow(
        batch=batch, number=row.number, action=row.action, title=row.title[:100], place=row.place[:100],
        changes=row.changes, faults=[[fault.column, fault.reason] for fault in row.faults],
        fault_in="".join(f"|{fault.column}" for fault in row.faults)[:499] + "|", sign=sign, moved=moved, cells=packed(cells),
    )  # fmt: skip


def packed(cells: Mapping[str, str | BadCell]) -> str:
    plain = {name: {"bad": cell.reason} if isinstance(cell, BadCell) else cell for name, cell in cells.items()}
    return json.dumps(plain, ensure_ascii=False)


def unpacked(text: str) -> dict[str, str | BadCell]:
    cells = json.loads(text)  # each with names of its own: for thousands of rows that is half the memory
    return {intern(name): BadCell(cell["bad"]) if isinstance(cell, dict) else cell for name, cell in cells.items()}


def kept_rows(batch: ImportBatch) -> tuple[Rows, dict[int, str]]:
    """The rows as they were read, and the sign under which each was previewed."""
    rows, signs, field = [], {}, ImportRow._meta.get_field("cells")
    found = batch.rows.order_by("number").values_list("number", "uid", "sign", "cells")
    for number, uid, sign, sealed in found.iterator(2000):
        rows.append((number, unpacked(unseal(sealed.token, field.context_of(SimpleNamespace(uid=uid))))))
        signs[number] = sign
    return rows, signs


def shown_of(row: ImportRow, importer: Importer) -> list[tuple[str, str]]:
    """What stood in the row, as everybody in reach may see it."""
    cells = unpacked(row.cells)
    return [(column.label, column.shown(cell)) for column in importer.columns if isinstance(cell := cells.get(column.name), str) and cell]


def moved_since(planned: list[Planned], signs: Mapping[int, str]) -> set[int]:
    """Numbers of the rows that would not become what their preview showed."""
    return {row.number for row in planned if sign_of(row) != signs.get(row.number)}


def numbers_in_words(numbers: Iterable[int]) -> str:
    """第3、7、9行; of very many the first."""
    known = sorted(numbers)
    return f"第{'、'.join(map(str, known[:LONGEST_LIST]))}行{'等' if len(known) > LONGEST_LIST else ''}"
