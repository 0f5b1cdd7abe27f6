"""Sentences of terms, honours and chosen examples: like those of sentences.py, [] for silence."""

from __future__ import annotations

from reports.pieces import Facts, Number, Pieces, marked, named, sentence, tidy

HONOURS = (("members", "member_names", "优秀共产党员", "名"), ("workers", "worker_names", "优秀党务工作者", "名"),
           ("branches", "branch_names", "先进基层党组织", "个"))  # fmt: skip


def terms_renewed(facts: Facts) -> Pieces:
    """Terms that ended, elections held, terms that are over; in the report of one branch without its own name."""
    if facts.single:
        return _own_term(facts)
    until = f"到{facts.period.last_day.month}月底届满未换届的"
    return sentence(f"{facts.half}，", [
        _with_names("任期届满的党组织", "terms.due", "terms.due_names", "个", facts),
        _with_names("完成换届的", "terms.renewed", "terms.renewed_names", "个", facts),
        _with_names(until, "terms.overdue", "terms.overdue_names", "个", facts)], by="，")  # fmt: skip


def _own_term(facts: Facts) -> Pieces:
    """The report of one branch speaks of itself."""
    until = f"到{facts.period.last_day.month}月底还没有换届"
    words = (("terms.due", "任期届满"), ("terms.renewed", "完成换届选举"), ("terms.overdue", until))
    return sentence(f"{facts.half}，本支部", [[Number(key, told)] for key, told in words if facts.has(key)], by="，")


def honours_given(facts: Facts) -> Pieces:
    """Honours by title, each with its names."""
    clauses = [_with_names(title, f"honours.{count}", f"honours.{names}", unit, facts) for count, names, title, unit in HONOURS]
    others = marked("其他表彰[honours.others]项", facts)
    listed = named("honours.other_names", facts)
    clauses.append([*others, "（", *listed, "）"] if others and listed else others)
    return sentence(f"{facts.half}，受到表彰的有", clauses)


def examples_told(facts: Facts) -> Pieces:
    """The chosen examples, each with its line."""
    told = [[Number("honours.examples", str(words).rstrip("。；"))] for words in facts["honours.examples"] or []]
    return sentence("涌现的典型有：", told, by="；")


def _with_names(words: str, count: str, names: str, unit: str, facts: Facts) -> Pieces:
    """任期届满的党组织2个（一支部、二支部）。"""
    counted = marked(f"{words}[{count}]{unit}", facts)
    listed = named(names, facts)
    return tidy([*counted, "（", *listed, "）"]) if counted and listed else counted
