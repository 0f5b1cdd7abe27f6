"""One finished import of the sample: the secretary of the first branch filled in the personal files from a sheet."""
from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from members.imports import ROSTER
from members.models import Member
from partywork.imports.previews import context_of, judged
from partywork.imports.reading import Sheet
from partywork.imports.running import Quiet, commit_batch
from partywork.imports.services import keep_columns, keep_file, keep_preview
from reports.sample.organisation import Sample

HEAD = {"姓名": "name", "出生日期": "born_on", "入党时间": "joined_on", "民族": "nationality", "文化程度": "education",
       "工作岗位": "work", "手机号": "phone"}
STUDIES, WORKS = ("大学", "大学", "研究生", "大专", "本科"), ("公务员", "公务员", "参照公务员法管理的工作人员", "事业单位管理岗位")
PEOPLE = 14


def build_imports(sample: Sample) -> None:
    branch = sample.branches[0]
    people = list(Member.objects.filter(latest__branch=branch, latest__stop_on=None).order_by("pk")[:PEOPLE])
    lines = [line_of(number, person) for number, person in enumerate(people)]
    lines[-1]["文化程度"], lines[-2]["手机号"] = "党校", "1390000"
    batch = keep_file(actor=sample.accounts["zb01"], importer=ROSTER, upload=workbook(lines), branch=branch, options={})
    rows = [(number, {HEAD[name]: text for name, text in line.items()}) for number, line in enumerate(lines, 2)]
    sheet = Sheet("党员信息", 1, list(HEAD), {name: place for place, name in enumerate(HEAD.values())}, rows, [])
    keep_columns(batch, sheet)
    keep_preview(batch, judged(ROSTER, context_of(batch, batch.owner), rows), rows)
    commit_batch(batch, batch.owner, Quiet())


def line_of(number: int, person: Member) -> dict[str, str]:
    return {
        "姓名": person.name, "出生日期": person.born_on.isoformat(), "入党时间": person.joined_on.isoformat(), "民族": "汉族",
        "文化程度": STUDIES[number % len(STUDIES)], "工作岗位": WORKS[number % len(WORKS)], "手机号": f"1390000{1000 + 37 * number}",
    }  # fmt: skip


def workbook(lines: list[dict[str, str]]) -> SimpleUploadedFile:
    book, file = Workbook(), io.BytesIO()
    book.active.title = "党员信息"
    for line in (list(HEAD), *(list(each.values()) for each in lines)):
        book.active.append(line)
    book.save(file)
    return SimpleUploadedFile("办公室支部党员信息采集.xlsx", file.getvalue())
