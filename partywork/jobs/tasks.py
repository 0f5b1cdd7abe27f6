"""What Celery may be asked to do; both are safe to run twice and at the same time."""
from __future__ import annotations

from partywork.celery import app
from partywork.jobs import running, services


@app.task(name="jobs.run")
def run_job(job_id: str) -> None:
    running.run_job(job_id)


@app.task(name="jobs.sweep")
def sweep_jobs() -> None:
    services.sweep_jobs()
