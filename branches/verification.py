"""What of the organisation `manage.py verify` looks through."""

from __future__ import annotations

from collections.abc import Iterator

from branches.holidays import read_lines
from branches.models import Branch, HolidayYear
from partywork.keeping.checks import Asked, verifies

FAULTS = ("路径含有不能用的字符", "路径长度不对", "上级组织不存在", "层级与路径不符", "下级个数与登记不符")


@verifies("组织树")
def tree_is_whole(asked: Asked) -> Iterator[str]:
    """Every organisation hangs in the tree where its path says."""
    for fault, found in zip(FAULTS, Branch.objects.find_problems(), strict=True):
        yield from (f"党组织{pk}：{fault}。" for pk in found)


@verifies("节假日安排")
def holidays_are_read(asked: Asked) -> Iterator[str]:
    """Every year's lines stand in the form in which they were kept."""
    for row in HolidayYear.objects.all():
        arrangement, faults = read_lines(row.lines, row.year)
        yield from (f"{row}：{fault}" for fault in faults)
        if not faults and arrangement.text != row.lines:
            yield f"{row}：内容与保存时的写法不同。"
