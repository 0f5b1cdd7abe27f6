"""Workbooks as others open them: the cells by openpyxl, formulas counted in the markup itself, CSV by LibreOffice."""
from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import openpyxl

FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
# Comma, quotes, UTF-8, from the first line; texts unquoted, values as shown, formulas as their values.
A_RUN = 120  # files
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"


def cells(data: bytes) -> Counter[str]:
    """The texts of the first sheet, as openpyxl reads them."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row) or formulas(data)
    return Counter(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)


def formulas(data: bytes) -> int:
    """Formula cells of all sheets, however they came about."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(len(FORMULA.findall(archive.read(name))) for name in archive.namelist() if name.startswith("xl/worksheets/"))


def by_libreoffice(books: dict[str, bytes], folder: Path) -> dict[str, Counter[str]]:
    """The texts of each as LibreOffice reads them; one that it cannot open is missing. Of more than some 250 files in one run it
    leaves the rest out without a word."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    assert office, "LibreOffice is needed for this proof"
    for name, data in books.items():
        (folder / f"{name}.xlsx").write_bytes(data)
    files = [str(folder / f"{name}.xlsx") for name in books]
    for some in batched(files, A_RUN):
        subprocess.run([office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", CSV,
                        "--outdir", str(folder), *some], check=True, capture_output=True, timeout=120)
    return {name: read_csv(folder / f"{name}.csv") for name in books if (folder / f"{name}.csv").exists()}


def batched(files: list[str], size: int) -> Iterator[list[str]]:
    yield from (files[start : start + size] for start in range(0, len(files), size))


def read_csv(path: Path) -> Counter[str]:
    csv.field_size_limit(10**6)
    with path.open(encoding="utf-8", newline="") as file:
        return Counter(cell for row in csv.reader(file) for cell in row)
