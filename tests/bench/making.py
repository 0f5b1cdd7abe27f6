"""Times the report of the place in its environment, beside a floor, and the memory of a worker that made one. Prints JSON."""
from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

REPEATS = 3


def timed(act: Callable[[], Any]) -> float:
    """Median milliseconds after one warm-up."""
    times = []
    for _ in range(1 + REPEATS):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
    return round(statistics.median(times[1:]), 1)


def measure(folder: Path) -> dict[str, Any]:
    """The whole organisation and one branch, each by the same functions as `make_report`."""
    from branches.models import Branch
    from partywork.periods import Period, Span, today

    period = Period.at(Span.HALF, today()).previous
    root, branch = Branch.objects.get_first_root_node(), Branch.objects.get(code="ZB01")
    return {"whole": report_of(root, period, folder), "branch": report_of(branch, period, folder), "worker": worker_memory(root, period)}


def report_of(branch, period, folder: Path) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from partywork.periods import today
    from reports.making import Options, figures_for, make, render_to
    from reports.services import words_of

    def figures():
        return make(branch, period, words_of(None), Options(draft=True), today())

    with CaptureQueriesContext(connection) as queries:
        made = figures()
    slowest = sorted(queries.captured_queries, key=lambda each: float(each["time"]), reverse=True)[:3]
    word = timed(lambda: render_to(folder / "r.docx", made.context))
    floor = {"figures": timed(lambda: floor_figures(branch, period)), "word": timed(lambda: floor_word(made.context, folder))}
    return {"figures": timed(figures), "word": word, "queries": len(queries), "count": len(figures_for(branch)), "floor": floor,
            "slowest": [[each["time"], each["sql"][:300]] for each in slowest]}


def floor_figures(branch, period) -> None:
    """Grouped passes over the same tables: what the figures of a half-year cannot do without."""
    from django.db.models import Count, Q, Sum

    from branches.meetings.models import Attendance, Meeting
    from branches.models import Branch
    from members.models import Membership

    scope = Branch.objects.within(branch)
    members = Membership.objects.filter(branch__in=scope)
    meetings = Meeting.objects.within(scope).held().in_period(period)
    came = Attendance.objects.held().filter(
        meeting__branch__in=scope, meeting__held_on__gte=period.start, meeting__held_on__lt=period.stop)
    present = Count("pk", filter=Q(state="present"))
    for rows in (
        members.active_on(period.last_day).values("kind", "member__sex").annotate(n=Count("pk")),
        members.filter(start_on__gte=period.start, start_on__lt=period.stop).values("start_reason").annotate(n=Count("pk")),
        members.filter(stop_on__gte=period.start, stop_on__lt=period.stop).values("stop_reason").annotate(n=Count("pk")),
        meetings.order_by().values("branch_id", "kinds__kind").annotate(n=Count("pk"), e=Sum("expected_count"), p=Sum("present_count")),
        came.values("member_id").annotate(n=Count("pk"), p=present),
    ):
        list(rows)


def floor_word(context: dict[str, Any], folder: Path) -> None:
    """docxtpl alone, in this process, unbounded and unchecked."""
    from docxtpl import DocxTemplate

    from partywork.word import context_for
    from reports.making import builtin_template

    document = DocxTemplate(builtin_template())
    document.render(context_for(context), autoescape=True)
    document.save(folder / "f.docx")


def worker_memory(root, period) -> dict[str, float]:
    """Megabytes after a job has stored a version, as a worker runs it; `child` is the largest child, which fills the Word file."""
    from branches.accounts.models import Account
    from partywork.jobs.running import run_now
    from reports.making import Options
    from reports.models import Report
    from tests.bench.server import status_mb

    staff = Account.objects.get(username="dangban")
    report, _ = Report.objects.get_or_create(branch=root, period_code=period.code, created_by=staff)
    begun = time.perf_counter()
    run_now(actor=staff, kind="report", args={"report": report.pk, "options": Options(draft=True, appendix=True).stored()})
    return {"seconds": round(time.perf_counter() - begun, 2), "resident": status_mb(str(os.getpid()), "VmRSS"),
            "peak": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            "child": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1)}


if __name__ == "__main__":
    django.setup()
    with tempfile.TemporaryDirectory() as scratch:
        sys.stdout.write(json.dumps(measure(Path(scratch))))
