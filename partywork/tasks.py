"""Background jobs of the ground floor."""

from __future__ import annotations

from partywork.jobs.registry import job_kind
from partywork.status import services


@job_kind(services.KIND, label="核对全部数据", limit=3600)
def verify(job, progress) -> dict:
    return services.do_verify(job, progress)
