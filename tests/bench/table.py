"""The run as a readable table."""
from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

Run = dict[str, Any]


def told(run: Run) -> str:
    parts = [head(run), floors(run), pages(run), growth(run), importing(run), reports(run), load(run)]
    return "\n\n".join(parts) + "\n"


def mark(missed: list[str]) -> str:
    return f"✗ {'; '.join(missed)}" if missed else "✓"


def grid(title: str, heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Columns as wide as they need; numbers to the right."""
    cells = [list(map(str, heads)), *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(padded(cell, size, number > 0) for number, (cell, size) in enumerate(zip(row, widths, strict=True))).rstrip()
             for row in cells]
    return "\n".join([title, *lines])


def padded(cell: str, size: int, right: bool) -> str:
    space = " " * (size - width(cell))
    return space + cell if right and cell[:1].isdigit() else cell + space


def width(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


NOTES = """ms; one gunicorn sync worker, DEBUG off. f = the same rows by bare Django views with stock middleware, a = the Django admin's
list of the same rows; (n) = the most repeated query; cpu = the worker's own time: to believe when other work shares the machine"""


def head(run: Run) -> str:
    place = run["place"]
    return (f"partywork bench · {run['engine']} · {run['size']}: {place['branches']} branches, {place['members']} members, "
            f"{place['meetings']} meetings · {run['seconds']} s\n"
            f"load {run['load_average']} at start, {run['load_at_end']} at end, on {run['cores']} cores\n{NOTES}")


def floors(run: Run) -> str:
    rows = [[name, each["queries"], each["raw_kb"], each["p50"], each["p95"], each["cpu"]] for name,
           each in run["pages"]["floors"].items()]
    return grid("FLOORS", ("", "queries", "KB", "p50", "p95", "cpu"), rows)


def pages(run: Run) -> str:
    found = run["pages"]
    rows = [page_cells(each) for each in [*found["pages"], run["export"]]]
    assets = found["assets"]
    return "\n".join([
        grid("PAGES", ("", "queries", "KB", "KB gz", "p50", "p95", "×f", "×a", "cpu", "cpu×f", "cpu×a", "goal", ""), rows),
        f"CSS and JS once, gzipped: {assets['kb_gz']} KB on the heaviest page ({assets['heaviest']}, ≤110); sign-in all told "
        f"{assets['sign_in_kb_gz']} KB (≤70) {mark(assets['missed'])}",
        f"an empty view behind our middleware, signed in: {found['empty']['p50']} ms, {found['empty']['queries']} queries; "
        f"web worker after all pages: {found['web_worker_mb']} MB",
    ])


def page_cells(each: Run) -> list[Any]:
    plain = ("raw_kb", "gzip_kb", "p50", "p95", "times_floor", "times_admin", "cpu", "times_floor_cpu", "times_admin_cpu", "goal")
    queries = f"{each['queries']} ({each['repeated']})"
    return [each["page"], queries, *(each[name] for name in plain), mark(each["missed"])]


def growth(run: Run) -> str:
    columns = {"few_p50": "500", "p50": "60,000", "growth": "growth ≤2.5", "cpu_growth": "cpu growth", "floor_growth": "floor's",
               "floor_p50": "floor 60,000", "admin_p50": "admin 60,000", "raw_kb": "KB"}
    rows = [[each["page"], *(each[name] for name in columns), mark(each["missed"])] for each in run["growth"]]
    return grid("LISTS AT 60,000 MEMBERS", ("", *columns.values(), ""), rows)


def importing(run: Run) -> str:
    found = run["importing"]
    columns = ("preview", "commit", "undo", "read_pass", "floor", "times_floor", "export", "export_floor", "export_times", "rss_mb",
           "child_rss_mb")
    heads = ("preview s", "commit", "undo", "read pass", "read+checks+bulk_create", "×f ≤1.6", "export s", "write_only", "×f ≤2",
           "MB ≤200",
             "child MB")
    return grid(f"IMPORT AND EXPORT OF {found['rows']} × 20", ("", *heads, ""), [["", *(found[name] for name in columns),
           mark(found["missed"])]])


def reports(run: Run) -> str:
    rows = []
    for name, each in run["reports"].items():
        for part in ("whole", "branch"):
            one = each[part]
            rows.append([f"{name}, {part}", each["members"], each["meetings"], f"{one['queries']}/{one['count']}", one["figures"],
                         one["word"], round(one["sum"]), round(one["floor"]["figures"]), round(one["floor"]["word"]), one["times_floor"],
                         f"{each['worker']['resident']}+{each['worker']['child']}", mark(one["missed"])])
    heads = ("", "members", "meetings", "queries/figures", "figures ms", "word ms", "sum", "floor figures", "floor word", "×f ≤2",
             "worker+child MB", "")
    return "\n".join([grid("REPORT (figures and text, then Word; as make_report)", heads, rows), *report_growth(run["reports"])])


def report_growth(found: Run) -> list[str]:
    lines = []
    for small, large in pairwise(found):
        ours, floor = (found[large]["whole"][key] / found[small]["whole"][key] for key in ("sum", "floor_sum"))
        lines.append(f"growth {large} : {small} = {ours:.2f} (floor {floor:.2f}, goal ≤ 1.25 × floor) "
                     f"{mark([] if ours <= 1.25 * floor else ['grows faster'])}")
    return lines


def load(run: Run) -> str:
    saves, reads = run["attendance"], run["throughput"]
    return "\n".join([
        "UNDER LOAD",
        f"attendance of 40 saved over HTTP by {saves['people']} people, 100 ms pauses: {saves['saves']} saves, {saves['a_second']}/s, "
        f"p50 {saves['p50']}, p95 {saves['p95']} (≤60), max {saves['max']} (≤500), errors {saves['errors']} {saves['first_error'] or ''} "
        f"{mark(saves['missed'])}",
        f"member list, 2 workers, 8 readers: {reads['a_second']}/s; floor {reads['floor']}/s (≥0.25), admin {reads['admin']}/s (≥1.0) "
        f"{mark(reads['missed'])}",
    ])
