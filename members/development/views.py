"""Pages of one path: the person, the steps, what is entered about them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.accounts.models import Account
from branches.accounts.permissions import Reach, reach_of
from members.development import approvals, papers, recording, services
from members.development.course import Course, Measure
from members.development.extra import EXITS, LABELS, OF_COMMITTEE, REPORTED, title_of
from members.development.forms import (
    AdoptForm,
    CorrectStepForm,
    EditPathForm,
    NewPathForm,
    ReasonForm,
    StepForm,
    SubmitForm,
    publicity_days,
)
from members.development.models import Helper, HelperRole, Path, StepFile, StepRecord, Submission
from members.development.reading import checks_missed, exits_of, lines_of, next_of, stages_of, whole_path
from members.development.rules import thought_report_due
from members.development.steps import SET_2026
from members.rules import cn
from partywork.answers import answer_form, made_before, posted
from partywork.errors import RuleViolation
from partywork.exports import hand_out
from partywork.fields import mask_id_number
from partywork.files.services import respond
from partywork.files.types import accept
from partywork.journal.services import change_lines, describe, entries_for
from partywork.periods import today
from partywork.tokens import make_once

JOURNAL_LINES = 20


def path_of(request: HttpRequest, pk: int, whole: bool = False) -> Path:
    rows = Path.objects.visible_to(request.user)
    return get_object_or_404(whole_path(rows) if whole else rows.with_course(), pk=pk)


def uploads(request: HttpRequest):
    return request.FILES if request.method == "POST" else None


def may_open(account: Account) -> bool:
    """Whether there is a branch in which the account may open a path; officers of a general branch have none."""
    reaches = [(reach_of("development.edit", post.role), post.branch.is_leaf_kind) for post in account.current_posts]
    return any(reach >= Reach.BELOW or (reach == Reach.BRANCH and leaf) for reach, leaf in reaches)


# --- one person ---------------------------------------------------------------------------------------------------------


@require_safe
def path(request: HttpRequest, pk: int) -> HttpResponse:
    found, measure = path_of(request, pk, whole=True), Measure.of(today())
    course = Course.of(found)
    lines, user = lines_of(course, request.user, measure), request.user
    reports = list(found.reports.filter(voided_at=None).select_related("attachment"))
    people = list(found.helpers.filter(voided_at=None).select_related("member"))
    due = thought_report_due(course.dates, reports[0].handed_on if reports else None, measure.settings, measure.today)
    return render(request, "development/path.html", {
        "path": found, "lines": lines, "stages": stages_of(lines), "coming": next_of(lines), "today": measure.today,
        "standing": STANDING.get(course.standing, ""), "facts": facts_of(found, course), "exits": exits_of(course, user),
        "undecided": course.undecided and title_of(course.undecided), "submissions": sent_of(course, user),
        "helpers": people, "replaceable": replaceable(people), "reports": reports,
        "report_due": due if found.state == "open" else None, "missed": checks_missed(course, measure),
        "unknown_years": unknown_years(measure), "history": history_of(found), "tied": tied_exits(found, course, user),
        "accept": accept("any"), "can_edit": user.can("development.edit", found), "can_approve": user.can("development.approve", found),
        "can_see_branch": user.can("org.view", found.place), "can_see_member": found.member and user.can("members.view", found.member),
    })  # fmt: skip


def replaceable(people: list[Helper]) -> list[tuple[str, str]]:
    """The roles that somebody holds now."""
    held = {each.role for each in people if each.stop_on is None}
    return [(role.value, role.label) for role in HelperRole if role in held]


STANDING = {"applicant": "入党申请人", "activist": "入党积极分子", "candidate": "发展对象", "probationary": "预备党员", "full": "正式党员",
            "ended": "已终止"}  # fmt: skip


def facts_of(found: Path, course: Course) -> list[tuple[str, str]]:
    facts = [("性别", found.get_sex_display()), ("出生日期", cn(found.born_on)),
             ("公民身份号码", mask_id_number(found.id_number) if found.id_number else "未登记")]  # fmt: skip
    if found.came_from:
        facts.append(("转来", f"{found.came_from}，{cn(found.moved_in_on)}转入"))
    if found.leaving_on:
        facts.append(("预计离开", cn(found.leaving_on)))
    return facts + ([("说明", found.note)] if found.note else [])


def unknown_years(measure: Measure) -> list[int]:
    """This year and, from November on, the next, when their holidays were not entered."""
    wanted = [measure.today.year, *([measure.today.year + 1] if measure.today.month > 10 else [])]
    return [year for year in wanted if year not in measure.calendar.years]


def sent_of(course: Course, reader: Account) -> list[Submission]:
    for each in course.submissions:
        each.title = LABELS[each.key]
        each.decidable = each.state == "waiting" and reader.can("development.approve", course.path) and not approvals.is_own(reader, each)
        each.mine = each.state == "waiting" and reader.can("development.edit", course.path)
    return list(reversed(course.submissions))


def tied_exits(found: Path, course: Course, reader: Account) -> list[tuple[str, str]]:
    """(key, label) of the exits that can be entered now."""
    if found.state != "open" or not reader.can("development.edit", found):
        return []
    if course.undecided:
        return [] if course.waiting(course.undecided) else [(course.undecided, f"报送{EXITS[course.undecided][4:]}")]
    if "approval" not in course.dates or "full_meeting" in course.dates:
        return []
    keys = ["extension"] * (course.record("extension") is None) + ["cancellation"]
    return [(key, EXITS[key].removeprefix("支部大会讨论")) for key in keys]


def history_of(found: Path) -> list[dict]:
    rows = entries_for(found)[:JOURNAL_LINES]
    return [{"entry": entry, "what": describe(entry), "lines": change_lines(entry)} for entry in rows]


@require_http_methods(["GET", "HEAD", "POST"])
def path_new(request: HttpRequest) -> HttpResponse:
    request.user.require("development.edit")
    if not may_open(request.user):
        return render(request, "development/nowhere.html")
    first = {"branch": request.GET["branch"]} if "branch" in request.GET else {}
    form = NewPathForm(posted(request), account=request.user, today=today(), initial=first)

    def act(values: dict) -> HttpResponse:
        facts = form.facts() | {"branch": values["branch"], "applied_on": values["applied_on"], "form_token": values["form_token"]}
        made, fresh = make_once(Path, values["form_token"], request.user,
                                lambda: services.open_path(actor=request.user, today=today(), **facts))  # fmt: skip
        if fresh:
            messages.success(request, f"已登记{made.name}的入党申请。下一步：党组织在1个月内派人谈话。")
        return redirect("path", made.pk)

    return answer_form(request, form, "development/new.html", act)


@require_http_methods(["GET", "HEAD", "POST"])
def path_adopt(request: HttpRequest) -> HttpResponse:
    """A probationary member who is on the roster already."""
    request.user.require("development.edit")
    form = AdoptForm(posted(request), account=request.user)

    def act(values: dict) -> HttpResponse:
        made, _ = make_once(Path, values["form_token"], request.user,
                            lambda: services.adopt_member(actor=request.user, today=today(), **values))  # fmt: skip
        return redirect("path", made.pk)

    def again() -> HttpResponse | None:
        return made_before(request, Path, lambda made: redirect("path", made.pk))

    return answer_form(request, form, "development/adopt.html", act, again=again)


@require_http_methods(["GET", "HEAD", "POST"])
def path_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = path_of(request, pk)
    request.user.require("development.edit", found)
    if found.member_id:
        messages.warning(request, "已列入党员名册，本人信息请在党员档案中修改。")
        return redirect("path", pk)
    form = EditPathForm(posted(request), instance=path_of(request, pk), today=today())

    def act(values: dict) -> HttpResponse:
        services.edit_path(actor=request.user, path=found, version=values["version"], today=today(), **form.facts())
        messages.success(request, "申请人信息已保存。")
        return redirect("path", pk)

    return answer_form(request, form, "development/edit.html", act, path=found)


# --- the steps ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def path_step(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One step entered, or reported to the committee that decides it; ?carried=1 from an earlier file."""
    found, carried = path_of(request, pk), request.GET.get("carried") == "1"
    if key not in LABELS or key in ("stopped", "moved"):
        raise Http404
    request.user.require("development.approve" if key in OF_COMMITTEE else "development.edit", found)
    if key in REPORTED and not carried:
        return answer_submit(request, found, key)
    return answer_record(request, found, key, carried)


def answer_record(request: HttpRequest, found: Path, key: str, carried: bool) -> HttpResponse:
    measure, course = Measure.of(today()), Course.of(found)
    form = StepForm(posted(request), uploads(request), course=course, key=key, today=measure.today, carried=carried,
                    publicity=publicity_days(key, measure.settings))  # fmt: skip

    def act(values: dict) -> HttpResponse:
        def make() -> StepRecord:
            done = recording.record_step(actor=request.user, path=found, key=key, facts=form.facts(), today=today(),
                                         form_token=values["form_token"])  # fmt: skip
            tell(request, title_of(key), done.warnings)
            return done.record

        make_once(StepRecord, values["form_token"], request.user, make)
        return redirect("path", found.pk)

    return answer_form(request, form, "development/step.html", act, **step_context(found, course, key, measure, carried))


def answer_submit(request: HttpRequest, found: Path, key: str) -> HttpResponse:
    measure, course = Measure.of(today()), Course.of(found)
    form = SubmitForm(posted(request), key=key, today=measure.today)

    def act(values: dict) -> HttpResponse:
        make_once(Submission, values["form_token"], request.user,
                  lambda: approvals.submit_step(actor=request.user, path=found, key=key, today=today(), **values))  # fmt: skip
        messages.success(request, f"已报送：{title_of(key)}。上级党委办理后，结果会显示在这里。")
        return redirect("path", found.pk)

    context = step_context(found, course, key, measure, False)
    return answer_form(request, form, "development/step.html", act, submitting=REPORTED[key], **context)


def step_context(found: Path, course: Course, key: str, measure: Measure, carried: bool) -> dict:
    step = next((each for each in SET_2026.steps if each.key == key), None)
    window = next((each for each in course.next_windows(measure) if each.step.key == key), None)
    return {"path": found, "title": title_of(key), "step": step, "window": window, "carried": carried, "key": key,
            "can_carry": recording.may_carry(found, course.dates["application"]), "today": measure.today}  # fmt: skip


def tell(request: HttpRequest, title: str, warnings: tuple[str, ...]) -> None:
    messages.success(request, f"已登记：{title}。")
    for sentence in warnings:
        messages.warning(request, sentence)


def record_of(request: HttpRequest, pk: int) -> StepRecord:
    rows = StepRecord.objects.visible_to(request.user).filter(voided_at=None)
    return get_object_or_404(rows.select_related("path__branch", "path__member__latest__branch", "resolution__meeting", "meeting"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def step_correct(request: HttpRequest, pk: int) -> HttpResponse:
    record = record_of(request, pk)
    request.user.require(recording.right_for(record), record)
    measure, course = Measure.of(today()), Course.of(record.path)
    form = CorrectStepForm(posted(request), uploads(request), course=course, key=record.key, today=measure.today,
                           carried=record.carried, record=record, deciding=record.key in REPORTED,
                           publicity=publicity_days(record.key, measure.settings))  # fmt: skip

    def act(values: dict) -> HttpResponse:
        done = recording.correct_step(actor=request.user, record=record, facts=form.facts(), reason=values["reason"],
                                      version=values["version"], today=today())  # fmt: skip
        tell(request, f"{title_of(record.key)}已更正", done.warnings)
        return redirect("path", record.path_id)

    return answer_form(request, form, "development/correct.html", act, record=record, path=record.path, title=title_of(record.key))


@require_http_methods(["GET", "HEAD", "POST"])
def step_void(request: HttpRequest, pk: int) -> HttpResponse:
    record = record_of(request, pk)
    request.user.require(recording.right_for(record), record)
    form = ReasonForm(posted(request))

    def act(values: dict) -> HttpResponse:
        recording.void_step(actor=request.user, record=record, reason=values["reason"], today=today())
        messages.success(request, f"{title_of(record.key)}已作废。")
        return redirect("path", record.path_id)

    return answer_form(request, form, "development/void.html", act, record=record, path=record.path, title=title_of(record.key))


# --- papers -------------------------------------------------------------------------------------------------------------


def file_of(request: HttpRequest, pk: int) -> StepFile:
    rows = StepFile.objects.filter(record__in=StepRecord.objects.visible_to(request.user), removed_at=None)
    return get_object_or_404(rows.select_related("record__path__branch", "record__path__member__latest__branch", "attachment"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def step_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A picture is looked at (?view=1); whoever takes a file with him presses its button."""
    file = file_of(request, pk)
    if request.method == "POST":
        return hand_out(actor=request.user, attachment=file.attachment, of=str(file.record))
    if "view" in request.GET and file.attachment.is_image:
        return respond(file.attachment, inline_image=True)
    return redirect("path", file.record.path_id)


@require_POST
def step_file_add(request: HttpRequest, pk: int) -> HttpResponse:
    record = record_of(request, pk)
    request.user.require("development.edit", record)
    try:
        papers.add_file(actor=request.user, record=record, uploads=request.FILES.getlist("files"))
    except RuleViolation as why:
        messages.error(request, why.message)
    return redirect("path", record.path_id)


@require_POST
def step_file_remove(request: HttpRequest, pk: int) -> HttpResponse:
    file = file_of(request, pk)
    papers.remove_file(actor=request.user, file=file)
    messages.success(request, "附件已移除，操作日志中仍可查到。")
    return redirect("path", file.record.path_id)
