"""The kinds of meeting, whose business they are and whom they expect. Plain values; every layer may import it."""
from __future__ import annotations

from django.db.models import TextChoices


class Kind(TextChoices):
    CONGRESS = "congress", "党员大会"
    COMMITTEE = "committee", "支委会"
    GROUP = "group", "党小组会"
    LECTURE = "lecture", "党课"
    THEME_DAY = "theme_day", "主题党日"
    ORG_LIFE = "org_life", "组织生活会"
    APPRAISAL = "appraisal", "民主评议党员"
    CHECKUP = "checkup", "党性体检"
    STUDY = "study", "集中学习"
    SEMINAR = "seminar", "专题研讨"
    CENTRE_STUDY = "centre_study", "中心组学习"
    CENTRE_SEMINAR = "centre_seminar", "中心组研讨"
    DEMOCRATIC_LIFE = "democratic_life", "民主生活会"
    PARTY_GROUP = "party_group", "党组会"
    MOBILISATION = "mobilisation", "动员会"
    TALK = "talk", "谈心谈话"


class ThemeForm(TextChoices):
    STUDY = "study", "学习"
    DISCUSSION = "discussion", "讨论"
    FILM = "film", "观影"
    INTEGRITY = "integrity", "廉政教育"
    RELIEF = "relief", "帮扶慰问"
    TRAINING = "training", "业务培训"
    VOLUNTEER = "volunteer", "志愿服务"
    RED_SITE = "red_site", "红色教育基地参观"


class Body(TextChoices):
    """Whom a gathering expects."""

    WHOLE = "whole", "全体党员"
    COMMITTEE = "committee", "支部委员"
    GROUP = "group", "党小组成员"
    LEADERS = "leaders", "领导班子成员"
    CHOSEN = "chosen", "指定人员"


class Grade(TextChoices):
    """Grades of the democratic appraisal (教管条例第18条; the proportion is MTG-8)."""

    EXCELLENT = "excellent", "优秀"
    QUALIFIED = "qualified", "合格"
    BASIC = "basic", "基本合格"
    UNQUALIFIED = "unqualified", "不合格"


BUREAU_KINDS = (Kind.CENTRE_STUDY, Kind.CENTRE_SEMINAR, Kind.DEMOCRATIC_LIFE, Kind.PARTY_GROUP)
COMMON_KINDS = (Kind.LECTURE, Kind.STUDY, Kind.SEMINAR, Kind.MOBILISATION, Kind.TALK)
BRANCH_KINDS = (Kind.CONGRESS, Kind.COMMITTEE, Kind.GROUP, Kind.LECTURE, Kind.THEME_DAY, Kind.ORG_LIFE, Kind.APPRAISAL,
                Kind.CHECKUP, Kind.STUDY, Kind.SEMINAR, Kind.MOBILISATION, Kind.TALK)
LESSON_KINDS = (Kind.CONGRESS, Kind.COMMITTEE, Kind.GROUP, Kind.LECTURE)  # 三会一课


def kinds_for(branch_kind: str) -> tuple[Kind, ...]:
    """The kinds that an organisation of this kind can hold."""
    if branch_kind == "committee":
        return BUREAU_KINDS + COMMON_KINDS
    return COMMON_KINDS if branch_kind == "general" else BRANCH_KINDS


def body_of(kinds: set[str], branch_kind: str) -> Body:
    """Whom a gathering of these kinds expects: the strictest circle that one of its kinds names."""
    if Kind.CONGRESS in kinds:
        return Body.WHOLE
    if Kind.GROUP in kinds:
        return Body.GROUP
    if Kind.COMMITTEE in kinds:
        return Body.COMMITTEE
    if kinds & set(BUREAU_KINDS):
        return Body.LEADERS
    if kinds <= {Kind.TALK} or branch_kind in ("committee", "general"):
        return Body.CHOSEN
    return Body.WHOLE


def clash(kinds: set[str]) -> str:
    """Why these kinds cannot be one gathering, in Chinese; empty when they can."""
    narrow = [kind for kind in (Kind.CONGRESS, Kind.COMMITTEE, Kind.GROUP) if kind in kinds]
    if len(narrow) > 1:
        return f"{narrow[0].label}与{narrow[1].label}的应到人员不同，不能登记为同一次会议，请分别登记。"
    if kinds & set(BUREAU_KINDS) and kinds & set(BRANCH_KINDS) - set(COMMON_KINDS):
        return "领导班子的会议与支部的会议不能登记为同一次会议，请分别登记。"
    if Kind.TALK in kinds and len(kinds) > 1:
        return "谈心谈话请单独登记。"
    return ""
