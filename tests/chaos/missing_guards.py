"""Guards of the job ledger that a worker may be made to do without, to see a proof fail: each is called once in that worker."""
from __future__ import annotations


def sweep() -> None:
    """Nobody looks for what was dropped; only the broker's own promises are left."""
    from partywork.jobs import keeper, running

    keeper.sweep_jobs = lambda **how: 0
    running.give_back_dropped = lambda jobs: 0


def one_act() -> None:
    """The version is committed, and the job's end after it: a kill between the two leaves a job that knows of no version."""
    from partywork.failpoints import fail_here
    from reports import services
    from reports.models import ReportVersion

    store = services._store

    def store_first(job, report, made, options, template, as_of, path, finish) -> None:
        told = []
        store(job, report, made, options, template, as_of, path, told.append)
        ReportVersion.objects.filter(job_id=job.pk).update(job_id=None)
        fail_here("report.unfinished")
        finish(*told)

    services._store = store_first


def count_of_tries() -> None:
    """Every try is the first."""
    from partywork.jobs import services

    services.F = lambda name: 0
