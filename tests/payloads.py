"""A really valid submission for every URL that takes a POST: the form as its page shows it to somebody who may, with
the answers that he would add. A URL that takes POST and has no row in `SUBMISSIONS` makes the standing tests fail.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from branches.holidays import fingerprint, read_lines
from partywork.periods import today
from reports.making import builtin_template
from tests.factories import PASSWORD
from tests.forms_on_pages import PageForm, Values, form_to
from tests.partywork.imports.sheets import person, upload, workbook
from tests.stage import Stage, address, branch_pk, letters, picture, routes

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Fill = Callable[[Stage, str], Values]
OWNERS = {"a": "secretary", "b": "neighbour", "x": "secretary", "draft": "secretary", "-": "secretary"}


@dataclass(frozen=True)
class Submission:
    """`who` sends it (by letter), `page` shows the form (None: a button without a form of its own, `fill` is all)."""

    fill: Fill | None = None
    who: str | dict[str, str] = field(default_factory=lambda: OWNERS)
    page: str | None = "same"
    query: str = ""
    to: str = ""
    creates: str = ""      # the label of the model of which it makes one row
    fields: tuple[str, ...] = ()   # names that the page's scripts or buttons add

    def sender(self, letter: str) -> str:
        return self.who if isinstance(self.who, str) else self.who.get(letter, "secretary")


def given(**values: Any) -> Fill:
    return lambda stage, letter: values


def day() -> str:
    return today().isoformat()


def template_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("模板.docx", builtin_template().read_bytes(), content_type=DOCX)


def roster_file() -> SimpleUploadedFile:
    return upload(workbook([person(1)]))


def _member_facts(stage: Stage, letter: str) -> Values:
    return {"name": "林小雨", "sex": "f", "born_on": "1990-05-01", "joined_on": "2012-06-01", "full_on": "2013-06-01",
            "start_on": "2024-01-01", "reason": "first", "branch": branch_pk(stage, letter if letter != "-" else "a")}


def _places(stage: Stage, letter: str) -> Values:
    letter = letter if letter != "x" else "a"
    member, group = stage.objects[f"member.{letter}"], stage.objects[f"group.{letter}"]
    return {f"place-{member.pk}": group.pk, "day": day(), "reason": "支部大会决定"}


def _letter_in(stage: Stage, letter: str) -> Values:
    return {"name": "林远来", "sex": "f", "born_on": "1990-05-01", "joined_on": "2012-06-01", "full_on": "2013-06-01",
            "other_side": "中共青禾县委", "number": "青组介9号", "start_on": "2026-05-06", "dues_to": "2026-05",
            "branch": branch_pk(stage, letter if letter != "-" else "a")}


def _meeting(stage: Stage, letter: str) -> Values:
    return {"kinds": "study", "title": "学习党章", "minutes": "会议记录一\n会议记录二",
            "branch": branch_pk(stage, letter if letter != "-" else "a")}


def _files(stage: Stage, letter: str) -> Values:
    return _meeting(stage, letter) | {"files": picture()}


HOLIDAYS = "2028-01-01 元旦\n2028-01-08 上班 元旦"


def _holidays(year: int) -> Fill:
    """The second sending, which confirms the preview."""
    source = "国务院办公厅通知"
    seen = fingerprint(read_lines(HOLIDAYS.replace("2028", str(year)), year)[0], source)
    return given(source=source, lines=HOLIDAYS.replace("2028", str(year)), seen=seen)


# Answers that only the bureau's kinds ask for: a draft keeps them as typed, registering drops them (Gathering.settled).
OTHER_KINDS = ("first_topic", "studied_party_work")



def _of_branch(stage: Stage, letter: str) -> Values:
    return {} if letter == "-" else {"branch": branch_pk(stage, letter)}


def _first_month(stage: Stage, letter: str) -> Values:
    line = stage.objects[f"member.{letter if letter != 'x' else 'a'}"].due_lines.unsettled().first()
    return {"months": f"{line.pk}-{line.version}"}


def _past_term(stage: Stage, letter: str) -> Values:
    who = stage.objects[f"member.{'b' if letter == 'b' else 'a'}"].name
    return {"number": "2", "elected_on": "2021-06-03", "ended_on": "2024-06-03", "years": "3", "people": f"{who} 书记"}


def _by_election(stage: Stage, letter: str) -> Values:
    of = "b" if letter == "b" else "a"
    count = stage.objects[f"congress.{of}"].voters_present
    return {"kind": "by", "meeting": stage.objects[f"congress.{of}"].pk, "number": "", "method": "equal", "places": "1",
            "issued": count, "returned": count, "candidates": f"候补{of} {count} 纪检委员"}


def _spare(stage: Stage, letter: str) -> Values:
    of = "b" if letter == "b" else "a"
    spare = stage.objects[f"branch.{of}"].memberships.get(member__name=f"候补{of}")
    return {"member": spare.member_id, "day": day(), "document": "林党〔2026〕8号"}


def _award(stage: Stage, letter: str) -> Values:
    of = letter if letter in "ab" else "a"
    branch = branch_pk(stage, letter if letter != "-" else "a")
    return {"title": stage.objects[f"title.{of}"].pk, "branch": branch, "name": f"委员{of}",
            "awarded_on": "2026-05-04", "given_by": "县委组织部", "document": "云组〔2026〕3号"}


def _nomination(stage: Stage, letter: str) -> Values:
    of = "b" if letter == "b" else "a"
    who = stage.objects[f"branch.{of}"].memberships.get(member__name=f"委员{of}")
    return {"member": who.member_id, "meeting": stage.objects[f"congress.{of}"].pk, "story": "扎根基层二十年。"}


def _quotas(stage: Stage, letter: str) -> Values:
    of = "b" if letter == "b" else "a"
    return {f"q{stage.objects[f'branch.{of}'].pk}_{stage.objects[f'title.{of}'].pk}": "3"}


def _example(stage: Stage, letter: str) -> Values:
    return {"branch": branch_pk(stage, letter if letter != "-" else "a"), "name": "护林队", "line": "二十年守护山林", "on": "2026-05-04"}


def _path(stage: Stage, letter: str) -> Values:
    return {"name": "林向前", "sex": "m", "born_on": "1999-05-01", "applied_on": "2026-03-01",
            "branch": branch_pk(stage, letter if letter != "-" else "a")}


def _full_member(stage: Stage, letter: str) -> int:
    return stage.world.members["secretary" if letter != "b" else "neighbour"].pk


SUBMISSIONS: dict[str, Submission] = {
    "terms_export": Submission(page="terms"),
    "awards_export": Submission(page="awards"),
    "award_new": Submission(_award, creates="honours.Award"),
    "award_void": Submission(given(reason="文号登记有误"), "staff"),
    "round_new": Submission(given(name="2026年七一表彰", notice="林党〔2026〕3号", notice_on="2026-05-06", nominate_by="2026-06-05"),
                            "staff", creates="honours.Round"),
    "round_edit": Submission(given(notice="林党〔2026〕4号"), "staff"),
    "round_quotas": Submission(_quotas, "staff"),
    "round_publish": Submission(given(publicity_start="2026-06-01", publicity_end="2026-06-08"), "staff"),
    "round_decide": Submission(given(decided_on="2026-06-30", document="林党〔2026〕6号"), "staff"),
    "nomination_new": Submission(_nomination, creates="honours.Nomination"),
    "nomination_edit": Submission(given(story="改写的事迹")),
    "nomination_review": Submission(given(opinions="已听取纪检和人事部门意见，符合条件。"), "staff"),
    "nomination_refuse": Submission(given(reason="不符合年限条件"), "staff"),
    "nomination_withdraw": Submission(given(reason="支部另行推荐")),
    "title_new": Submission(given(name="优秀党务工作者", category="worker"), "staff", creates="honours.Title"),
    "title_edit": Submission(given(name="改名的名目"), "staff"),
    "example_new": Submission(_example, creates="honours.Example"),
    "example_edit": Submission(given(line="二十年守护山林")),
    "example_choose": Submission(page="examples", who="staff"),
    "term_new": Submission(_past_term, creates="terms.Term"),
    "term_edit": Submission(given(number="4")),
    "term_extend": Submission(given(extended_until="2028-01-01", extension_document="林党〔2026〕9号", extension_reason="机构改革"),
                              "staff"),
    "seat_end": Submission(given(day=day(), reason="moved")),
    "seat_change": Submission(given(day=day(), office="deputy")),
    "seat_fill": Submission(_spare, creates="terms.Seat"),
    "election_new": Submission(_by_election, creates="terms.Election"),
    "election_approve": Submission(given(day="2026-03-20", document="林党〔2026〕5号"), "staff"),
    "election_void": Submission(given(reason="票数抄错")),
    "matrix_export": Submission(_of_branch, page="matrix"),
    "meetings_export": Submission(_of_branch, page="meetings"),
    "members_export": Submission(_of_branch, page="members"),
    "figures_export": Submission(_of_branch, page="figures"),
    "figure_rows_export": Submission(_of_branch, page="figure_rows"),
    "meeting_file": Submission(page="meeting"),
    "report_download": Submission(page="report_version"),
    "login": Submission(given(username="member", password=PASSWORD), "nobody"),
    "logout": Submission(page="permissions"),
    "password_change": Submission(given(old_password=PASSWORD, new_password="songlin-0873-he", again="songlin-0873-he")),
    "account_new": Submission(lambda stage, letter: {
        "username": "xinren", "display_name": "新人", "role": "organisation", "branch": stage.world.a.pk, "start_on": day()},
        "keeper", creates="accounts.Account"),
    "account_edit": Submission(given(display_name="改名"), "keeper"),
    "account_reset": Submission(None, "keeper", page="account"),
    "sessions_end": Submission(page="sessions"),
    "session_end": Submission(page="sessions"),
    "account_sessions_end": Submission(None, "keeper", page="account"),
    "post_new": Submission(lambda stage, letter: {"role": "organisation", "branch": stage.world.a.pk}, "keeper",
                           creates="accounts.Post"),
    "post_end": Submission(given(day=day()), "keeper"),
    "org_new": Submission(lambda stage, letter: {
        "parent": stage.world.office.pk, "name": "中共云溪县林业局新支部", "short_name": "新支部", "code": "ZB77",
        "kind": "branch", "founded_on": "2024-01-01"}, "staff", creates="branches.Branch"),
    "branch_edit": Submission(given(note="更正备注"), "staff"),
    "branch_dissolve": Submission(given(day=day(), reason="机关党委批复"), "staff"),
    "branch_rename": Submission(given(name="中共云溪县林业局综合支部", short_name="综合支部", day=day(), reason="机关党委批复"), "staff",
                                creates="branches.BranchEvent"),
    "branch_move": Submission(lambda stage, letter: {"parent": stage.world.field.pk, "day": day(), "reason": "机关党委批复"}, "staff",
                              creates="branches.BranchEvent"),
    "branch_merge": Submission(lambda stage, letter: {"sources": stage.objects["empty"].pk, "day": day(), "reason": "机关党委批复"},
                               "staff", creates="branches.BranchEvent"),
    "groups_adjust": Submission(_places, creates="branches.BranchEvent"),
    "group_rename": Submission(given(name="先锋党小组", day=day(), reason="支部大会决定")),
    "event_undo": Submission(given(reason="登记错了支部"), "staff"),
    "group_new": Submission(given(name="第九党小组", founded_on="2024-01-01"), creates="branches.PartyGroup"),
    "group_edit": Submission(given(name="改名党小组")),
    "group_dissolve": Submission(given(day=day(), reason="支部大会决定")),
    "bureau": Submission(given(addressee="县直机关工委"), "staff"),
    "member_new": Submission(_member_facts, creates="members.Member"),
    "member_edit": Submission(given(joined_on="2010-05-31")),
    "member_move": Submission(lambda stage, letter: {
        "group": stage.objects[f"group.{letter if letter != 'x' else 'a'}"].pk, "day": day()}),
    "member_profile": Submission(given(education="university", work="civil_servant", school="云溪师范学院中文系")),
    "member_reveal": Submission(page="member"),
    "structure_export": Submission(_of_branch, page="structure"),
    "member_gaps_export": Submission(_of_branch, page="member_gaps"),
    "member_ask": Submission(given(text="学历应为大学，请核对。"), {"a": "member", "b": "neighbour", "x": "member"},
                             creates="members.CorrectionRequest"),
    "member_request": Submission(given(state="done", answer="已更正")),
    "member_find": Submission(given(number="11010519491231002X")),
    "dues_month": Submission(_of_branch, page="dues"),
    "dues_collect": Submission(_of_branch, page="dues", creates="dues.Payment"),
    "dues_arrears_export": Submission(_of_branch, page="dues_arrears"),
    "dues_ledger_export": Submission(_of_branch, page="dues_bases"),
    "dues_base": Submission(given(category="salaried", position="7000", reason="职务变动"),
                            creates="dues.DuesStandard"),
    "dues_reduce": Submission(given(amount="0", months="1", decision="支部委员会研究", approved_by="机关党委批复", reason="大病"),
                              creates="dues.Reduction"),
    "dues_pay": Submission(_first_month, creates="dues.Payment"),
    "dues_extra": Submission(given(amount="20"), creates="dues.Payment"),
    "dues_refund": Submission(given(amount="1", reason="重复交纳"), creates="dues.Payment"),
    "dues_remit": Submission(given(voucher="记-9"), creates="dues.Remittance"),
    "dues_use": Submission(given(purpose="training", amount="1", decision="支部委员会研究", voucher="记-9"), creates="dues.Use"),
    "dues_receive": Submission(None, {"a": "general", "b": "general", "x": "general"}, page=None),
    "development_export": Submission(_of_branch, page="development"),
    "path_new": Submission(_path, creates="development.Path"),
    "path_adopt": Submission(lambda stage, letter: {
        "member": stage.world.members["probationer"].pk, "applied_on": "2024-03-01", "approved_on": "2026-03-01"},
        creates="development.Path"),
    "path_edit": Submission(given(note="改过的说明")),
    "path_step": Submission(given(day="2024-03-20", note="谈话情况良好"), creates="development.StepRecord"),
    "path_helpers": Submission(lambda stage, letter: {
        "first": _full_member(stage, letter), "day": "2024-09-01", "reason": "原联系人调动"}),
    "path_leave": Submission(given(day="2024-09-01", reason="本人放弃")),
    "thought_new": Submission(given(handed_on="2024-05-01", title="学习党章的体会"), creates="development.ThoughtReport"),
    "thought_file": Submission(page=None),
    "thought_void": Submission(given(reason="重复登记")),
    "step_correct": Submission(given(day="2024-07-01", reason="日期抄错")),
    "step_void": Submission(given(reason="登记有误")),
    "step_file_add": Submission(lambda stage, letter: {"files": picture("扫描件.png")}, page=None, creates="files.Attachment"),
    "step_file": Submission(page=None),
    "step_file_remove": Submission(page=None),
    "submission": Submission(given(decision="approve", day="2024-06-25"), "staff", creates="development.StepRecord"),
    "submission_withdraw": Submission(page=None),
    "training_new": Submission(given(title="新一期培训班", organiser="县直机关工委", start_on="2025-10-01", stop_on="2025-10-03", days="3",
                                     hours="24"), "staff", creates="development.TrainingClass"),
    "training_edit": Submission(given(place="县委党校"), "staff"),
    "training_take": Submission(lambda stage, letter: {"paths": stage.objects["ready." + ("a" if letter == "b" else "b")].pk}, "staff",
                                page="training", creates="development.Trainee"),
    "training_hours": Submission(None, "staff", page="training"),
    "local_items": Submission(given(key="talk", name="谈话提纲", start_on="2024-01-01"), "staff", creates="development.LocalItem"),
    "local_item_end": Submission(None, "staff", page="local_items"),
    "standing_new": Submission(given(status="lost", start_on="2025-01-05", reason="多方查找没有下落"), creates="members.Standing"),
    "standing_edit": Submission(given(stop_on="2026-05-01")),
    "standing_remove": Submission(given(reason="登记错人")),
    "transfers_export": Submission(_of_branch, page="transfers"),
    "transfer_in": Submission(_letter_in, creates="transfers.Transfer"),
    "transfer_out": Submission(given(other_side="中共青禾县委", number="云林党介甲88号", start_on="2026-05-06", dues_to="2026-05"),
                               creates="transfers.Transfer"),
    "transfer_act": Submission(given(day=day(), note="对方迟收，已说明")),
    "meeting_new": Submission(_meeting, creates="meetings.Meeting"),
    "meeting_autosave": Submission(_meeting, page="meeting_new", to="meeting_new", creates="meetings.Meeting",
                                   fields=OTHER_KINDS),
    "meeting_attendance": Submission(_meeting, page="meeting_new", to="meeting_new"),
    "meeting_file_add": Submission(_files, page="meeting_new", to="meeting_new", creates="files.Attachment",
                                   fields=("meeting", *OTHER_KINDS)),
    "meeting_file_remove": Submission(page=None),
    "meeting_edit": Submission(given(title="更正后的主题", reason="写错了主题")),
    "meeting_void": Submission(given(reason="重复登记")),
    "meeting_restore": Submission(page=None),
    "report_new": Submission(lambda stage, letter: {
        "branch": branch_pk(stage, letter if letter != "-" else "a"), "period": "2025H2"}, creates="reports.Report"),
    "passage_save": Submission(given(text="上半年的工作。"), page="report", fields=("version",)),
    "shortfall_decide": Submission(given(text="党课次数不够。", state="accepted"), page="report", fields=("state",)),
    "report_make": Submission(given(appendix="on"), creates="jobs.Job"),
    "template_upload": Submission(lambda stage, letter: {"name": "县直格式", "file": template_file()}, "staff",
                                  creates="reports.ReportTemplate"),
    "template_retire": Submission(None, "staff", page="templates"),
    "import_members": Submission(lambda stage, letter: {"branch": branch_pk(stage, "a"), "start_on": "2024-01-01", "file": roster_file()},
                                 creates="imports.ImportBatch"),
    "import_branches": Submission(lambda stage, letter: {"file": roster_file()}, "staff", creates="imports.ImportBatch"),
    "import_accounts": Submission(lambda stage, letter: {"file": roster_file()}, "keeper", creates="imports.ImportBatch"),
    "import_members_template": Submission(page="import_members"),
    "import_branches_template": Submission(None, "staff", page="import_branches"),
    "import_accounts_template": Submission(None, "keeper", page="import_accounts"),
    "import_columns": Submission(page="import_batch"),
    "import_confirm": Submission(page="import_batch"),
    "import_undo": Submission(page=None),
    "import_download": Submission(page="import_batch"),
    "system_verify": Submission(None, "keeper", page="system", creates="jobs.Job"),
    "rule_setting": Submission(given(per="quarter", times="1", reason="机关党委会议决定"), "staff",
                               creates="branches.RuleSetting"),
    "holiday_new": Submission(lambda stage, letter: _holidays(2028)(stage, letter) | {"year": "2028"}, "staff",
                              creates="branches.HolidayYear"),
    "holiday_edit": Submission(lambda stage, letter: _holidays(stage.objects[f"holidays.{letter if letter != 'x' else 'a'}"].year)(
        stage, letter), "keeper"),
    "holiday_remove": Submission(given(reason="录错了年份"), "staff"),
}


def form_on_page(stage: Stage, name: str, letter: str = "-", query: str = "") -> PageForm:
    """The form that leads to a URL, as the person who may send it gets it."""
    said, shown = SUBMISSIONS[name], "a" if letter == "x" else letter
    page = address(stage, name if said.page == "same" else said.page, shown, query)
    answer = stage.ask(said.sender(letter), "GET", page)
    assert answer.status == 200, f"{page}: {answer.status}"
    # The form of an address with a query posts back to it; a plain one posts to its path.
    target = address(stage, said.to or name, shown, query)
    found = [form for target in (target, target.partition("?")[0]) for form in [_try(answer.body, page, target)] if form]
    assert found, f"no form on {page} posts to {target}"
    return found[0]


def _try(body: bytes, page: str, target: str) -> PageForm | None:
    try:
        return form_to(body, page, target)
    except AssertionError:
        return None


def payload(stage: Stage, name: str, letter: str = "-") -> Values:
    """The valid answer for one object; for a missing object it is branch A's, naming what does not exist."""
    if (name, letter) not in stage.payloads:
        stage.payloads[name, letter] = build(stage, name, letter)
    return fresh(stage.payloads[name, letter])


def fresh(values: Values) -> Values:
    """Files are read once: every request gets its own."""
    return {name: SimpleUploadedFile(value.name, b"".join(value.chunks()), value.content_type)
            if isinstance(value, SimpleUploadedFile) else value for name, value in values.items()}


def build(stage: Stage, name: str, letter: str) -> Values:
    said = SUBMISSIONS[name]
    fill = said.fill(stage, letter) if said.fill else {}
    if letter == "draft":  # continued in the form of a new meeting, thrown away by a bare button
        return {}
    if said.page is None:
        return fill
    return {key: value for key, value in form_on_page(stage, name, letter).filled(**fill).items()
            if key != "csrfmiddlewaretoken"}


def usual(name: str) -> str:
    """The object for which the submission goes through."""
    return "empty" if name == "branch_dissolve" else letters(name, "POST")[0]


def allowed(name: str) -> list[str]:
    """The methods that a URL's view lets in, as its decorator says; a view without one takes everything."""
    view = next(route.callback for route in routes() if route.name == name)
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            if isinstance(cell.cell_contents, list) and set(cell.cell_contents) & {"GET", "POST"}:
                return cell.cell_contents
        view = getattr(view, "__wrapped__", None)
    return ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
