"""Files and their rows agree."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from partywork.disk import reason
from partywork.files.models import Attachment
from partywork.keeping.backing import sha256_of
from partywork.keeping.checks import Asked, verifies

USUAL = re.compile(r"(incoming|[0-9a-f]{2})/[0-9a-f]{32}")


def owned() -> QuerySet[Attachment]:
    """Attachments that a row of some app belongs to."""
    relations = [each for each in Attachment._meta.get_fields(include_hidden=True) if each.auto_created and each.is_relation]
    found = Q(pk__in=[])
    for each in relations:
        found |= Q(Exists(each.related_model._base_manager.filter(**{each.field.name: OuterRef("pk")})))
    return Attachment.objects.filter(found)


@verifies("附件文件")
def files_are_whole(asked: Asked) -> Iterator[str]:
    for row in Attachment.objects.order_by("pk").iterator():
        if fault := fault_of(row):
            yield f"附件{row.pk}“{row.original_name}”（{row.stored_name}）{fault}"


def fault_of(row: Attachment) -> str:
    try:
        if not row.path.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
            return "存放在附件目录之外。"
        size = row.path.stat().st_size
        if size != row.size:
            return f"大小不符：登记 {row.size} 字节，实际 {size} 字节。"
        return "" if sha256_of(row.path) == row.sha256 else "内容与校验值不符。"
    except (FileNotFoundError, NotADirectoryError):
        return "文件不存在。"
    except (OSError, ValueError) as error:
        return f"文件读不出（{reason(error) if isinstance(error, OSError) else error}）。"


@verifies("附件归属")
def files_have_owners(asked: Asked) -> Iterator[str]:
    for row in Attachment.objects.exclude(pk__in=owned().values("pk")).order_by("pk").iterator():
        yield f"附件{row.pk}“{row.original_name}”不属于任何记录。"


@verifies("多余文件")
def no_file_without_a_row(asked: Asked) -> Iterator[str]:
    """A file is on disk before its row: a young one may belong to an upload that is going on or was broken off."""
    root, limit = Path(settings.MEDIA_ROOT), time.time() - asked.grace
    known, young = set(Attachment.objects.values_list("stored_name", flat=True)), 0
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if not path.is_symlink() and (path.is_dir() or name in known):
            continue
        if USUAL.fullmatch(name) and changed_at(path) > limit:
            young += 1
            continue
        yield f"文件 {name} 没有对应的记录。"
    if young:
        asked.notes.append(f"有 {young} 个新文件还没有对应的记录，可能正在上传，或上传中断后留下。")


def changed_at(path: Path) -> float:
    """When it was put there; a file that vanishes meanwhile was only passing through."""
    try:
        return path.lstat().st_ctime
    except OSError:
        return time.time()
