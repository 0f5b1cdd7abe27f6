"""A worker killed with -9 while a report renders: the job ends done, once, after the restart."""
from __future__ import annotations

import pytest

from tests.partywork.jobs.conftest import migrated, migrated_services, place  # noqa: F401  (fixtures)
from tests.partywork.jobs.place import wait_for

# The tables are made for tests that say they use a database.
pytestmark = pytest.mark.django_db
ASK_FOR_A_REPORT = """
from datetime import date
from branches.accounts.models import Account
from branches.models import Branch
from partywork.periods import Period
from reports.making import Options
from reports.sample.loader import load_sample
from reports.services import open_report, request_report
load_sample(size="small", until=date(2025, 3, 31))
staff = Account.objects.get(username="dangban")
report = open_report(actor=staff, branch=Branch.objects.get(depth=1), period=Period.parse("2025H1"))
job = request_report(actor=staff, report=report, options=Options())
print(json.dumps(str(job.pk)))
"""


def test_a_report_killed_while_it_renders_is_made_once(place):  # noqa: F811
    place.python(ASK_FOR_A_REPORT)
    killed = place.worker("report.rendered", pool="solo")
    wait_for(lambda: killed.poll() is not None)
    assert place.rows("SELECT count(*) FROM reports_reportversion") == [(0,)]

    place.worker()
    wait_for(lambda: [state for state, _ in place.jobs()] == ["done"])
    assert place.jobs() == [("done", 2)]
    assert place.rows("SELECT number FROM reports_reportversion") == [(1,)]
    assert place.rows("SELECT count(*) FROM journal_entry WHERE action = 'reports.make'") == [(1,)]
    assert place.rows("SELECT count(*) FROM files_attachment") == [(1,)]
    assert len([path for path in (place.folder / "files").rglob("*") if path.is_file()]) == 1


def test_a_job_that_is_told_twice_makes_one_version(place):  # noqa: F811
    """The control: the same job run to its end and woken up again finds its version and makes no second."""
    job = place.python(ASK_FOR_A_REPORT)
    twice = f"""
from partywork.jobs.running import run_job
run_job({job!r}); run_job({job!r})
print("1")
"""
    place.python(twice)
    assert place.rows("SELECT number FROM reports_reportversion") == [(1,)]


