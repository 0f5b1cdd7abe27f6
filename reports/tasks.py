"""The job that makes a report."""
from __future__ import annotations

from partywork.jobs.registry import job_kind
from reports import services


@job_kind("report", label="生成报告")
def make_report(job, progress) -> dict | None:
    return services.make_report(job, progress)
