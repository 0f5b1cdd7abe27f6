"""Importing and exporting a roster of many rows, run in a place: `import ROWS`. Prints JSON. Times are seconds, memory MB.

Beside it stand the floors on the same file: openpyxl's read_only pass; the pass with checks by hand and bulk_create of the same people.
"""
from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import django

HEAD = ("姓名", "性别", "民族", "公民身份号码", "出生日期", "学历", "人员类别", "所在党支部", "加入党组织日期", "转为正式党员日期",
        "工作岗位", "联系电话", "家庭住址", "学位", "毕业院校及专业", "行政职务", "参加工作日期", "籍贯", "入党类型", "申请入党日期")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "志强丽敏静勇艳杰娟涛明超秀霞平刚桂英文辉建华玉兰海燕"
RSS_GOAL, TIMES_GOAL, EXPORT_GOAL = 200, 1.6, 2.0


def people(total: int, branches: list[str]) -> list[tuple]:
    random, rows = Random(20), []
    for number in range(total):
        born = date(1960 + number % 35, 1 + number % 12, 1 + number // 420 % 28)
        joined = born.replace(year=born.year + 25)
        name = random.choice(SURNAMES) + random.choice(GIVEN) + random.choice(GIVEN)
        rows.append((name, "男" if number % 2 else "女", "汉族", id_number(number, born), born.isoformat(), "大学", "正式党员",
                     branches[number % len(branches)], joined.isoformat(), joined.replace(year=joined.year + 1).isoformat(), "公务员",
                     f"138{number:08d}", f"云溪县林业路{number}号", "学士", "云溪师范学院中文系", "科员",
                            born.replace(year=born.year + 22).isoformat(),
                     "云溪", "发展入党", joined.replace(year=joined.year - 2).isoformat()))
    return rows


def id_number(number: int, born: date) -> str:
    from members.id_numbers import check_digit

    body = f"1101{number // 420 % 90 + 10}{born:%Y%m%d}{(number // 12 % 490) * 2 + number % 2:03d}"
    return body + check_digit(body)


def workbook(path: Path, rows: list[tuple]) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("党员名册")
    for row in (HEAD, *rows):
        sheet.append(row)
    book.save(path)


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = act()
    return round(time.perf_counter() - began, 2), found


def read_pass(path: Path) -> list[tuple]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    return list(book.active.iter_rows(min_row=2, values_only=True))


def floor(path: Path) -> None:
    """What cannot be left out: read, look at every cell, one bulk_create a table; nothing previewed, sealed, noted or kept."""
    from django.db import transaction

    from branches.models import Branch
    from members.models import Member, Membership, Profile

    branches, seen, rows = {branch.name: branch for branch in Branch.objects.all()}, set(), []
    for row in read_pass(path):
        assert row[3] not in seen and len(row[3]) == 18 and row[5] and row[6] and row[10]
        seen.add(row[3])
        rows.append((row, branches[row[7]], *(date.fromisoformat(row[place]) for place in (4, 8, 9, 16, 19))))
    with transaction.atomic():
        made = Member.objects.bulk_create((Member(name=row[0], pinyin=row[0], initials="", sex="m", born_on=born, joined_on=joined,
                                                  full_on=full) for row, _, born, joined, full, _, _ in rows), batch_size=500)
        Membership.objects.bulk_create((Membership(member=member, branch=each[1], kind="full", start_on=each[4], start_reason="first")
                                        for member, each in zip(made, rows, strict=True)), batch_size=500)
        Profile.objects.bulk_create((Profile(member=member, id_index=each[0][3], nationality="01", education="university",
               worked_from=each[5],
                                             applied_on=each[6], school=each[0][14]) for member, each in zip(made, rows, strict=True)),
                                    batch_size=500)
        transaction.set_rollback(True)


def ours(path: Path, staff: Any, root: Any) -> dict[str, float]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from members.imports import ROSTER
    from partywork.imports import running, services

    upload = SimpleUploadedFile(path.name, path.read_bytes())
    batch = services.keep_file(actor=staff, importer=ROSTER, upload=upload, branch=root, options={"start_on": "2026-01-01"})
    read, _ = timed(lambda: running.read_batch(running.the_batch(batch.pk), staff, running.Quiet()))
    batch.refresh_from_db()
    assert batch.counts["refused"] == 0, batch.rows.filter(action="refused").first().faults
    commit, _ = timed(lambda: running.commit_batch(running.the_batch(batch.pk), staff, running.Quiet()))
    batch.refresh_from_db()
    assert batch.state == "done", batch.told
    export, _ = timed(lambda: exported(staff))
    bare, _ = timed(export_floor)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    undo, _ = timed(lambda: running.undo_batch(running.the_batch(batch.pk), staff, running.Quiet()))
    return {"preview": read, "commit": commit, "undo": undo, "export": export, "export_floor": bare, "rss_mb": most,
            "child_rss_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}


def exported(staff: Any) -> None:
    """Everybody in reach with twenty columns, as the page hands it out."""
    from members.exports import chosen_columns
    from members.models import Membership
    from partywork.exports import export_rows
    from partywork.periods import today

    names = ("name", "branch", "group", "kind", "sex", "joined_on", "party_age", "phone", "born_on", "full_on", "id_number",
           "nationality",
             "education", "degree", "school", "work", "position", "worked_from", "home_address", "native_place")
    rows = Membership.objects.visible_to(staff).in_order().active_on(today()).select_related("member__profile")
    columns = chosen_columns(names, today(), left=False, whole=frozenset())
    export_rows(actor=staff, name="名册", columns=columns, rows=rows.iterator(500)).close()


def export_floor() -> None:
    """Twenty plain values a row into a write_only sheet."""
    from openpyxl import Workbook

    from members.models import Membership

    facts = ("name", "sex", "born_on", "joined_on", "full_on", "pinyin", "initials", "profile__nationality", "profile__education",
             "profile__degree", "profile__school", "profile__work", "profile__position", "profile__worked_from", "profile__native_place")
    fields = ("kind", "start_on", "start_reason", "branch__short_name", "group__name", *(f"member__{name}" for name in facts))
    sheet = (book := Workbook(write_only=True)).create_sheet()
    for row in Membership.objects.filter(stop_on=None).values_list(*fields).iterator(2000):
        sheet.append(row)
    with tempfile.TemporaryFile() as file:
        book.save(file)


def measured(total: int) -> dict[str, Any]:
    from branches.accounts.models import Account
    from branches.models import Branch

    branches = [branch.name for branch in Branch.objects.leaves()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "名册.xlsx"
        workbook(path, people(total, branches))
        found = ours(path, Account.objects.get(username="dangban"), Branch.objects.get(depth=1))
        read, _ = timed(lambda: len(read_pass(path)))
        whole, _ = timed(lambda: floor(path))
    times = round((found["preview"] + found["commit"]) / whole, 2)
    found["export_times"] = round(found["export"] / found["export_floor"], 2)
    checks = (("×floor", times, TIMES_GOAL), ("MB", found["rss_mb"], RSS_GOAL), ("export ×floor", found["export_times"], EXPORT_GOAL))
    return found | {"rows": total, "read_pass": read, "floor": whole, "times_floor": times,
                    "missed": [f"{name} {value:g} > {limit:g}" for name, value, limit in checks if value > limit]}


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(measured(int(sys.argv[1]))))
