"""The half-year report: six parts, their sections, and which figures and sentences stand where."""
from __future__ import annotations

from reports import sentences as say
from reports.definitions.parts import Definition, Part, Section
from reports.sentences_people import examples_told, honours_given, terms_renewed

RATES = tuple(f"attendance.{name}" for name in (
    "rate", "rate_congress", "rate_committee", "rate_group", "rate_lecture", "rate_theme_day"))
FORMS = tuple(f"theme.{form}" for form in (
    "study", "discussion", "film", "integrity", "relief", "training", "volunteer", "red_site"))

HONOURS = tuple(f"honours.{name}" for name in (
    "members", "member_names", "workers", "worker_names", "branches", "branch_names", "others", "other_names", "examples"))

CAMPAIGNS = Part("1", "专项工作开展情况", (
    Section("1.campaigns", "", asks="本期专项工作的部署、措施和成效"),
))

FOUNDATIONS = Part("2", "党建责任和基础工作", (
    Section("2.duty", "落实党建责任", figures=(
        "org.leaders", "org.staff", "meetings.party_group_work", "meetings.first_topic", "meetings.mobilisation",
        "meetings.work_report"), tells=(say.leadership, say.responsible, say.work_reports, say.mobilisation),
        asks="党建工作要点、计划和责任落实情况"),
    Section("2.organisation", "健全组织体系", figures=(
        "org.general", "org.branches", "org.groups", "org.founded", "org.moved", "org.merged", "org.dissolved", "groups.adjustments",
        "terms.due", "terms.due_names", "terms.renewed", "terms.renewed_names", "terms.overdue", "terms.overdue_names"),
        tells=(say.organisations, say.organisation_changes, terms_renewed), asks="换届、组织设置方面需要说明的情况"),
    Section("2.lessons", "坚持“三会一课”和主题党日制度", figures=(
        "meetings.congress", "meetings.committee", "meetings.group", "meetings.lecture", "meetings.lecture_by_leader",
        "meetings.theme_day", *RATES), tells=(say.lessons, say.lectures, say.theme_days, say.attendance),
        asks="做法、特点和典型支部"),
    Section("2.org_life", "开展组织生活会和民主评议党员", figures=(
        "meetings.org_life", "meetings.self_criticism", "meetings.mutual_criticism", "meetings.appraisal",
        "meetings.appraised", "meetings.appraised_by_grade", "meetings.checkup", "meetings.checkup_members", "meetings.talk"),
        tells=(say.organisation_life, say.appraisal, say.checkups, say.talks), asks="查摆问题和整改情况"),
    Section("2.standard", "推进党支部标准化规范化建设", asks="标准化建设、档案和活动经费情况"),
))

MEMBERS = Part("3", "党员教育管理", (
    Section("3.study", "加强理论学习", figures=(
        "meetings.centre_study", "meetings.centre_seminar", "meetings.democratic_life", "meetings.study", "meetings.seminar"),
        tells=(say.centre_group, say.democratic_life, say.branch_study), asks="学习内容、心得体会和思想汇报情况"),
    Section("3.roster", "加强党员队伍管理", figures=(
        "members.start", "members.start_full", "members.start_probationary", "members.end", "members.end_full",
        "members.end_probationary", "members.probationary_names", "members.transfers_in", "members.transfers_out",
        "members.moved_in", "members.admitted", "members.turned_full", "members.left", "members.stopped", "members.restored",
        "transfers.leaving", "transfers.arriving", "members.floating", "members.lost"),
        tells=(say.roster, say.on_probation, say.comings_and_goings, say.stopped_and_restored, say.in_transit, say.away),
        asks="党员管理方面需要说明的情况"),
    Section("3.development", "做好发展党员工作", figures=(
        "development.applications", "development.activists", "development.activist_names", "development.candidates",
        "development.trained", "development.trained_names", "development.admitted_names", "development.full_names",
        "development.extended", "development.extended_names", "development.thought_reports"),
        tells=(say.joining, say.training_sent, say.newly_joined, say.thought_reports), asks="入党积极分子、发展对象培养和发展党员情况"),
    Section("3.points", "开展积分管理和党费收缴", figures=(
        "dues.due", "dues.paid", "dues.rate", "dues.rate_people", "dues.rate_in_time", "dues.exempt", "dues.collected", "dues.extra",
        "dues.sent", "dues.sent_out", "dues.sent_days"), tells=(say.dues, say.dues_extra, say.dues_sent),
        asks="积分考核、公示和党费收缴情况"),
))

ACTIVITIES = Part("4", "党建活动开展情况", (
    Section("4.theme", "丰富主题党日形式", figures=(*FORMS, "theme.by_form", "meetings.volunteer_people"),
            tells=(say.theme_forms, say.volunteers), asks="有代表性的活动"),
    Section("4.inspection", "开展党建督查", asks="督查轮次、发现问题和整改情况", whole=True),
    Section("4.honours", "发挥示范带动作用", figures=HONOURS, tells=(honours_given, examples_told), asks="党员示范岗、表彰和典型事例"),
))

SHORTFALLS = Part("5", "存在问题", (Section("5.more", "", asks="存在的主要问题"),), proposes=True)
NEXT = Part("6", "{coming}工作打算", (Section("6.more", "", asks="{coming}的工作安排"),), proposes=True)

HALF_YEAR = Definition("half_year", "党建工作报告", (CAMPAIGNS, FOUNDATIONS, MEMBERS, ACTIVITIES, SHORTFALLS, NEXT),
                       aside=("development.activist_names", "development.extended", "theme.by_form",
                              "members.start", "members.start_full", "members.start_probationary", "dues.collected", "dues.sent_days"))
DEFINITIONS = {definition.code: definition for definition in (HALF_YEAR,)}
