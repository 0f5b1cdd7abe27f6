"""Checks and fills Word templates. The only door to them for the rest of the program."""

import os
import secrets
from pathlib import Path

from partywork.word import bounded
from partywork.word.bounded import BoundedError, Limits
from partywork.word.context import CONTEXT, context_for
from partywork.word.examples import PLACEHOLDERS, Placeholder
from partywork.word.gate import Fault, faults_at_door

LIMITS = Limits(memory_mb=700, cpu_seconds=8, wall_seconds=10)
AT_UPLOAD = Limits(memory_mb=700, cpu_seconds=4, wall_seconds=5)  # someone waits for the answer


def check_template(path: str | Path, allowed: dict = CONTEXT, limits: Limits = AT_UPLOAD, needs: str = "") -> list[Fault]:
    """Why an uploaded template is not accepted: an empty list if it is. Call it before storing the file.

    `needs` is the list that the template has to go through, such as the parts of a report.
    """
    if faults := faults_at_door(path):
        return faults
    arguments = {"path": str(Path(path).resolve()), "allowed": allowed, "needs": needs}
    try:
        found = bounded.call("partywork.word.filling:examine", arguments, limits)
    except BoundedError as error:
        return [Fault("文件", str(error))]
    return [Fault(place, message) for place, message in found]


def placeholders() -> list[Placeholder]:
    """All that a template may name, for the page that explains it."""
    return list(PLACEHOLDERS)


def render(
    template_path: str | Path, context: dict, output_path: str | Path, limits: Limits = LIMITS
) -> None:
    """Fill a template with a report document. The output appears complete or not at all."""
    target = Path(output_path).resolve()
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    source, filled = str(Path(template_path).resolve()), context_for(context)
    arguments = {"path": source, "context": filled, "target": str(part)}
    try:
        bounded.call("partywork.word.filling:fill", arguments, limits)
        _sync(part)
        os.replace(part, target)
        _sync(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Have the file, or the name in its folder, on the disk before anyone is told that it is there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
