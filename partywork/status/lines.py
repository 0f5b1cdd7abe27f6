"""One matter of the keeper's page as one line: its state in words, what is so now, what to do, where it is written.

The judges here are pure functions of plain values; `facts.py` asks for the values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.template.defaultfilters import filesizeformat

from partywork.jobs.models import SILENT_AFTER
from partywork.templatetags.ui import cn_datetime

SLOW_AFTER, STUCK_AFTER = timedelta(minutes=2), timedelta(minutes=10)
BACKUP_EVERY = timedelta(hours=26)  # a day, and the time that a backup may take
VERIFY_EVERY = timedelta(days=2)
CHAIN = "操作日志"  # the name of its check
LITTLE, TOO_LITTLE = 0.2, 0.1  # free part of a disk
LEAST_FREE = 1 << 30
CLOCKS_APART = 5  # seconds


class State(StrEnum):
    """In order of weight; the value is the kind of the badge."""

    FINE = "ok"
    LOOK = "warn"
    WRONG = "bad"

    @property
    def label(self) -> str:
        return {"ok": "正常", "warn": "注意", "bad": "异常"}[self]

    @property
    def icon(self) -> str:
        return {"ok": "circle-check", "warn": "triangle-alert", "bad": "circle-x"}[self]


@dataclass(frozen=True)
class Line:
    """`chapter` is the number of the chapter in operations.md; `more` are further sentences below `text`."""

    label: str
    state: State
    text: str
    todo: str = ""
    chapter: int = 0
    more: list[str] = field(default_factory=list)


def fine(label: str, text: str, more: list[str] | None = None) -> Line:
    return Line(label, State.FINE, text, more=more or [])


def moment_of(act: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(act["at"])


# --- work in the background ---------------------------------------------------------------------------------------------


def worker_line(beats: list[tuple[str, datetime | None, datetime]], now: datetime) -> Line:
    """`beats` are (name, since when, last seen)."""
    label, alive = "后台进程", [beat for beat in beats if beat[2] >= now - SILENT_AFTER]
    if alive:
        names = [f"{name}，{cn_datetime(since)}启动" if since else name for name, since, _ in sorted(alive)]
        return fine(label, f"{len(alive)}个在运行。", names)
    seen = max((beat[2] for beat in beats), default=None)
    text = f"没有在运行，最后一次有动静是{cn_datetime(seen)}。" if seen else "没有在运行。"
    todo = "启动后台任务服务（partywork-worker），再看它的日志。提交的任务都在，恢复后自动接着做。"
    return Line(label, State.WRONG, text, todo, 7)


def queue_line(waiting: int, running: int, failed: int, oldest: datetime | None, now: datetime) -> Line:
    label, text = "任务队列", f"排队{waiting}项，进行中{running}项；近7天未完成{failed}项。"
    if oldest and now - oldest > SLOW_AFTER:
        state = State.WRONG if now - oldest > STUCK_AFTER else State.LOOK
        return Line(label, state, f"{text}最早一项从{cn_datetime(oldest)}排到现在。", "先看后台进程和消息队列是否正常。", 7)
    if failed:
        return Line(label, State.LOOK, text, "按下面的错误编号在日志里查原因；提交人可以重新提交。", 7)
    return fine(label, text)


def broker_line(answers: bool, *, redis: bool) -> Line:
    label, what = "消息队列", "Redis" if redis else "本机队列目录"
    if answers:
        return fine(label, f"{what}可以连接。")
    todo = "检查 Redis 服务。页面不受影响，任务不会丢，恢复后自动接着做。" if redis else "检查数据目录的权限和磁盘空间。"
    return Line(label, State.WRONG, f"{what}连接不上。", todo, 7)


# --- what was kept and what was proved ------------------------------------------------------------------------------------


def backup_line(act: dict[str, Any] | None, now: datetime, *, production: bool) -> Line:
    label, late = "最近备份", State.WRONG if production else State.LOOK
    if act is None:
        return Line(label, late, "这台机器上还没有做过备份。", "运行 manage.py backup，并设好定时备份。", 2)
    when = cn_datetime(moment_of(act))
    if act.get("missing"):
        return Line(label, State.WRONG, f"{when}，有{len(act['missing'])}个附件缺失或已损坏，没有备份进去。",
                    "运行 manage.py verify，查看是哪些附件，从较早的备份找回。", 5)
    if not act.get("ok"):
        return Line(label, State.WRONG, f"{when}，没有成功。", "按原因处理后重新运行 manage.py backup。", 2, reasons(act))
    text = f"{when}，{size_in_words(act.get('size'))}，{act.get('files', 0)}个附件。"
    if now - moment_of(act) > BACKUP_EVERY:
        return Line(label, late, text, "已超过一天。检查定时备份（partywork-backup.timer）是否在运行。", 2)
    return fine(label, text)


def proof_line(backup: dict[str, Any] | None, check: dict[str, Any] | None) -> Line:
    """Whether the last backup was read back: at once by the command itself, or later by `restore --check`."""
    label, done = "备份检查", [each for each in (backup_as_proof(backup), check) if each]
    if not done:
        return Line(label, State.LOOK, "还没有检查过。", "运行 manage.py restore 备份文件 --check。", 2)
    last = max(done, key=moment_of)
    when = cn_datetime(moment_of(last))
    if not last.get("ok"):
        return Line(label, State.WRONG, f"{when}检查没有通过。", "换一份备份检查，并立即重新备份。", 3, reasons(last))
    if backup and backup.get("ok") and moment_of(last) < moment_of(backup):
        return Line(label, State.LOOK, f"最近的备份没有回读检查；上一次检查是{when}。", "运行 manage.py restore 备份文件 --check。", 2)
    return fine(label, f"{when}回读检查通过，可以恢复。")


def backup_as_proof(backup: dict[str, Any] | None) -> dict[str, Any] | None:
    return backup if backup and backup.get("ok") and backup.get("checked") else None


def verify_line(act: dict[str, Any] | None, now: datetime) -> Line:
    label, again = "数据核对", "点“立即核对”，并检查定时校验（partywork-verify.timer）。"
    if act is None:
        return Line(label, State.LOOK, "还没有核对过。", again, 5)
    text = f"{done_by(act)}，" + (f"发现{act.get('problems', 0)}处问题。" if not act.get("ok") else "全部通过。")
    if not act.get("ok"):
        parts = [f"{name}：{count}处" for name, count in (act.get("failed") or {}).items()]
        return Line(label, State.WRONG, text, "在服务器上运行 manage.py verify，逐条查看。", 5, parts)
    if now - moment_of(act) > VERIFY_EVERY:
        return Line(label, State.LOOK, text, f"已超过两天。{again}", 5)
    return fine(label, text)


def chain_line(act: dict[str, Any] | None, head: tuple[int, str]) -> Line:
    """`act` is the last verify, `head` the journal's head of this moment."""
    label = "操作日志链"
    today = f"此刻的链头：{head[0]}:{head[1][:12]}" if head[1] else "日志还是空的"
    if act is None:
        return Line(label, State.LOOK, f"还没有核对过。{today}。", "点“立即核对”。", 5)
    broken = CHAIN in (act.get("failed") or {})
    if broken or head[0] < (act.get("head") or {}).get("seq", 0):
        text = f"{done_by(act)}，发现对不上。" if broken else "日志比上次核对时少了。"
        return Line(label, State.WRONG, text, "按安全事件处理：停止写入，保留现场，报告安全审计员。", 5, [today])
    return fine(label, f"{done_by(act)}，完好。", [f"{today}，请安全审计员每天抄录。"])


def done_by(act: dict[str, Any]) -> str:
    return f"{cn_datetime(moment_of(act))}，由{act.get('by') or '命令行或定时任务'}核对"


def reasons(act: dict[str, Any]) -> list[str]:
    return [str(act["reason"])] if act.get("reason") else []


# --- room -----------------------------------------------------------------------------------------------------------------


def disk_line(places: list[tuple[str, int, int]]) -> Line:
    """`places` are (what it is for, bytes free, bytes in all); the worst one decides."""
    label = "磁盘空间"
    told = [f"{name}：剩余{size_in_words(free)}，共{size_in_words(whole)}" for name, free, whole in places]
    worst = max((disk_state(free, whole) for _, free, whole in places), key=list(State).index, default=State.LOOK)
    if worst is State.FINE:
        return fine(label, f"{told[0]}。", told[1:])
    return Line(label, worst, f"{told[0]}。" if told else "查不到。", "清理旧备份和旧日志，或换大的盘。盘满时不能保存。", 7, told[1:])


def disk_state(free: int, whole: int) -> State:
    if free < LEAST_FREE or free < TOO_LITTLE * whole:
        return State.WRONG
    return State.LOOK if free < LITTLE * whole else State.FINE


def size_in_words(size: Any) -> str:
    return str(filesizeformat(size)).replace("\xa0", " ")


# --- settings ---------------------------------------------------------------------------------------------------------------


def clock_line(here: datetime, of_database: datetime, zone: str) -> Line:
    label, text = "时钟", f"{cn_datetime(here)}，时区{zone}。"
    apart = abs((here - of_database).total_seconds())
    if zone != "Asia/Shanghai" or apart > CLOCKS_APART:
        more = [f"与数据库服务器相差{apart:.0f}秒。"] if apart > CLOCKS_APART else []
        return Line(label, State.LOOK, text, "用 timedatectl 检查时钟同步和时区。", 7, more)
    return fine(label, text)


def security_line(problems: list[str], *, production: bool) -> Line:
    label = "安全设置"
    if not production:
        return Line(label, State.LOOK, "试用方式：SQLite，密钥放在数据目录里，只供本机试用。", "投入使用前按手册改为正式环境。", 1)
    if problems:
        text = f"正式环境，有{len(problems)}处不合格。"
        return Line(label, State.WRONG, text, "改好后运行 manage.py check --deploy，直到没有提示。", 1, problems)
    return fine(label, "正式环境，部署检查全部通过。")
