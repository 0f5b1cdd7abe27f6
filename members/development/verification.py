"""What of the paths `manage.py verify` looks through: that state and stage follow from the records, and the roster from both."""

from __future__ import annotations

from collections.abc import Iterator

from members.development.basis import broken_basis
from members.development.course import Course
from members.development.extra import title_of
from members.development.models import Path, StepRecord
from partywork.keeping.checks import Asked, verifies


@verifies("发展党员的阶段")
def stages_follow(asked: Asked) -> Iterator[str]:
    """`state` and `stage` are what the records say."""
    for path in Path.objects.with_course().iterator(200):
        course = Course.of(path)
        if (path.state, path.stage) != (course.state, course.stage):
            yield f"发展档案{path.pk}：登记为{path.state}/{path.stage or '空'}，按各步骤应为{course.state}/{course.stage or '空'}。"


@verifies("发展步骤的会议依据")
def meetings_stand(asked: Asked) -> Iterator[str]:
    """The meetings on which steps rest are still held."""
    rows = StepRecord.objects.standing().filter(broken_basis()).order_by("pk")
    for pk, path, key in rows.values_list("pk", "path_id", "key"):
        yield f"发展档案{path}：{title_of(key)}（记录{pk}）所依据的会议已作废。"


@verifies("发展党员与名册")
def the_roster_agrees(asked: Asked) -> Iterator[str]:
    """Whoever was approved is a member from the day of the congress on; nobody else is linked."""
    for path in Path.objects.with_course().iterator(200):
        dates = Course.of(path).dates
        if ("approval" in dates) != (path.member_id is not None):
            yield f"发展档案{path.pk}：上级党委审批与党员名册不一致。"
        elif path.member and path.member.joined_on != dates.get("admission"):
            yield f"发展档案{path.pk}：支部大会接收日期与名册的入党日期（{path.member.joined_on:%Y-%m-%d}）不一致。"
