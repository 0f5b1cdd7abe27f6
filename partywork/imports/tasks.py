"""The jobs of an import; each fetches it by id and calls one function."""

from __future__ import annotations

from partywork.imports import running
from partywork.imports.services import COMMIT, READ, UNDO
from partywork.jobs.registry import job_kind


@job_kind(READ, label="核对导入文件")
def read_batch(job, progress) -> None:
    running.read_batch(running.the_batch(job.args["batch"]), job.owner, progress)


@job_kind(COMMIT, label="导入")
def commit_batch(job, progress) -> None:
    running.commit_batch(running.the_batch(job.args["batch"]), job.owner, progress)


@job_kind(UNDO, label="撤回导入")
def undo_batch(job, progress) -> None:
    running.undo_batch(running.the_batch(job.args["batch"]), job.owner, progress)
