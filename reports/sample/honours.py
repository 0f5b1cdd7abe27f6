"""Honours of the fictional bureau: the round of the last 1 July, one that is going on, awards from above, chosen examples."""
from __future__ import annotations

from datetime import date, timedelta

from branches.accounts.models import Account
from branches.models import Branch
from members.honours.models import Award, Example, Nomination, Quota, Round, Title
from members.models import Member
from reports.sample import names
from reports.sample.organisation import Sample

STORY = (
    "{name}同志政治立场坚定，工作勤勉务实，长期坚守在水利工作一线。在防汛值守、水源地保护和服务群众中主动担当，"
    "带头完成急难任务，积极参加支部组织生活，按时足额交纳党费，在党员群众中有较高威信。"
)
LINES = (
    ("河道巡护先锋岗", "每周巡护河道两次，全年劝阻乱倒乱排三十余起"), ("夜间值守小组", "汛期连续值守四十天，转移群众无一伤亡"),
    ("送水进山服务队", "旱季为山区群众送水六十车次"), ("档案整理小组", "利用业余时间整理水利工程档案两千余卷"),
)  # fmt: skip


def build_honours(sample: Sample) -> None:
    clerk = sample.accounts["dangban"]
    member, worker, branch, county = (
        Title.objects.create(name=name, category=category, level=level, for_branch=category == "branch")
        for name, category, level in (("优秀共产党员", "member", "bureau"), ("优秀党务工作者", "worker", "bureau"),
                                      ("先进党支部", "branch", "bureau"), ("优秀共产党员", "member", "county")))
    year = sample.until.year if sample.until >= date(sample.until.year, 7, 1) else sample.until.year - 1
    _finished(sample, clerk, year, (member, worker, branch))
    _running(sample, clerk, (member, branch))
    first = sample.branches[0]
    who = _people(sample, first)
    if who:
        Award.objects.create(title=county, branch=first, member=who[-1], awarded_on=date(year, 6, 28), given_by="中共岚川县委",
                             document=f"岚委〔{year}〕22号", created_by=clerk)
    for place, (name, line) in enumerate(LINES[: len(sample.branches)]):
        Example.objects.create(branch=sample.branches[place], name=name, line=line, on=date(year, 3 + place, 15), chosen=place != 1,
                               created_by=clerk)


def _people(sample: Sample, branch: Branch) -> list[Member]:
    """Full members who belong there now, in a fixed order."""
    return [sample.members[row.member_id] for row in sample.spans[branch.pk] if row.kind == "full" and row.stop_on is None]


def _finished(sample: Sample, clerk: Account, year: int, titles: tuple[Title, ...]) -> None:
    """The round of 1 July: notified in May, decided at the end of June."""
    row = Round.objects.create(
        name=f"{year}年七一表彰", year=year, notice=f"岚水党〔{year}〕9号", notice_on=date(year, 5, 6), nominate_by=date(year, 6, 10),
        publicity_start=date(year, 6, 15), publicity_end=date(year, 6, 24), decided_on=date(year, 6, 29), document=f"岚水党〔{year}〕12号")
    for place, branch in enumerate(sample.branches[:12]):
        for number, title in enumerate(titles):
            if number and place % 3 != number % 3:
                continue
            nomination = _nominate(sample, clerk, row, branch, title, number)
            if nomination and place == 1 and title.category == "member":
                _refuse(nomination)
            elif nomination:
                nomination.state = "decided"
                nomination.save(update_fields=["state"])
                Award.objects.create(title=title, branch=branch, member=nomination.member, awarded_on=row.decided_on, document=row.document,
                                     given_by=names.BUREAU["organ_name"], nomination=nomination, created_by=clerk)


def _refuse(nomination: Nomination) -> None:
    nomination.state, nomination.reason = "refused", "入职不满两年，不符合通知规定的年限"
    nomination.save(update_fields=["state", "reason"])


def _nominate(sample: Sample, clerk: Account, row: Round, branch: Branch, title: Title, number: int) -> Nomination | None:
    """Within the branch's number, by its first meeting after the notice; None where it has held none."""
    meeting = branch.meetings.held().filter(held_on__gte=row.notice_on).order_by("held_on", "id").first()
    people = _people(sample, branch)
    Quota.objects.create(round=row, branch=branch, title=title, places=1)
    if meeting is None or len(people) < 3:
        return None
    member = None if title.for_branch else people[number]
    return Nomination.objects.create(
        round=row, title=title, branch=branch, member=member, meeting=meeting, created_by=clerk, opinions="已听取纪检、人事部门意见，符合条件。",
        reviewed_by=clerk, story=STORY.format(name=member.name if member else branch.short_name))


def _running(sample: Sample, clerk: Account, titles: tuple[Title, ...]) -> None:
    """A round that still takes recommendations: some branches have used their places."""
    notified = sample.until - timedelta(days=40)
    row = Round.objects.create(name=f"{sample.until.year}年度评优", year=sample.until.year, notice=f"岚水党〔{sample.until.year}〕27号",
                               notice_on=notified, nominate_by=sample.until + timedelta(days=10))
    for place, branch in enumerate(sample.branches[:12]):
        for number, title in enumerate(titles):
            if place % 2 and not number:
                nomination = _nominate(sample, clerk, row, branch, title, 2)
                if nomination:
                    nomination.state = "reviewed" if place % 4 == 1 else "recommended"
                    nomination.save(update_fields=["state"])
            elif number == 0 or place % 3 == 0:
                Quota.objects.create(round=row, branch=branch, title=title, places=1)
