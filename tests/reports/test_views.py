"""Pages of reports and figures: who sees them, what they show, how few queries they take."""
from __future__ import annotations

import uuid
from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx import Document
from openpyxl import load_workbook

from branches.meetings.kinds import Kind
from partywork.figures import catalogue
from partywork.jobs.models import Job
from partywork.jobs.running import run_job
from partywork.periods import Period
from reports import services
from reports.making import builtin_template
from reports.models import Passage, Report, ReportTemplate, ReportVersion, ShortfallDecision
from tests.factories import make_meeting

H1 = Period.parse("2026H1")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def report(world):
    make_meeting(world.a, Kind.CONGRESS, attendance=[world.members["member"]], title="一季度党员大会")
    return services.open_report(actor=world["staff"], branch=world.root, period=H1)


def queries(client, url) -> int:
    """Of the second look; the first also notes that the session is in use."""
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def rows_url(world, key="meetings.congress") -> str:
    return f"/figures/{key}/?branch={world.root.pk}&period=2026H1"


# --- the report ---------------------------------------------------------------------------------------------------------


def test_the_list_shows_what_is_within_reach(client_of, world, report):
    services.open_report(actor=world["secretary"], branch=world.a, period=H1)
    seen = {name: {row.branch.short_name for row in client_of(name).get("/reports/").context["page_obj"]}
            for name in ("staff", "leader", "secretary", "neighbour", "general")}
    assert seen == {"staff": {"机关党委", "一支部"}, "leader": {"机关党委", "一支部"}, "secretary": {"一支部"}, "neighbour": set(),
                    "general": {"一支部"}}


def test_opening_leads_to_the_report(client_of, world):
    answer = client_of("secretary").post("/reports/new/", {"branch": world.a.pk, "period": "2026H1"})
    assert answer.url == f"/reports/{Report.objects.get().pk}/"
    page = client_of("secretary").post("/reports/new/", {"branch": world.b.pk, "period": "2026H1"})
    assert page.context["form"].errors == {"branch": ["党组织里没有这一项，请重新选择。"]}
    page = client_of("secretary").post("/reports/new/", {"branch": world.a.pk, "period": "nonsense"})
    assert page.context["form"].errors == {"period": ["“nonsense”不是期间，应写作 2026、2026H1、2026Q2 或 202606。"]}


def test_every_number_of_the_text_is_a_link(client_of, world, report):
    html = client_of("leader").get(f"/reports/{report.pk}/").content.decode()
    assert f'href="/figures/meetings.congress/?branch={world.root.pk}&amp;period=2026H1"' in html
    assert "generated" not in html
    assert "生成报告" not in html  # a leader looks, the office makes


def test_who_may_see_a_report(client_of, world, report):
    codes = {name: client_of(name).get(f"/reports/{report.pk}/").status_code
             for name in ("nobody", "member", "secretary", "staff", "inspector", "leader", "keeper", "auditor", "former")}
    assert codes == {"nobody": 302, "member": 404, "secretary": 404, "staff": 200, "inspector": 200, "leader": 200, "keeper": 404,
                     "auditor": 404, "former": 404}


def test_a_report_takes_as_many_queries_at_any_size(client_of, world, report):
    client = client_of("staff")
    for _ in range(25):
        make_meeting(world.a, Kind.CONGRESS, Kind.THEME_DAY, theme_form="film", attendance=[world.members["member"]])
    few = queries(client, f"/reports/{report.pk}/")
    for number in range(225):
        make_meeting((world.a, world.b, world.farm)[number % 3], Kind.CONGRESS, Kind.THEME_DAY, theme_form="study",
                     held_on=date(2026, 1 + number % 6, 1 + number % 28))
    assert (queries(client, f"/reports/{report.pk}/"), few <= len(catalogue())) == (few, True)


# --- passages and points ------------------------------------------------------------------------------------------------


def test_autosave_and_conflict(client_of, world, report):
    client, url = client_of("staff"), f"/reports/{report.pk}/passage/"
    form = {"section": "2.duty", "text": "甲", "version": 0}
    saved = client.post(url, form, headers=HTMX)
    assert (saved.status_code, 'name="version" value="1"' in saved.content.decode()) == (200, True)
    stale = client.post(url, form | {"text": "乙"}, headers=HTMX)
    html = stale.content.decode()
    assert (stale.status_code, "甲" in html, 'name="version" value="1"' in html) == (422, True, True)
    assert Passage.objects.get().text == "甲"
    plain = client.post(url, form | {"text": "乙"})
    assert (plain.status_code, plain.context["typed"], plain.context["current"].text) == (409, "乙", "甲")
    merged = client.post(url, form | {"text": "甲乙", "version": 1})
    assert (merged.url, Passage.objects.get().text) == (f"/reports/{report.pk}/#s-2-duty", "甲乙")


@pytest.mark.parametrize(("text", "words"), [
    ("长" * 20_001, "文字"), ("甲\x07乙", "控制字符"), ("甲\x00乙", "请求"), ("好\U0001f600", "")])
def test_strange_passages(client_of, world, report, text, words):
    answer = client_of("staff").post(f"/reports/{report.pk}/passage/", {"section": "2.duty", "text": text, "version": 0}, headers=HTMX)
    assert answer.status_code in (200, 400, 422)
    assert words in answer.content.decode()
    assert Passage.objects.exists() is (answer.status_code == 200)


def test_points_are_judged(client_of, world, report):
    client, url = client_of("staff"), f"/reports/{report.pk}/point/"
    form = {"code": "missed.congress", "part": "5", "proposed": "原来的话", "text": "原来的话", "state": "accepted"}
    assert client.post(url, form).url == f"/reports/{report.pk}/#points-5"
    client.post(url, form | {"code": "missed.group", "text": "改过的话"})
    client.post(url, form | {"code": "missed.theme_day", "state": "dropped"})
    client.post(url, form | {"code": "missed.lecture", "state": "nonsense"})
    assert set(ShortfallDecision.objects.values_list("code", "state", "text")) == {
        ("missed.congress", "accepted", "原来的话"), ("missed.group", "reworded", "改过的话"), ("missed.theme_day", "dropped", "原来的话")}


def test_last_times_words_are_offered_and_quoted(client_of, world, report):
    staff, sections = world["staff"], ("2.duty", "opening")
    for code, words in (("2025H1", "前年的话"), ("2025H2", "上期的话")):
        older = services.open_report(actor=staff, branch=world.root, period=Period.parse(code))
        for section in sections:
            services.save_passage(actor=staff, report=older, section=section, text=words, version=0)
    elsewhere = services.open_report(actor=world["secretary"], branch=world.a, period=Period.parse("2025H2"))
    services.save_passage(actor=world["secretary"], report=elsewhere, section="2.lessons", text="别处的话", version=0)
    client = client_of("staff")
    html = client.get(f"/reports/{report.pk}/").content.decode()
    assert (html.count("上期的话"), html.count("前年的话"), html.count("别处的话")) == (2, 0, 0)
    form = {"section": "2.duty", "text": "今年的话", "version": 0, "quote": "1"}
    assert client.post(f"/reports/{report.pk}/passage/", form).url == f"/reports/{report.pk}/#s-2-duty"
    assert Passage.objects.get(report=report).text == "今年的话\n上期的话"


# --- making -------------------------------------------------------------------------------------------------------------


def test_making_names_what_is_left_out_and_follows_the_job(client_of, world, report):
    client = client_of("staff")
    page = client.get(f"/reports/{report.pk}/make/")
    assert "专项工作开展情况" in page.context["view"].export.omitted
    form = {"form_token": str(uuid.uuid4()), "appendix": "on", "dated": "2026-07-05"}
    urls = [client.post(f"/reports/{report.pk}/make/", form).url for _ in range(2)]
    job = Job.objects.get()
    assert urls == [f"/reports/{report.pk}/?job={job.pk}#versions"] * 2
    run_job(job.pk)
    version = ReportVersion.objects.get()
    assert client.get(f"/reports/{report.pk}/?job={job.pk}").context["job"] == job
    assert client.get(f"/reports/{report.pk}/?job=nonsense").context["job"] is None
    assert client_of("leader").get(f"/reports/{report.pk}/?job={job.pk}").context["job"] is None
    file = client.post(f"/reports/versions/{version.pk}/file/")
    assert b"".join(file.streaming_content)[:2] == b"PK"
    page = client_of("inspector").get(f"/reports/versions/{version.pk}/")
    assert (page.status_code, len(page.context["figures"]), page.context["changed"]) == (200, len(catalogue()), [])
    assert client_of("secretary").post(f"/reports/versions/{version.pk}/file/").status_code == 404


def test_a_correction_marks_the_versions_that_it_changes(client_of, world, report):
    client = client_of("staff")
    for _ in range(2):
        client.post(f"/reports/{report.pk}/make/", {"form_token": str(uuid.uuid4())})
        run_job(Job.objects.latest("created_at").pk)
        make_meeting(world.a, Kind.CONGRESS)
    page = client.get(f"/reports/{report.pk}/")
    assert [(row.version.number, row.changed > 0) for row in page.context["versions"]] == [(2, True), (1, True)]
    html = page.content.decode()
    assert ("自第2版后有" in html, html.count("此后有变动"), html.count("以前的版本（1）")) == (True, 2, 1)


def test_a_wrong_date_keeps_the_form(client_of, world, report):
    page = client_of("staff").post(f"/reports/{report.pk}/make/", {"dated": "2026-02-29"})
    assert page.context["form"].errors == {"dated": ["成文日期不对：2026年2月没有29日。"]}
    assert Job.objects.count() == 0


# --- figures ------------------------------------------------------------------------------------------------------------


def test_two_clicks_from_a_number_to_its_rows(client_of, world, report):
    page = client_of("staff").get(rows_url(world))
    row = page.context["source_rows"][0]
    assert (row.words, row.branch, row.more) == ("一季度党员大会", "一支部", "党员大会；应到1人，实到1人")
    assert page.context["line"].text == "1"
    assert [(share.branch.short_name, share.value) for share in page.context["shares"]] == [
        ("一支部", 1), ("二支部", 0), ("林场支部", 0), ("种苗站支部", 0), ("离退休支部", 0)]
    panel = client_of("staff").get(rows_url(world), headers=HTMX).content.decode()
    assert ("<html" in panel, row.url in panel) == (False, True)


@pytest.mark.parametrize("key", [figure.key for figure in catalogue()])
def test_the_rows_of_every_figure_can_be_shown(client_of, world, key):
    member = world.members["member"]
    meeting = make_meeting(world.a, *(Kind.CONGRESS, Kind.LECTURE, Kind.APPRAISAL, Kind.CHECKUP), attendance=[member], by_leader=True)
    meeting.attendance.update(grade="excellent")
    assert client_of("staff").get(rows_url(world, key)).status_code == 200


def test_what_is_not_there_or_out_of_reach(client_of, world, report):
    client = client_of("secretary")
    urls = {
        "no such figure": f"/figures/no.such/?branch={world.a.pk}&period=2026H1",
        "another branch": f"/figures/meetings.congress/?branch={world.b.pk}&period=2026H1",
        "the whole": rows_url(world), "no period": f"/figures/meetings.congress/?branch={world.a.pk}&period=2026H3",
        "committee's own": f"/figures/org.branches/?branch={world.a.pk}&period=2026H1",
    }
    assert {name: client.get(url).status_code for name, url in urls.items()} == dict.fromkeys(urls, 404)
    assert client.get("/figures/").status_code == 200
    assert client_of("keeper").get("/figures/").status_code == 403


def test_rows_take_as_many_queries_with_1_and_with_30(client_of, world, report):
    client = client_of("staff")
    one = queries(client, rows_url(world))
    for _ in range(29):
        make_meeting(world.b, Kind.CONGRESS)
    assert (queries(client, rows_url(world)), one <= 12) == (one, True)


def test_figures_as_excel(client_of, world, report):
    asked = {"branch": world.root.pk, "period": "2026H1"}
    answer = client_of("staff").post("/figures/export/", asked)
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    lines = {row[7]: row[2] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert (set(lines), lines["meetings.congress"]) == ({figure.key for figure in catalogue()}, 1)
    answer = client_of("staff").post("/figures/meetings.congress/export/", asked)
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert [cell.value for cell in sheet[2]][1:] == ["一季度党员大会", "党员大会；应到1人，实到1人", "一支部"]


# --- templates ----------------------------------------------------------------------------------------------------------


def test_templates_are_the_offices(client_of, world):
    codes = {name: client_of(name).get("/report-templates/").status_code for name in ("staff", "secretary", "leader", "keeper")}
    assert codes == {"staff": 200, "secretary": 403, "leader": 403, "keeper": 403}
    built_in = client_of("staff").get("/report-templates/builtin/")
    assert b"".join(built_in.streaming_content) == builtin_template().read_bytes()


def test_uploading_and_retiring(client_of, world):
    client = client_of("staff")
    bad = client.post("/report-templates/new/", {"name": "坏", "file": SimpleUploadedFile("模板.docx", b"PK nonsense")})
    assert (bad.status_code, ReportTemplate.objects.count(), bool(bad.context["form"].errors["file"])) == (200, 0, True)
    empty = BytesIO()
    Document().save(empty)
    bare = client.post("/report-templates/new/", {"name": "空", "file": SimpleUploadedFile("模板.docx", empty.getvalue())})
    assert bare.context["form"].errors["file"] == ["正文：缺少 {%p for … in parts %}，用这个模板生成的报告没有内容"]
    good = SimpleUploadedFile("模板.docx", builtin_template().read_bytes())
    assert client.post("/report-templates/new/", {"name": "报送格式", "file": good, "form_token": str(uuid.uuid4())}).status_code == 302
    template = ReportTemplate.objects.get()
    assert client_of("secretary").post(f"/report-templates/{template.pk}/retire/").status_code == 403
    assert client.post(f"/report-templates/{template.pk}/retire/").status_code == 302
    assert ReportTemplate.objects.usable().count() == 0


def test_a_section_of_the_report_opens_its_figures(client_of, world, report):
    answer = client_of("staff").get(f"/figures/?branch={world.root.pk}&period=2026H1&section=2.duty", headers=HTMX)
    assert [line.key for line in answer.context["lines"]] == [
        "org.leaders", "org.staff", "meetings.party_group_work", "meetings.first_topic", "meetings.mobilisation", "meetings.work_report"]
    assert "<html" not in answer.content.decode()
