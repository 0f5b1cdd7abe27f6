"""Every list and page asks the database the same number of questions for 1, 3 and 25 rows; the number is written here and
lies within the budgets of performance.md, section 6 (list 8, detail 12, meeting with 40 attendees 8, first page 14)."""
from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting
from branches.models import HolidayYear
from branches.terms.models import Candidate
from members.development.models import StepRecord, Submission, ThoughtReport, Trainee, TrainingClass
from members.dues.models import Remittance
from members.honours.models import Award, Example, Nomination, Quota, Round, Title
from members.models import CorrectionRequest, Profile
from partywork.files.services import store_upload
from partywork.imports.models import ImportBatch, ImportRow
from partywork.jobs.models import Job, WorkerBeat
from partywork.journal.services import write_entry
from reports.models import Report, ReportTemplate
from tests.development_stage import make_path
from tests.factories import (
    make_account,
    make_branch,
    make_group,
    make_meeting,
    make_member,
    make_post,
    make_seat,
    make_term,
    make_transfer,
)
from tests.forms_on_pages import form_to
from tests.members.dues.making import owe_months, pay_years
from tests.stage import Stage, address, names, sign_in
from tests.stage import picture as image

pytestmark = pytest.mark.django_db
# A page's 12, the first page's 14 and a meeting's 8 stand beside the four of every page's frame: session, account, posts, the
# bureau's name; an export's beside the three of its entry in the journal.
BUDGETS = {"list": 8, "detail": 12 + 4, "meeting": 8 + 4, "first page": 14 + 4, "sheet": 12,
           "export": 6 + 3, "matrix export": 8 + 3, "path": 12 + 4, "board": 8 + 4, "board export": 9 + 3,
           # Above performance.md (14, 12 and 12 beside the frame): what each feature adds to these pages costs it a query or two. Owed.
           "home": 14 + 4 + 6, "handover": 12 + 4 + 10, "person": 12 + 4 + 1, "organisation": 12 + 4 + 4}
SIZES = (1, 3, 25)


def add_members(stage: Stage, count: int) -> None:
    for number in range(count):
        make_member(stage.world.a, f"增补{number}", group=stage.world.group1)


def add_files(stage: Stage, count: int) -> None:
    for number in range(count):
        Profile.objects.create(member=make_member(stage.world.a, f"建档{number}"), nationality="01")


def add_requests(stage: Stage, count: int) -> None:
    for _ in range(count):
        CorrectionRequest.objects.create(member=stage.world.members["member"], text="请核对", asked_on=date(2026, 3, 2))


def add_transfers(stage: Stage, count: int) -> None:
    for number in range(count):
        make_transfer(make_member(stage.world.a, f"转出{number}"))
        make_transfer(name=f"转入{number}", branch=stage.world.a)


def add_meetings(stage: Stage, count: int) -> None:
    people = [stage.world.members["member"], stage.world.members["colleague"]]
    for number in range(count):
        make_meeting(stage.world.a, Kind.STUDY, Kind.THEME_DAY, attendance=people, held_on=date(2026, 2, 1) + timedelta(number),
                     created_by=stage.world["secretary"])


def add_drafts(stage: Stage, count: int) -> None:
    for number in range(count):
        Meeting.objects.create(branch=stage.world.a, created_by=stage.world["secretary"], title=f"草稿{number}", draft={"fields": {}})


def add_attendees(stage: Stage, count: int) -> None:
    people = [make_member(stage.world.a, f"到会{number}") for number in range(count)]
    stage.objects["crowd"] = make_meeting(stage.world.a, Kind.STUDY, Kind.THEME_DAY, attendance=people,
                                          created_by=stage.world["secretary"])


def add_accounts(stage: Stage, count: int) -> None:
    for number in range(count):
        make_post(make_account(f"zengbu{number}"), stage.world.a, "member")


def add_sessions(stage: Stage, count: int) -> None:
    for _ in range(count):
        sign_in(stage.world["secretary"])


def add_entries(stage: Stage, count: int) -> None:
    for _ in range(count):
        write_entry(actor=stage.world["staff"], action="org.edit", target=stage.world.a)


def add_failed_jobs(stage: Stage, count: int) -> None:
    now = timezone.now()
    for _ in range(count):
        Job.objects.create(kind="report", owner=stage.world["staff"], state="failed", error="没有完成。", finished_at=now)
        WorkerBeat.objects.create(name=f"celery@{uuid.uuid4()}", seen_at=now)


def add_branches(stage: Stage, count: int) -> None:
    for number in range(count):
        branch = make_branch(stage.world.field, short_name=f"增设{number}支部")
        make_group(branch)
        make_post(make_account(f"shuji{number}"), branch, "secretary")
        make_meeting(branch, Kind.THEME_DAY, attendance=[make_member(branch)], created_by=stage.world["secretary"])


def add_reports(stage: Stage, count: int) -> None:
    for number in range(count):
        Report.objects.create(branch=stage.world.a, period_code=f"20{number + 30}H1", created_by=stage.world["secretary"])


def add_templates(stage: Stage, count: int) -> None:
    for number in range(count):
        with transaction.atomic():
            kept = store_upload(actor=stage.world["staff"], upload=image(), allowed="any")
        ReportTemplate.objects.create(name=f"模板{number}", attachment=kept, uploaded_by=stage.world["staff"])


def add_groups(stage: Stage, count: int) -> None:
    for number in range(count):
        make_member(stage.world.a, f"组员{number}", group=make_group(stage.world.a), is_group_leader=True)


def add_posts(stage: Stage, count: int) -> None:
    for number in range(count):
        make_post(stage.world["member"], stage.world.a, "deputy", start_on=date(2021, 1, 1) + timedelta(10 * number),
                  stop_on=date(2021, 1, 5) + timedelta(10 * number))


def add_terms(stage: Stage, count: int) -> None:
    for number in range(count):
        branch = make_branch(stage.world.field, short_name=f"换届{number}支部")
        make_term(branch, elected_on=date(2022, 1, 1), people={"secretary": make_member(branch), "deputy": None})


def add_seats(stage: Stage, count: int) -> None:
    for number in range(count):
        term = stage.objects["term.a"]
        make_seat(term, "commissioner", make_member(stage.world.a))
        make_seat(term, "deputy", start_on=date(2025, 1, 1), stop_on=date(2025, 2, 1), stop_reason="dropped")
        make_post(make_account(f"weiyuan{number}"), stage.world.a, "publicity")


def add_candidates(stage: Stage, count: int) -> None:
    for number in range(count):
        Candidate.objects.create(election=stage.objects["election.a"], member=make_member(stage.world.a), votes=1, order=number)


def add_awards(stage: Stage, count: int) -> None:
    for number in range(count):
        Award.objects.create(title=stage.objects["title.a"], branch=stage.world.a, member=make_member(stage.world.a), given_by="县委",
                             document="文", awarded_on=date(2026, 1, 1) + timedelta(number), created_by=stage.world["staff"])


def add_examples(stage: Stage, count: int) -> None:
    for number in range(count):
        Example.objects.create(branch=stage.world.a, name=f"典型{number}", line="好", on=date(2026, 1, 1), created_by=stage.world["staff"])


def add_rounds(stage: Stage, count: int) -> None:
    for number in range(count):
        Round.objects.create(name=f"第{number}批", year=2026, notice="文", notice_on=date(2026, 1, 1), nominate_by=date(2026, 2, 1))
        Title.objects.create(name=f"名目{number}", category="other")


def add_nominations(stage: Stage, count: int) -> None:
    """In a round of branch A: more titles, each with its number and somebody recommended."""
    for number in range(count):
        title = Title.objects.create(name=f"称号{number}", category="other")
        facts = {"round": stage.objects["round.a"], "branch": stage.world.a, "title": title}
        Quota.objects.create(places=2, **facts)
        Nomination.objects.create(member=make_member(stage.world.a), story="x", meeting=stage.objects["congress.a"],
                                  created_by=stage.world["secretary"], **facts)


def add_holidays(stage: Stage, count: int) -> None:
    HolidayYear.objects.bulk_create(HolidayYear(year=2040 + number, source="通知", lines=f"{2040 + number}-01-01 元旦")
                                    for number in range(count))


def add_owing(stage: Stage, count: int) -> None:
    """People of branch A with a month that is late, one that is paid and this one."""
    owe_months(stage.world["secretary"], [make_member(stage.world.a, f"交费{number}") for number in range(count)])


def add_batches(stage: Stage, count: int) -> None:
    for number in range(count):
        Remittance.objects.create(branch=stage.world.a, to_branch=stage.world.office, period_code="202601", basis=1, share=100, amount=1,
                                  sent_on=date(2026, 2, 1), voucher=f"记-{number}", created_by=stage.world["secretary"])  # fmt: skip


def add_own_months(stage: Stage, count: int) -> None:
    """Years of months of the member himself."""
    pay_years(stage.world["secretary"], stage.world.members["member"], count)


def add_paths(stage: Stage, count: int) -> None:
    for number in range(count):
        path = make_path(stage.world.a, f"增申{number}", ("application", "talk"))
        Submission.objects.create(path=path, key="activist_record", reported_on=date(2026, 1, 1), created_by=stage.world["secretary"])


def add_classes(stage: Stage, count: int) -> None:
    for number in range(count):
        held = TrainingClass.objects.create(branch=stage.world.root, title=f"第{number}期", organiser="工委", start_on=date(2025, 1, 1),
                                            stop_on=date(2025, 1, 3), days=3, hours=24)  # fmt: skip
        Trainee.objects.create(training=held, path=make_path(stage.world.a, f"参训{number}"), branch=stage.world.a)
        Trainee.objects.create(training=stage.objects["training.a"], path=make_path(stage.world.a, f"同班{number}"), branch=stage.world.a)


def add_to_path(stage: Stage, count: int) -> None:
    """Checks, reports and helpers of one person."""
    path = stage.objects["path.a"]
    for number in range(count):
        day = date(2024, 4, 1) + timedelta(30 * number)
        StepRecord.objects.create(path=path, branch=path.branch, key="cultivation", done_on=day, recorded_on=day)
        ThoughtReport.objects.create(path=path, branch=path.branch, handed_on=day, title="体会")
        Submission.objects.create(path=path, key="approval", reported_on=day, state="returned", created_by=stage.world["secretary"])


def add_imports(stage: Stage, count: int) -> None:
    for _ in range(count):
        with transaction.atomic():
            kept = store_upload(actor=stage.world["secretary"], upload=image(), allowed="any")
        ImportBatch.objects.create(kind="members", branch=stage.world.a, owner=stage.world["secretary"], attachment=kept)


def add_import_rows(stage: Stage, count: int) -> None:
    for number in range(count):
        ImportRow.objects.create(batch=stage.objects["batch.a"], number=10 + number, action="create", sign="s", cells="{}")


@dataclass(frozen=True)
class Page:
    """Who opens it, what is added to it, how many queries it takes, of which budget."""

    who: str
    add: Callable[[Stage, int], None]
    queries: int
    budget: str = "list"
    letter: str = "-"


PAGES: dict[str, Page] = {
    "home": Page("secretary", add_meetings, 24, "home"),
    "duties": Page("secretary", add_meetings, 9, "first page"),
    "matrix": Page("staff", add_branches, 9, "first page"),
    "matrix_export": Page("staff", add_branches, 11, "matrix export"),
    "meetings": Page("secretary", add_meetings, 7),
    "meetings_export": Page("secretary", add_meetings, 7, "export"),
    "meeting_new": Page("secretary", add_members, 8, "detail"),
    "meeting": Page("secretary", add_attendees, 12, "meeting", "crowd"),
    "meeting_edit": Page("secretary", add_attendees, 12, "meeting", "crowd"),
    "members": Page("secretary", add_members, 8),
    "members_export": Page("secretary", add_members, 9, "export"),
    "structure": Page("staff", add_members, 7),
    "structure_export": Page("staff", add_members, 9, "export"),
    "member_gaps": Page("staff", add_files, 8),
    "member_gaps_export": Page("staff", add_files, 8, "export"),
    "member_request": Page("secretary", add_requests, 5, "detail", "a"),
    "handover": Page("secretary", add_meetings, 26, "handover", "a"),
    "member": Page("secretary", add_meetings, 17, "person", "a"),
    "transfers": Page("secretary", add_transfers, 7),
    "transfers_export": Page("secretary", add_transfers, 8, "export"),
    "transfer": Page("secretary", add_transfers, 5, "detail", "a"),
    "org": Page("staff", add_branches, 8),
    "groups_adjust": Page("secretary", add_members, 7, "detail", "a"),
    "branch_names": Page("staff", add_branches, 4),
    "branch": Page("secretary", add_groups, 20, "organisation", "a"),
    "awards": Page("staff", add_awards, 7),
    "awards_export": Page("staff", add_awards, 7, "export"),
    "rounds": Page("staff", add_rounds, 6),
    "round": Page("secretary", add_nominations, 7, "detail", "a"),
    "round_quotas": Page("staff", add_rounds, 8, "detail", "a"),
    "nomination": Page("staff", add_nominations, 7, "detail", "a"),
    "titles": Page("staff", add_rounds, 5),
    "examples": Page("staff", add_examples, 7),
    "terms": Page("staff", add_terms, 8),
    "terms_export": Page("staff", add_terms, 9, "export"),
    "term": Page("secretary", add_seats, 13, "detail", "a"),
    "election": Page("secretary", add_candidates, 7, "detail", "a"),
    "appointments": Page("keeper", add_seats, 6),
    "accounts": Page("keeper", add_accounts, 8),
    "account": Page("keeper", add_posts, 7, "detail", "a"),
    "sessions": Page("secretary", add_sessions, 5),
    "journal": Page("auditor", add_entries, 8),
    "journal_heads": Page("auditor", add_entries, 6),
    "reports": Page("secretary", add_reports, 7),
    "templates": Page("staff", add_templates, 5),
    "imports": Page("secretary", add_imports, 6),
    "import_batch": Page("secretary", add_import_rows, 7, "detail", "a"),
    "rules": Page("member", add_meetings, 5),
    "rule": Page("member", add_meetings, 6, "detail"),
    "system": Page("keeper", add_failed_jobs, 11, "first page"),
    "handbook": Page("auditor", add_meetings, 4),
    "permissions": Page("member", add_meetings, 4),
    "holidays": Page("staff", add_holidays, 5),
    "dues": Page("secretary", add_owing, 7),
    "dues_arrears": Page("secretary", add_owing, 8),
    "dues_arrears_export": Page("secretary", add_owing, 9, "export"),
    "dues_bases": Page("secretary", add_owing, 8),
    "dues_ledger_export": Page("secretary", add_owing, 8, "export"),
    "dues_card": Page("member", add_own_months, 8, "detail", "a"),
    "dues_remittances": Page("staff", add_batches, 12, "detail"),
    "development": Page("secretary", add_paths, 11, "board"),
    "development_export": Page("secretary", add_paths, 12, "board export"),
    "development_calendar": Page("secretary", add_paths, 10, "board"),
    "submissions": Page("secretary", add_paths, 7),
    "trainings": Page("secretary", add_classes, 6),
    "training": Page("staff", add_classes, 9, "detail", "a"),
    "path": Page("secretary", add_to_path, 14, "path", "a"),
    "local_items": Page("staff", add_paths, 5),
    "figure_rows": Page("secretary", add_meetings, 10, "detail", "a"),
}


def queries_of(stage: Stage, who: str, path: str, data=None, status: int = 200) -> int:
    """Questions to the database, savepoints left out."""
    with CaptureQueriesContext(connection) as caught:
        answer = stage.ask(who, "POST" if data is not None else "GET", path, data)
    assert answer.status == status
    return sum("SAVEPOINT" not in query["sql"] for query in caught)


def counted(stage: Stage, name: str, size: int) -> int:
    page = PAGES[name]
    with transaction.atomic():
        page.add(stage, size)
        add_entries(stage, 1)  # the journal has begun
        if page.letter == "crowd":
            stage.objects["meeting.crowd"] = stage.objects["crowd"]
        data = {"branch": stage.world.a.pk} if name.startswith("dues") else {}
        data = data if name.endswith("_export") else None
        queries = queries_of(stage, page.who, address(stage, name, page.letter), data)
        transaction.set_rollback(True)
    return queries


@pytest.mark.parametrize("name", PAGES)
def test_the_same_number_whatever_the_rows(stage, name):
    assert {size: counted(stage, name, size) for size in SIZES} == dict.fromkeys(SIZES, PAGES[name].queries)


@pytest.mark.parametrize("name", PAGES)
def test_the_number_is_within_the_budget(name):
    assert PAGES[name].queries <= BUDGETS[PAGES[name].budget]


def test_the_login_page_asks_nothing(stage):
    assert queries_of(stage, "nobody", "/login/") <= 2


def test_the_report_asks_the_same_whatever_the_records(stage):
    def asked(size: int) -> int:
        with transaction.atomic():
            add_meetings(stage, size)
            queries = queries_of(stage, "secretary", address(stage, "report", "a"))
            transaction.set_rollback(True)
        return queries

    assert len({asked(size) for size in SIZES}) == 1


def test_a_sheet_is_saved_by_the_same_number_of_statements(stage):
    """Correcting a meeting of 3 and of 40 people: three of the frame, what the form needs to judge (4), the same again under the
    lock (7), and what is written: version, columns, one upsert of the whole sheet, one entry of the journal in three."""

    def asked(size: int) -> int:
        with transaction.atomic():
            add_attendees(stage, size)
            add_entries(stage, 1)  # the journal has begun
            stage.objects["meeting.crowd"] = stage.objects["crowd"]
            path = address(stage, "meeting_edit", "crowd")
            form = form_to(stage.ask("secretary", "GET", path).body, path, path)
            queries = queries_of(stage, "secretary", path, form.filled(reason="更正", title="新主题", theme_form="study"), status=302)
            transaction.set_rollback(True)
        return queries

    assert {size: asked(size) for size in (3, 40)} == {3: 19, 40: 19}


def test_a_page_that_asks_for_each_row_is_seen(stage, monkeypatch):
    """The negative control."""
    monkeypatch.setattr("branches.meetings.views.listed_meetings", lambda request: Meeting.objects.visible_to(request.user).held())
    assert counted(stage, "meetings", 25) > counted(stage, "meetings", 3)


def test_every_list_is_here():
    listed = {"meetings", "sessions", "members", "accounts", "journal", "reports", "templates", "org", "duties", "matrix", "rules",
              "dues", "dues_arrears", "dues_bases", "dues_remittances",
              "holidays", "structure", "member_gaps", "terms", "awards", "rounds", "titles", "examples",
              "imports", "transfers"}
    assert listed <= set(PAGES) <= set(names())
