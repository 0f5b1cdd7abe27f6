"""The acts on reports: open_report, save_passage, decide_shortfall, request_report, make_report, add_template, retire_template."""
from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from branches.models import Branch
from partywork.errors import RuleViolation, StaleVersion
from partywork.failpoints import fail_here
from partywork.files.leftovers import SCRATCH
from partywork.files.services import store_upload
from partywork.jobs.models import Job
from partywork.jobs.services import queue_job
from partywork.journal.services import changed_part, changes_between, register_actions, snapshot, write_entry
from partywork.periods import Period, Span, today
from partywork.spreadsheets import file_stem
from partywork.tokens import make_once
from partywork.versions import TOLD
from partywork.word import Fault, check_template
from reports.definitions.half_year import DEFINITIONS
from reports.document import GAP
from reports.making import Made, Options, Words, make, proposed, render_to
from reports.models import (
    Decision,
    FrozenFigure,
    Passage,
    Report,
    ReportTemplate,
    ReportVersion,
    ShortfallDecision,
)
from reports.values import KEPT_IDS, Computed

register_actions({
    "reports.open": "建立报告", "reports.write": "编写报告文字", "reports.judge": "处理报告中的问题建议",
    "reports.make": "生成报告", "reports.template_add": "上传报告模板", "reports.template_retire": "停用报告模板",
    "sample.load": "装入样例数据",
})


@transaction.atomic
def open_report(*, actor, branch, period: Period) -> Report:
    """The report of this organisation and half-year: the one there is, or a new one."""
    if period.span is not Span.HALF:
        raise RuleViolation("请选择一个半年。", field="period")
    if not Branch.objects.active_in(period).filter(pk=branch.pk).exists():
        raise RuleViolation(f"{branch.short_name}在{period.label}尚未成立或已经撤销，没有这一期的报告。", field="period")
    actor.require("reports.edit", Report(branch=branch))
    report, new = Report.objects.get_or_create(branch=branch, definition="half_year", period_code=period.code,
                                               defaults={"created_by": actor})
    if new:
        write_entry(actor=actor, action="reports.open", target=report)
    return report


@transaction.atomic
def save_passage(*, actor, report: Report, section: str, text: str, version: int) -> Passage:
    """Save a passage as typed. `version` is the one the writer saw, 0 where there was none.

    Raises StaleVersion with `.current` when someone else saved in between; neither text is lost.
    """
    actor.require("reports.edit", report)
    _known_section(report, section)
    Report.objects.select_for_update().get(pk=report.pk)  # two first saves of one passage wait for each other
    kept = Passage.objects.filter(report=report, section=section).first()
    if kept and kept.version != version:
        if kept.text == text:
            return kept
        error = StaleVersion(TOLD)
        error.current = kept
        raise error
    passage = kept or Passage(report=report, section=section, version=0)
    before = passage.text
    passage.text, passage.changed_by, passage.version = text, actor, passage.version + 1
    passage.full_clean(exclude=["report", "changed_by"], validate_constraints=False)
    passage.save()
    write_entry(actor=actor, action="reports.write", target=report, reason=section_name(report, section),
                changes={"text": changed_part(before, text)})
    return passage


def _known_section(report: Report, section: str) -> None:
    if section != "opening" and DEFINITIONS[report.definition].section(section) is None:
        raise RuleViolation("报告里没有这一节，请刷新页面。")


def section_name(report: Report, code: str) -> str:
    """A section as people call it."""
    section = DEFINITIONS[report.definition].section(code)
    return "开头" if section is None else section.lead or section.asks.format(coming="下一步")


@transaction.atomic
def decide_shortfall(*, actor, report: Report, code: str, state: str, text: str) -> ShortfallDecision:
    """Take a proposed point into the report, in the proposal's or one's own words, or leave it out."""
    actor.require("reports.edit", report)
    text = text.strip()
    if code not in {each.code for each in proposed(report.branch, report.period, today())}:
        raise RuleViolation("记录已有变化，现在没有这一条问题，请刷新报告页面。", field="code")
    if state not in Decision.values:
        raise RuleViolation("请选择采用、改写或不采用。", field="state")
    if state != Decision.DROPPED and not text:
        raise RuleViolation("请写明这个问题的文字。", field="text")
    Report.objects.select_for_update().get(pk=report.pk)  # a double click waits for itself
    kept = ShortfallDecision.objects.filter(report=report, code=code).first()
    if kept and (kept.state, kept.text) == (state, text):
        return kept
    before = snapshot(kept, ("state", "text")) if kept else {}
    decision, _ = ShortfallDecision.objects.update_or_create(
        report=report, code=code, defaults={"state": state, "text": text, "changed_by": actor})
    write_entry(actor=actor, action="reports.judge", target=report, reason=f"{Decision(state).label}：{text}"[:200],
                changes=changes_between(before, snapshot(decision, ("state", "text"))))
    return decision


@transaction.atomic
def request_report(*, actor, report: Report, options: Options, token: UUID | str | None = None) -> Job:
    """Queue the making of a report; the same token gives the same job."""
    actor.require("reports.edit", report)
    _template(options)
    if not options.draft and report.passages.filter(text__contains=GAP).exists():
        raise RuleViolation(f"手写的文字里还有{GAP}，请补全后再生成，或者生成草稿。")
    return queue_job(actor=actor, kind="report", args={"report": report.pk, "options": options.stored()}, request_token=token)


def words_of(report: Report | None) -> Words:
    """What people wrote for this report so far; nothing where it was never opened."""
    if report is None:
        return Words()
    return Words({row.section: row.text for row in report.passages.all()},
                 {row.code: (row.state, row.text) for row in report.decisions.all()})


def make_report(job: Job, progress) -> dict | None:
    """Make one version for a job. Killed anywhere and run again, it leaves exactly one version behind."""
    if done := ReportVersion.objects.filter(job_id=job.pk).first():
        return result_of(done)
    report = Report.objects.select_related("branch").get(pk=job.args["report"])
    job.owner.require("reports.edit", report)
    options, as_of = Options.of(job.args["options"]), timezone.now()
    template = _template(options)
    made = make(report.branch, report.period, words_of(report), options, today(), progress, report.definition)
    fail_here("report.frozen")
    progress(70, "正在生成文档")
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / f"{file_stem(made.context['title'])}.docx"
        render_to(path, made.context, template and template.attachment.path)
        fail_here("report.rendered")
        progress(90, "正在保存")
        _store(job, report, made, options, template, as_of, path, progress.finish)
    return None


@transaction.atomic
def _store(job: Job, report: Report, made: Made, options: Options, template: ReportTemplate | None, as_of, path: Path,
           finish: Callable[[dict], None]) -> None:
    """File, version, figures, journal and the job's end: all or nothing."""
    Report.objects.select_for_update().get(pk=report.pk)
    number = 1 + (report.versions.values_list("number", flat=True).first() or 0)
    with path.open("rb") as file:
        attachment = store_upload(actor=job.owner, upload=File(file, name=version_name(path.stem, number, options)))
    fail_here("report.stored")
    version = ReportVersion.objects.create(
        report=report, number=number, made_by=job.owner, as_of=as_of, options=options.stored(), document=made.stored_text(),
        template=template, attachment=attachment, job_id=job.pk)
    FrozenFigure.objects.bulk_create(frozen(version, each) for each in made.computed)
    write_entry(actor=job.owner, action="reports.make", target=version, changes={"sha256": [None, attachment.sha256]})
    finish(result_of(version))


def version_name(title: str, number: int, options: Options) -> str:
    return f"{title}（第{number}版{'，草稿' if options.draft else ''}）.docx"


def frozen(version: ReportVersion, computed: Computed) -> FrozenFigure:
    """The figure as it stands now; ids of very many rows are kept by their digest only."""
    figure = computed.figure
    return FrozenFigure(
        version=version, key=figure.key, label=figure.label, unit=figure.unit, definition=figure.definition,
        value=computed.value, row_count=len(computed.ids), row_model=computed.model, digest=computed.digest,
        row_ids=computed.ids if len(computed.ids) <= KEPT_IDS else None)


def result_of(version: ReportVersion) -> dict:
    """What the job's page offers."""
    return {"version": version.pk, "url": reverse("report_download", args=[version.pk]), "label": f"下载第{version.number}版"}


def _template(options: Options) -> ReportTemplate | None:
    if options.template is None:
        return None
    template = ReportTemplate.objects.usable().select_related("attachment").filter(pk=options.template).first()
    if template is None:
        raise RuleViolation("所选的模板已停用，请另选一个。", field="template")
    return template


def add_template(*, actor, name: str, upload: UploadedFile, token: UUID | str | None = None) -> ReportTemplate:
    """Check and keep a bureau's own template. The same token gives the same template."""
    actor.require("reports.templates")
    if faults := _faults(upload):
        raise RuleViolation("；".join(f"{fault.place}：{fault.message}" for fault in faults), field="file")
    return make_once(ReportTemplate, token, actor, lambda: _keep_template(actor, name, upload, token), by="uploaded_by")[0]


@transaction.atomic
def _keep_template(actor, name: str, upload: UploadedFile, token: UUID | str | None) -> ReportTemplate:
    attachment = store_upload(actor=actor, upload=upload)
    template = ReportTemplate.objects.create(name=name, attachment=attachment, uploaded_by=actor, form_token=token)
    write_entry(actor=actor, action="reports.template_add", target=template)
    return template


def _faults(upload: UploadedFile) -> list[Fault]:
    with tempfile.NamedTemporaryFile(prefix=SCRATCH, dir=settings.FILE_UPLOAD_TEMP_DIR, suffix=".docx") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        upload.seek(0)
        return check_template(file.name, needs="parts")


@transaction.atomic
def retire_template(*, actor, template: ReportTemplate) -> ReportTemplate:
    """Take a template out of the choice; versions made with it keep it."""
    actor.require("reports.templates")
    if template.retired_at is None:
        template.retired_at = timezone.now()
        template.save(update_fields=["retired_at"])
        write_entry(actor=actor, action="reports.template_retire", target=template,
                    changes={"状态": ["在用", "停用"]})
    return template
