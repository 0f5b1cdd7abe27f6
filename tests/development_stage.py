"""What stands behind the URLs of 发展党员 on the stage: for branch A and its sister, a path in each state that a form needs."""
from __future__ import annotations

from datetime import date
from typing import Any

from branches.accounts.models import Account
from branches.meetings.kinds import Kind
from branches.models import Branch
from members.development.models import (
    Helper,
    LocalItem,
    Path,
    StepFile,
    StepRecord,
    Submission,
    ThoughtReport,
    Trainee,
    TrainingClass,
)
from partywork.files.services import store_upload
from tests.factories import make_meeting, make_member

DAYS = {"application": date(2024, 3, 1), "talk": date(2024, 3, 20), "activist": date(2024, 6, 15), "activist_record": date(2024, 6, 25),
        "contacts": date(2024, 6, 25), "candidate": date(2025, 7, 1), "candidate_consent": date(2025, 8, 1)}
# Which object a URL leads to; the letters are those of the stage.
PATHS = {
    "path": "path", "path_edit": "path", "path_step": "path", "path_leave": "path", "thought_new": "path", "path_helpers": "walked",
    "thought_file": "thought", "thought_void": "thought", "step_correct": "record", "step_void": "record", "step_file_add": "record",
    "step_file": "stepfile", "step_file_remove": "stepfile", "submission": "sent", "submission_withdraw": "sent",
    "training": "training", "training_edit": "training", "training_take": "training", "training_hours": "training",
    "local_item_end": "item",
}
FIXED = {"path_step": {"key": "talk"}, "path_helpers": {"role": "contact"}}
QUERIES = {"development": ("branch={branch}", "-b"), "development_export": ("", "-abx"), "submissions": ("branch={branch}", "-b"),
           "development_calendar": ("branch={branch}", "-b"), "path_new": ("", "abx")}
MODELS = {"path": Path, "walked": Path, "sent": Submission, "record": StepRecord, "thought": ThoughtReport}


def make_path(branch: Branch, name: str, steps: tuple[str, ...] = ("application",), **facts: Any) -> Path:
    """A path with the steps of DAYS on record, from an earlier file; stage as they say."""
    facts = {"sex": "f", "born_on": date(1995, 6, 1), "pinyin": "lin", "initials": "l", "stage": "applicant"} | facts
    path = Path.objects.create(name=name, branch=branch, **facts)
    for key in steps:
        StepRecord.objects.create(path=path, branch=branch, key=key, done_on=DAYS[key], recorded_on=DAYS[key], carried=True)
    return path


def place_paths(letter: str, branch: Branch, account: Account, mark: str, upload) -> dict[str, Any]:
    """The objects of one branch by name ("path.a" …); `mark` stands in every text."""
    chain = tuple(DAYS)
    path = make_path(branch, f"{mark}申请人", note=mark)
    walked = make_path(branch, f"{mark}积极分子", chain[:5], stage="activist")
    sent = make_path(branch, f"{mark}报批人", chain[:3], stage="activist")
    ready = make_path(branch, f"{mark}对象", chain, stage="candidate")
    record = walked.records.get(key="contacts")
    StepRecord.objects.filter(pk=record.pk).update(carried=False, note=mark)
    Helper.objects.create(path=walked, member=make_member(branch, f"{mark}联系人"), role="contact", start_on=DAYS["contacts"])
    make_meeting(branch, Kind.COMMITTEE, held_on=date(2024, 2, 1), created_by=account, title=f"{mark}支委会")

    def kept():
        return store_upload(actor=account, upload=upload(), allowed="any")

    training = TrainingClass.objects.create(
        branch=Branch.objects.get(kind="committee"), title=f"第{letter}期培训班", organiser="县直机关工委",
        start_on=date(2025, 9, 1), stop_on=date(2025, 9, 3), days=3, hours=24)  # fmt: skip
    Trainee.objects.create(training=training, path=ready, branch=branch)
    return {
        f"path.{letter}": path, f"walked.{letter}": walked, f"record.{letter}": StepRecord.objects.get(pk=record.pk),
        f"sent.{letter}": Submission.objects.create(path=sent, key="activist_record", reported_on=date(2024, 6, 20), note=mark,
                                                    created_by=account),
        f"stepfile.{letter}": StepFile.objects.create(record=record, attachment=kept()),
        f"thought.{letter}": ThoughtReport.objects.create(path=walked, branch=branch, handed_on=date(2024, 9, 1), title=mark,
                                                          attachment=kept(), created_by=account),
        f"training.{letter}": training, f"ready.{letter}": ready,
        f"item.{letter}": LocalItem.objects.create(key="activist", name=f"第{letter}项要求", start_on=date(2024, 1, 1)),
    }  # fmt: skip
