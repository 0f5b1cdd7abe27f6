"""A person's real path for tests: meetings with votes on record, steps entered by the services as late entries."""

from __future__ import annotations

from datetime import date

from branches.accounts.models import Account
from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting, Resolution
from branches.models import Branch
from members.development.approvals import approve_submission, submit_step
from members.development.extra import REPORTED
from members.development.helpers import Chosen
from members.development.models import Path, StepRecord
from members.development.papers import wanted_documents
from members.development.recording import Facts, Recorded, record_step
from members.development.services import open_path
from members.development.steps import SET_2026
from members.development.training import open_class, record_hours, take_trainees
from members.models import Member
from tests.factories import make_meeting, make_member

TODAY = date(2027, 12, 1)
# The whole path of paths.py by step, with the mark days where they belong.
DAYS = {
    "application": "2024-03-01", "talk": "2024-03-20", "activist": "2024-06-15", "activist_record": "2024-06-25",
    "contacts": "2024-06-25", "cultivation": "2024-12-10", "candidate": "2026-05-20", "candidate_consent": "2026-06-01",
    "introducers": "2026-06-02", "political_review": "2026-06-10", "training": "2026-06-12", "branch_review": "2026-06-15",
    "pre_review": "2026-06-25", "pledge_form": "2026-07-01", "admission": "2026-07-10", "committee_talk": "2026-07-20",
    "approval": "2026-08-05", "report_up": "2026-08-06", "placement": "2026-08-10", "oath": "2026-09-01",
    "probation": "2027-01-10", "full_application": "2027-07-01", "full_meeting": "2027-07-12", "full_approval": "2027-08-20",
    "archive": "2027-09-01",
}  # fmt: skip
REPORTS = {"approval": "2026-07-12", "full_approval": "2027-07-15"}
KEYS = list(DAYS)


def day(text: str) -> date:
    return date.fromisoformat(text)


def voters(branch: Branch) -> list[Member]:
    """Ten full members of a branch; made once."""
    found = list(Member.objects.filter(latest__branch=branch, name__startswith="表决").order_by("pk"))
    return found or [make_member(branch, f"表决{number}") for number in range(10)]


def make_congress(branch: Branch, on: date, text: str, matter: str = "admit", yes: int = 10, here: int = 10, **facts) -> Resolution:
    """A held congress with one resolution; `here` of ten are there."""
    people = [(member, "present" if number < here else "leave") for number, member in enumerate(voters(branch))]
    meeting = make_meeting(branch, Kind.CONGRESS, attendance=people, held_on=on, title="支部党员大会", **facts)
    return Resolution.objects.create(meeting=meeting, order=1, matter=matter, text=text, yes=yes, no=10 - yes, abstain=0)


def make_committee(branch: Branch, on: date, here: int = 3, **facts) -> Meeting:
    people = [(member, "present" if number < here else "leave") for number, member in enumerate(voters(branch)[:3])]
    return make_meeting(branch, Kind.COMMITTEE, attendance=people, held_on=on, body="committee", title="支委会", **facts)


class Walk:
    """Takes one person along the chain; `secretary` reports, `staff` decides."""

    def __init__(self, branch: Branch, secretary: Account | None, staff: Account | None, days: dict[str, str] | None = None) -> None:
        self.branch, self.secretary, self.staff = branch, secretary, staff
        self.days = {key: day(text) for key, text in (DAYS | (days or {})).items()}
        make_committee(branch, date(2024, 1, 5))  # from here on the branch's meetings are on record
        self.path = self.open("林向前")

    def open(self, name: str, **facts) -> Path:
        given = {"sex": "f", "born_on": date(1995, 6, 1), "branch": self.branch, "group": None, "today": TODAY,
                 "applied_on": self.days["application"]} | facts  # fmt: skip
        return open_path(actor=self.secretary, name=name, **given)

    def facts(self, key: str, **more) -> Facts:
        """What a careful secretary would enter."""
        on, branch = self.days.get(key), self.branch
        given: dict = {"day": on, "documents": wanted_documents(key, on) if on else []}
        step = SET_2026.step(key) if key in DAYS else None
        if step and step.meeting == "committee":
            given["meeting"] = more.get("meeting") or make_committee(branch, on)
        if key in ("admission", "full_meeting", "extension", "cancellation") and "resolution" not in more:
            given["resolution"] = make_congress(branch, on, f"讨论{self.path.name}", "admit" if key == "admission" else "full")
        if step and {"contacts", "introducers"} & set(step.needs):
            given["people"] = [Chosen(member) for member in voters(branch)[:2]]
        if key == "candidate_consent":
            given |= {"publicity_from": day("2026-05-25"), "publicity_to": day("2026-05-29")}
        return Facts(**(given | more))

    def take(self, key: str, **more) -> Recorded:
        """One step, by way of the queue where the upper committee decides."""
        if key == "training" and not more.get("exceptional"):
            return self.train()
        if key in REPORTED:
            return self.decide(key, **more)
        actor = self.staff if key in ("committee_talk", "report_up") else self.secretary
        return record_step(actor=actor, path=self.path, key=key, facts=self.facts(key, **more), today=TODAY)

    def submit(self, key: str, **more):
        reported = day(REPORTS[key]) if key in REPORTS else self.days.get(key)
        return submit_step(actor=self.secretary, path=self.path, key=key, today=TODAY, **{"reported_on": reported} | more)

    def decide(self, key: str, **more) -> Recorded:
        given = {"reported_on": more.pop("reported_on")} if "reported_on" in more else {}
        sent = self.submit(key, **given)
        done = approve_submission(actor=self.staff, submission=sent, facts=self.facts(key, **more), version=sent.version, today=TODAY)
        self.path.refresh_from_db()
        return done

    def train(self) -> Recorded:
        last = self.days["training"]
        facts = {"title": "发展对象培训班", "organiser": "县直机关工委", "start_on": last, "stop_on": last, "days": 1, "hours": 24}
        root = Branch.objects.get(kind="committee")
        training = open_class(actor=self.staff, branch=root, **facts)
        row = take_trainees(actor=self.staff, training=training, paths=[self.path])[0]
        told = record_hours(actor=self.staff, training=training, sheet={row.pk: (1, 24, True)}, version=training.version, today=TODAY)
        assert told == []
        return Recorded(StepRecord.objects.standing().get(path=self.path, key="training"))

    def until(self, key: str) -> Walk:
        """Every step before this one."""
        for each in KEYS[1:KEYS.index(key)]:
            self.take(each)
        self.path.refresh_from_db()
        return self
