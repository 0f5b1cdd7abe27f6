"""The acts on reports, and the one that makes them: frozen, once, numbered, whole."""
from __future__ import annotations

import hashlib
import uuid
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from branches.meetings.kinds import Kind
from partywork.errors import NotAllowed, RuleViolation, StaleVersion
from partywork.jobs.models import Job
from partywork.jobs.running import run_job
from partywork.journal.models import Entry
from partywork.journal.services import change_lines, entries_for
from partywork.periods import Period
from reports import services
from reports.making import Options, builtin_template
from reports.models import FrozenFigure, ReportVersion
from reports.reading import view_report
from tests.factories import make_meeting

H1, TODAY = Period.parse("2026H1"), date(2026, 7, 1)


@pytest.fixture
def report(world):
    people = [world.members[name] for name in ("member", "colleague")]
    make_meeting(world.a, Kind.CONGRESS, Kind.THEME_DAY, theme_form="volunteer", attendance=people)
    make_meeting(world.b, Kind.CONGRESS, attendance=[world.members["neighbour"]])
    make_meeting(world.root, Kind.DEMOCRATIC_LIFE, title="查摆问题", held_on=date(2026, 1, 5))
    return services.open_report(actor=world["staff"], branch=world.root, period=H1)


def made(world, report, **options) -> ReportVersion:
    job = services.request_report(actor=world["staff"], report=report, options=Options(**options))
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    return ReportVersion.objects.get(job_id=job.pk)


def text_of(version: ReportVersion) -> str:
    return "\n".join(paragraph.text for paragraph in Document(version.attachment.path).paragraphs)


# --- opening and writing ------------------------------------------------------------------------------------------------


def test_a_report_is_opened_once(world, report):
    again = services.open_report(actor=world["staff"], branch=world.root, period=H1)
    assert (again.pk, Entry.objects.filter(action="reports.open").count()) == (report.pk, 1)


@pytest.mark.parametrize(("name", "code", "words"), [
    ("staff", "2026Q1", "请选择一个半年。"), ("staff", "2019H1", "机关党委在2019年上半年尚未成立或已经撤销，没有这一期的报告。")])
def test_periods_without_a_report(world, name, code, words):
    with pytest.raises(RuleViolation) as refused:
        services.open_report(actor=world[name], branch=world.root, period=Period.parse(code))
    assert refused.value.message == words


def test_who_may_not_write(world, report):
    for act in (lambda who: services.open_report(actor=who, branch=world.root, period=H1),
                lambda who: services.save_passage(actor=who, report=report, section="2.duty", text="甲", version=0),
                lambda who: services.decide_shortfall(actor=who, report=report, code="x", state="accepted", text="甲"),
                lambda who: services.request_report(actor=who, report=report, options=Options())):
        for name in ("leader", "inspector", "secretary", "keeper", "former"):
            with pytest.raises(NotAllowed):
                act(world[name])


def test_a_passage_is_saved_over_its_own_version_only(world, report):
    first = services.save_passage(actor=world["staff"], report=report, section="2.duty", text="甲", version=0)
    second = services.save_passage(actor=world["staff"], report=report, section="2.duty", text="乙", version=1)
    assert (first.version, second.version) == (1, 2)
    with pytest.raises(StaleVersion) as refused:
        services.save_passage(actor=world["staff"], report=report, section="2.duty", text="丙", version=1)
    assert (refused.value.current.text, refused.value.current.version) == ("乙", 2)
    same = services.save_passage(actor=world["staff"], report=report, section="2.duty", text="乙", version=1)
    assert same.version == 2
    with pytest.raises(RuleViolation):
        services.save_passage(actor=world["staff"], report=report, section="9.no", text="丁", version=0)


def test_points_go_in_only_when_judged(world, report):
    def points() -> list[str]:
        view = view_report(report, TODAY)
        return [piece for part in view.export.parts for point in part.points for piece in point]

    code = view_report(report, TODAY).parts[4].judged[0].proposal.code
    assert points() == []
    services.decide_shortfall(actor=world["staff"], report=report, code=code, state="accepted", text="部分会议次数不足")
    assert points() == ["部分会议次数不足。"]
    services.decide_shortfall(actor=world["staff"], report=report, code=code, state="dropped", text="")
    assert points() == []
    with pytest.raises(RuleViolation):
        services.decide_shortfall(actor=world["staff"], report=report, code=code, state="reworded", text=" ")


@pytest.mark.parametrize("code", ["missed.nonsense", "duty.lecture", "x", ""])
def test_only_a_point_that_the_records_suggest_is_judged(world, report, code):
    with pytest.raises(RuleViolation, match="记录已有变化"):
        services.decide_shortfall(actor=world["staff"], report=report, code=code, state="accepted", text="甲")
    assert not report.decisions.exists()


def test_the_journal_keeps_what_was_written_before_and_after(world, report):
    code = view_report(report, TODAY).parts[4].judged[0].proposal.code
    for version, text in enumerate(("甲", "乙")):
        services.save_passage(actor=world["staff"], report=report, section="2.duty", text=text, version=version)
        services.decide_shortfall(actor=world["staff"], report=report, code=code, state="reworded", text=text)
    told = [[(line.label, line.old, line.new) for line in change_lines(entry)] for entry in entries_for(report)]
    assert told[:4] == [[("文字", "甲", "乙")], [("文字", "甲", "乙")],
                        [("处理", "（空）", "改写"), ("文字", "（空）", "甲")], [("文字", "（空）", "甲")]]


# --- making -------------------------------------------------------------------------------------------------------------


def test_a_version_is_frozen_whole(world, report):
    services.save_passage(actor=world["staff"], report=report, section="6.more", text="抓好下半年学习。", version=0)
    version = made(world, report, appendix=True, dated="2026-07-05")
    figures = {row.key: row.value for row in version.figures.all()}
    assert (figures["meetings.congress"], figures["members.end"], figures["meetings.democratic_life"]) == (2, 9, ["2026-01-05 查摆问题"])
    assert version.attachment.sha256 == hashlib.sha256(version.attachment.path.read_bytes()).hexdigest()
    assert version.attachment.original_name == "云溪县林业局2026年上半年党建工作报告（第1版）.docx"
    text = text_of(version)
    assert "上半年，各党支部召开党员大会2次。" in text
    assert "抓好下半年学习。" in text
    assert "2026年7月5日" in text
    assert [word for word in ("【待补】", "【待定】", "{{", "{%", "0次") if word in text] == []
    row = version.figures.get(key="meetings.congress")
    assert (row.row_count, len(row.row_ids), row.row_model) == (2, 2, "meetings.meeting")


def test_the_text_holds_exactly_the_frozen_numbers(world, report):
    version = made(world, report)
    figures = {row.key: row.value for row in version.figures.all()}
    marks = [(piece["key"], piece["text"]) for part in version.document["parts"] for section in part["sections"]
             for paragraph in section["paragraphs"] for piece in paragraph if isinstance(piece, dict)]
    numbers = [(key, text) for key, text in marks if not isinstance(figures[key], list)]
    assert numbers == [(key, f"{figures[key]:g}%" if key.startswith("attendance.") else str(figures[key])) for key, _ in numbers]
    whole = "".join(piece if isinstance(piece, str) else piece["text"] for part in version.document["parts"]
                    for section in part["sections"] for paragraph in section["paragraphs"] for piece in paragraph)
    assert all(text in text_of(version) for _, text in marks)
    assert "各党支部召开党员大会2次" in whole


def test_a_draft_keeps_the_gaps(world, report):
    version = made(world, report, draft=True)
    assert version.attachment.original_name.endswith("（第1版，草稿）.docx")
    assert "【待补】本期专项工作的部署、措施和成效。" in text_of(version)


def test_a_gap_left_in_a_passage_allows_a_draft_only(world, report):
    services.save_passage(actor=world["staff"], report=report, section="6.more", text="抓好【待补】。", version=0)
    with pytest.raises(RuleViolation) as refused:
        services.request_report(actor=world["staff"], report=report, options=Options())
    assert refused.value.message == "手写的文字里还有【待补】，请补全后再生成，或者生成草稿。"
    assert "抓好【待补】。" in text_of(made(world, report, draft=True))


def test_later_corrections_show_as_changes(world, report):
    version = made(world, report)
    assert view_report(report, TODAY).changed == []
    make_meeting(world.b, Kind.CONGRESS, held_on=date(2026, 6, 1))
    changed = {line.key: (line.frozen_text, line.text) for line in view_report(report, TODAY).changed}
    assert changed == {"meetings.congress": ("2", "3")}
    assert version.figures.get(key="meetings.congress").value == 2


def test_a_job_done_twice_makes_one_version(world, report):
    job = services.request_report(actor=world["staff"], report=report, options=Options())
    run_job(job.pk)
    Job.objects.filter(pk=job.pk).update(state="queued", finished_at=None)
    run_job(job.pk)
    job.refresh_from_db()
    version = ReportVersion.objects.get()
    assert (job.state, job.result["version"], version.number) == ("done", version.pk, 1)
    assert FrozenFigure.objects.count() == version.figures.count() > 25
    assert made(world, report).number == 2


def test_one_token_is_one_job(world, report):
    token = uuid.uuid4()
    jobs = [services.request_report(actor=world["staff"], report=report, options=Options(), token=token) for _ in range(2)]
    assert jobs[0].pk == jobs[1].pk


def test_a_right_lost_before_the_job_ran(world, report):
    job = services.request_report(actor=world["staff"], report=report, options=Options())
    world["staff"].posts.update(stop_on=date(2021, 1, 1))
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, ReportVersion.objects.count()) == ("failed", 0)


# --- templates ----------------------------------------------------------------------------------------------------------


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("模板.docx", content)


def test_an_own_template_is_kept_used_and_retired(world, report):
    token = uuid.uuid4()
    kept = [services.add_template(actor=world["staff"], name="报送格式", upload=upload(builtin_template().read_bytes()), token=token)
            for _ in range(2)]
    assert kept[0].pk == kept[1].pk
    assert made(world, report, template=kept[0].pk).template == kept[0]
    services.retire_template(actor=world["staff"], template=kept[0])
    with pytest.raises(RuleViolation):
        services.request_report(actor=world["staff"], report=report, options=Options(template=kept[0].pk))


def test_what_is_no_template_is_refused(world):
    with pytest.raises(RuleViolation) as refused:
        services.add_template(actor=world["staff"], name="坏", upload=upload(b"not a document"), token=None)
    assert refused.value.field == "file"
    with pytest.raises(NotAllowed):
        services.add_template(actor=world["secretary"], name="好", upload=upload(b""), token=None)
