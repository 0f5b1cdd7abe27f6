"""Personal files of the fictional people. Nobody's number can be a real one: no county has its region."""
from __future__ import annotations

from datetime import date, timedelta
from random import Random

from branches.models import Branch
from members import codes
from members.id_numbers import check_digit
from members.models import CorrectionRequest, Member, Profile
from partywork.periods import add_months
from reports.sample.organisation import Sample

REGION = "410099"
SCHOOLS = ("岚川师范学院中文系", "省水利职业技术学院水利工程", "省农业大学农田水利", "岚川县委党校经济管理", "省广播电视大学行政管理", "岚川大学会计学")
PLACES = ("岚川县城关镇", "岚川县青石乡", "岚川县柳坪镇", "岚川县龙泉乡", "岚川县桃源镇")
POSITIONS = ("科员", "一级科员", "股长", "副股长", "办事员", "主任科员")
EDUCATIONS = (("university", 48), ("college", 25), ("master", 8), ("central_university", 8), ("secondary", 7), ("high_school", 4))
WORKS = (("civil_servant", 34), ("managed_alike", 12), ("institution_manager", 22), ("institution_expert", 20), ("bureau_worker", 12))
DEGREES = {"master": "master", "university": "bachelor"}
GAPS = {"nationality": .03, "id_number": .06, "education": .05, "work": .05, "home_address": .14}  # how often an item is still missing


def build_files(sample: Sample) -> None:
    """A file for nearly everybody; some lack what offices lack. A Random of its own: the rest of the sample stays as it is."""
    random = Random(f"files-{len(sample.members)}")
    places = {branch.pk: branch for branch in sample.branches}
    people = list(sample.members.values())
    files = [_file(random, number, member, places[member.latest.branch_id]) for number, member in enumerate(people)]
    Profile.objects.bulk_create([each for each in files if random.random() > .03], batch_size=500)
    build_requests(sample)


def build_requests(sample: Sample) -> None:
    """One plain member has answered and open requests."""
    account = sample.accounts.get("zb01-dangyuan")
    secretary = sample.accounts.get("zb01")
    if account is None:
        return
    facts = {"member": account.member, "asked_on": sample.until - timedelta(days=90)}
    CorrectionRequest.objects.create(
        **facts, text="参加工作日期应为档案记载的日期，请核对。", state="done", answer="已按人事档案核对。", closed_by=secretary,
        closed_on=sample.until - timedelta(days=86),
    )  # fmt: skip
    CorrectionRequest.objects.create(member=account.member, asked_on=sample.until - timedelta(days=2), text="民族、学历和住址还没有登记，材料已交给组织委员。")


def _file(random: Random, number: int, member: Member, branch: Branch) -> Profile:
    education = _drawn(random, EDUCATIONS)
    place = random.choice(PLACES)
    profile = Profile(
        member=member, id_number=_id_number(number, member), nationality="01" if random.random() < .91 else random.choice(("03", "11", "15")),
        education=education, degree=DEGREES.get(education, ""), school=random.choice(SCHOOLS), native_place=place,
        work=_work(random, branch), position=random.choice(POSITIONS), worked_from=_begun(random, member),
        home_address=f"{place}河堤路{random.randint(1, 90)}号{random.randint(1, 6)}栋{random.randint(101, 605)}", joined_as="normal",
        applied_on=add_months(member.joined_on, -random.randint(26, 60)), activist_on=add_months(member.joined_on, -random.randint(15, 24)),
        candidate_on=add_months(member.joined_on, -random.randint(2, 10)), joined_at=f"{branch.short_name}",
    )  # fmt: skip
    for item, often in GAPS.items():
        if random.random() < often:
            setattr(profile, item, "")
    return profile


def _drawn(random: Random, weighted: tuple[tuple[str, int], ...]) -> str:
    return random.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


def _work(random: Random, branch: Branch) -> str:
    if "离退休" in branch.short_name:
        return codes.Work.RETIRED if random.random() < .93 else codes.Work.VETERAN_CADRE
    return _drawn(random, WORKS)


def _begun(random: Random, member: Member) -> date:
    return date(member.born_on.year + random.randint(19, 24), random.choice((7, 8, 12)), 1)


def _id_number(number: int, member: Member) -> str:
    """Odd for men; the running number of 499 pairs, people of one birthday are few."""
    order = 2 * (number % 499) + (member.sex == "m")
    first = f"{REGION}{member.born_on:%Y%m%d}{order:03d}"
    return first + check_digit(first)
