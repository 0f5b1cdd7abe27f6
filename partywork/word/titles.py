"""How wide a text is, and where a long title is broken by sense."""

import re
from itertools import combinations, pairwise

LINE_WIDTH = 20  # characters of 22 pt that fit into the 156 mm of the type area
MOST_LINES = 4

# Words that stay together; a place inside one of them is never a place to break.
WHOLE = re.compile(
    r"\d{4}年(?:度|上半年|下半年|第?[一二三四]季度|\d{1,2}月(?:\d{1,2}日)?|[一二三四]季度)?"
    r"|[A-Za-z0-9.%]+[年月日次个名届]?|《[^》]{1,18}》|“[^”]{1,18}”|（[^）]{1,18}）"
    r"|委员会|党支部|总支部|办公室|基层党组织|党组织|党委|党组|机关|支部|局部|部门|县委|市委|省委"
    r"|党建工作|工作|报告|总结|情况|上半年|下半年|半年|年度|党风廉政建设|全面从严治党|主题教育"
    r"|意识形态|中国共产党|中共|社会主义|自然资源|人民政府|领导小组|直属|建设|学习|教育|活动"
)
STRONG_AFTER = re.compile(
    r"(?:委员会|党支部|总支部|党组|党委|办公室|领导小组|政府|公司|集团|中心|学校|局|厅|院|半年|年度|季度)$"
)
STRONG_BEFORE = re.compile(r"\d{4}年|关于|党建工作")
WEAK_AFTER = re.compile(r"(?:关于|的|、|省|市|县|区|乡|镇|年)$")
WEAK_BEFORE = re.compile(r"暨|和|与|及|机关|直属|工作|情况|报告|总结|贯彻|落实|推进|加强|开展|学习|建设")
WEAK_COST = 4


def width(text: str) -> float:
    """The width of a text in full-width characters; Latin letters and digits are half as wide."""
    return sum(0.5 if ord(char) < 0x80 else 1 for char in text)


def break_title(text: str, limit: float = LINE_WIDTH) -> list[str]:
    """The lines of a title: one if it fits, else broken by sense into a trapezium or a lozenge."""
    if width(text) <= limit:
        return [text]
    costs = break_costs(text)
    for count in range(2, MOST_LINES + 1):
        shapes = [_cut(text, points) for points in combinations(costs, count - 1)]
        fitting = [lines for lines in shapes if max(map(width, lines)) <= limit]
        if fitting:
            return min(fitting, key=lambda lines: _shape_cost(lines) + _sense_cost(lines, costs))
    return _filled(text, limit)


def break_costs(text: str) -> dict[int, int]:
    """The places where the sense allows a break, and what a break there costs."""
    inside = {place for word in WHOLE.finditer(text) for place in range(word.start() + 1, word.end())}
    costs = {}
    for place in range(1, len(text)):
        if place not in inside and (cost := _cost_at(text, place)) is not None:
            costs[place] = cost
    return costs


def _cost_at(text: str, place: int) -> int | None:
    before, after = text[:place], text[place:]
    if STRONG_AFTER.search(before) or STRONG_BEFORE.match(after):
        return 0
    return WEAK_COST if WEAK_AFTER.search(before) or WEAK_BEFORE.match(after) else None


def _cut(text: str, points: tuple[int, ...]) -> list[str]:
    return [text[start:stop] for start, stop in pairwise((0, *points, len(text)))]


def _sense_cost(lines: list[str], costs: dict[int, int]) -> int:
    ends = [len("".join(lines[:count])) for count in range(1, len(lines))]
    return sum(costs[end] for end in ends)


def _shape_cost(lines: list[str]) -> float:
    """Even lines are good, a rectangle and an hourglass are not; the top may be the shorter one."""
    widths = [width(line) for line in lines]
    hourglass = any(b < a and b < c for a, b, c in zip(widths, widths[1:], widths[2:], strict=False))
    rectangle = len(set(widths)) == 1
    return max(widths) - min(widths) + hourglass * 4 + rectangle + (widths[0] > widths[-1])


def _filled(text: str, limit: float) -> list[str]:
    """Full lines, for a text without any place to break by sense (digits and words kept whole)."""
    lines = [""]
    for piece in re.findall(r"[A-Za-z0-9.%]{1,30}年?|.", text):
        if width(lines[-1] + piece) > limit:
            lines.append("")
        lines[-1] += piece
    return [line for line in lines if line]
