"""A worker killed with -9 in the middle of an import leaves all or nothing: after the restart the job ends once, whole."""
from __future__ import annotations

import os
import signal

import pytest

from tests.partywork.jobs.conftest import migrated, migrated_services, place  # noqa: F401  (fixtures)
from tests.partywork.jobs.place import wait_for

pytestmark = pytest.mark.django_db  # the tables are made for tests that say they use a database
ASK = """
from datetime import date
from branches.accounts.models import Account
from branches.models import Branch
from partywork.imports import services
from partywork.imports.registry import importer_of
from partywork.jobs.running import run_job
from reports.sample.loader import load_sample
from tests.partywork.imports.sheets import person, upload, workbook
load_sample(size="small", until=date(2025, 3, 31))
staff = Account.objects.get(username="dangban")
branch = Branch.objects.get(code="ZB01")
rows = [person(number, 所在党支部="ZB01") for number in range(1, 31)]
batch = services.upload_sheet(actor=staff, importer=importer_of("members"), upload=upload(workbook(rows)), branch=branch,
                              options={"start_on": "2025-01-01"})
run_job(batch.job_id)
batch.refresh_from_db()
batch = services.confirm(actor=staff, batch=batch, digest=batch.digest)
print(json.dumps(batch.pk))
"""
MEMBERS = "SELECT count(*) FROM members_member"


@pytest.mark.parametrize("where", ["import.half", "import.written"])
def test_an_import_killed_while_it_writes_is_there_once_and_whole(place, where):  # noqa: F811
    batch = place.python(ASK)
    before = place.rows(MEMBERS)[0][0]
    killed = place.worker(where, pool="solo")
    wait_for(lambda: killed.poll() is not None)
    assert place.rows(MEMBERS) == [(before,)]
    assert place.rows("SELECT state FROM imports_importbatch") == [("ready",)]
    worker = place.worker()
    wait_for(lambda: place.rows("SELECT state FROM imports_importbatch") == [("done",)])
    wait_for(lambda: {state for state, _ in place.jobs()} == {"done"})
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    assert place.rows(MEMBERS) == [(before + 30,)]
    assert place.rows("SELECT count(*) FROM journal_entry WHERE action = 'imports.commit'") == [(1,)]
    assert place.rows("SELECT count(*) FROM members_membership WHERE start_on = '2025-01-01' AND start_reason = 'first'")[0][0] >= 30
    undo(place, batch)
    killed = place.worker("import.undone", pool="solo")
    wait_for(lambda: killed.poll() is not None)
    assert place.rows(MEMBERS) == [(before + 30,)]
    place.worker()
    wait_for(lambda: place.rows("SELECT state FROM imports_importbatch") == [("undone",)])
    assert place.rows(MEMBERS) == [(before,)]


def undo(place, batch) -> None:  # noqa: F811
    place.python(f"""
from branches.accounts.models import Account
from partywork.imports import services
from partywork.imports.models import ImportBatch
services.ask_undo(actor=Account.objects.get(username="dangban"), batch=ImportBatch.objects.get(pk={batch}))
print("1")
""")
