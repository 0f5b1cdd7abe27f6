"""What a proof of background work does inside the installation: people, requests, and what is there afterwards.

Each function runs in a fork of `tests.chaos.nursery` and gives plain values.
"""
from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from branches.accounts.models import Account, Post
from branches.models import Branch
from partywork.files.models import Attachment
from partywork.jobs.models import Job, State
from partywork.jobs.services import MAX_OPEN, queue_job
from partywork.journal.models import Entry
from partywork.keeping.checks import Asked, run_checks
from partywork.periods import Period
from reports.making import Options
from reports.models import Report, ReportVersion
from reports.sample.loader import load_sample
from reports.services import open_report, request_report
from tests.factories import PASSWORD, make_account, make_post
from tests.stage import names, sign_in


@transaction.atomic
def settle(people: int) -> int:
    """The small sample bureau, one report to be made, and `people` who may have it made; the report's id."""
    load_sample(size="small", until=date(2025, 3, 31))
    root = Branch.objects.get(depth=1)
    staff = [Account(username=f"staff{number}", display_name=f"干部{number}", must_change_password=False, password="!")
             for number in range(people)]
    for account in Account.objects.bulk_create(staff):
        Post.objects.create(account=account, branch=root, role="staff", start_on=root.founded_on)
    return open_report(actor=staff[0], branch=root, period=Period.parse("2025H1")).pk


def crowd(report: int, people: int) -> dict[str, Any]:
    """Sessions of so many people, and every page without an object that one of them may look at, with the report's own."""
    sessions = [sign_in(Account.objects.get(username=f"staff{number}")) for number in range(people)]
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = sessions[0]
    pages = [reverse("report", args=[report]), reverse("report_make", args=[report])]
    for name in names():
        with suppress(NoReverseMatch):
            answer = browser.get(reverse(name))
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                pages.append(reverse(name))
    return {"sessions": sessions, "pages": pages}


def person(username: str) -> str:
    """An account that can be signed in to; the password."""
    make_post(make_account(username), Branch.objects.get(depth=1), "staff")
    return PASSWORD


def request(report: int, tokens: list[str], first: int = 0, twice: bool = True) -> list[str]:
    """One job for each token, each asked for twice as by a double click; three jobs a person, from the `first` on."""
    jobs = []
    for number, token in enumerate(tokens):
        actor = Account.objects.get(username=f"staff{first + number // MAX_OPEN}")
        about = {"actor": actor, "report": Report.objects.get(pk=report), "options": Options()}
        jobs += [str(request_report(**about, token=UUID(token)).pk)]
        if twice:
            jobs += [str(request_report(**about, token=UUID(token)).pk)]
    return list(dict.fromkeys(jobs))


def queue(kind: str, count: int) -> list[str]:
    """Jobs of one kind, three a person."""
    people = [get_user_model().objects.create(username=f"{kind}{number}") for number in range(0, count, MAX_OPEN)]
    return [str(queue_job(actor=people[number // MAX_OPEN], kind=kind, args={}).pk) for number in range(count)]


def outcome(jobs: list[str]) -> dict[str, list[str]]:
    """Which jobs were lost and which were doubled: a request has one version, one file and one line of the journal."""
    versions = Counter(map(str, ReportVersion.objects.filter(job_id__in=jobs).values_list("job_id", flat=True)))
    told = Counter(Entry.objects.filter(action="reports.make").values_list("target_id", flat=True))
    doubled = [str(row.pk) for row in ReportVersion.objects.all() if told[str(row.pk)] != 1]
    done = set(map(str, Job.objects.filter(pk__in=jobs, state=State.DONE).values_list("pk", flat=True)))
    return {"lost": [job for job in jobs if job not in done or not versions[job]],
            "doubled": doubled + [job for job, number in versions.items() if number > 1]}


def counts() -> dict[str, int]:
    """How many there are of all that a request makes one of."""
    stored = list(Path(settings.MEDIA_ROOT).glob("[0-9a-f][0-9a-f]/*"))
    return {"versions": ReportVersion.objects.count(), "attachments": Attachment.objects.count(), "files": len(stored),
            "entries": Entry.objects.filter(action="reports.make").count()}


def verify() -> list[str]:
    """What `manage.py verify` would tell, with no grace for young files."""
    return [problem for each in run_checks(Asked(grace=0)) for problem in each.problems]


def failures() -> list[str]:
    """What the people are told whose jobs failed."""
    return [job.text for job in Job.objects.filter(state=State.FAILED)]
