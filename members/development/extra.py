"""What stands on a path beside the 25 steps: the exits of the chain, and which steps are the upper committee's. Plain values."""

from __future__ import annotations

from members.development.steps import SET_2026

# Records that are no steps: an exit is discussed by the congress and approved above, like the step that it stands for.
EXITS = {
    "extension": "支部大会讨论延长预备期",
    "extension_approval": "上级党委审批延长预备期",
    "cancellation": "支部大会讨论取消预备党员资格",
    "cancellation_approval": "上级党委审批取消预备党员资格",
    "stopped": "终止培养",
    "moved": "转移接续",
}
RULE_OF = {"extension": "DEV-30", "extension_approval": "DEV-30", "cancellation": "VOTE-3", "cancellation_approval": "VOTE-3"}
LABELS = {step.key: step.name for step in SET_2026.steps} | EXITS
KEY_CHOICES = [(key, label) for key, label in LABELS.items()]
REPEATED = tuple(step.key for step in SET_2026.steps if step.until)
# The upper committee's own decisions: the branch reports, somebody else there decides.
REPORTED = {
    "activist_record": "备案", "candidate_consent": "同意", "pre_review": "预审", "approval": "审批", "full_approval": "审批",
    "extension_approval": "审批", "cancellation_approval": "审批",
}  # fmt: skip
# What the committee does without being asked: it only enters it.
OF_COMMITTEE = ("committee_talk", "report_up")
# Decisions of the congress by the matter of its resolution.
VOTED = {"admission": "admit", "full_meeting": "full", "extension": "full", "cancellation": "full"}
APPROVES = {"approval": "admission", "full_approval": "full_meeting", "extension_approval": "extension",
            "cancellation_approval": "cancellation"}  # fmt: skip
REPORTED_MARK = {"approval": "admission_reported_on", "full_approval": "full_reported_on"}


def number_of(key: str) -> int:
    """The step's number; an exit comes after all steps."""
    return next((step.number for step in SET_2026.steps if step.key == key), 99)


def title_of(key: str) -> str:
    """第3步 推荐和确定入党积极分子; an exit by its name."""
    number = number_of(key)
    return LABELS[key] if number == 99 else f"第{number}步 {LABELS[key]}"


def rule_of(key: str) -> str:
    """The entry of the book of rules; "" for what no rule speaks of."""
    number = number_of(key)
    return RULE_OF.get(key, "") if number == 99 else f"DEV-{number}"
