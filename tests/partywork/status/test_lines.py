"""How each matter of the keeper's page is judged, at both sides of every bound."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from partywork.status import lines
from partywork.status.handbook import chapters
from partywork.status.lines import State

FINE, LOOK, WRONG = State.FINE, State.LOOK, State.WRONG
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
GB = 1 << 30


def ago(**given) -> datetime:
    return NOW - timedelta(**given)


def act(before: timedelta = timedelta(0), **facts) -> dict:
    return {"at": (NOW - before).isoformat(), "ok": True} | facts


def backup(before: timedelta = timedelta(0), **facts) -> dict:
    return act(before, **{"act": "backup", "size": 5_000_000, "files": 12, "missing": [], "checked": True} | facts)


HOURS, DAYS = timedelta(hours=1), timedelta(days=1)
CASES = [
    (lines.worker_line([("celery@a", ago(days=2), ago(seconds=30))], NOW), FINE, "1个在运行。celery@a，2026年11月22日 09:00启动"),
    (lines.worker_line([("celery@a", None, ago(seconds=31))], NOW), WRONG, "没有在运行，最后一次有动静是2026年11月24日 08:59。"),
    (lines.worker_line([("a", None, ago(hours=3)), ("b", None, NOW)], NOW), FINE, "1个在运行。b"),
    (lines.worker_line([], NOW), WRONG, "没有在运行。"),
    (lines.queue_line(0, 0, 0, None, NOW), FINE, "排队0项，进行中0项；近7天未完成0项。"),
    (lines.queue_line(1, 0, 0, ago(minutes=2), NOW), FINE, "排队1项，"),
    (lines.queue_line(1, 0, 0, ago(minutes=2, seconds=1), NOW), LOOK, "最早一项从2026年11月24日 08:57排到现在。"),
    (lines.queue_line(1, 0, 0, ago(minutes=10), NOW), LOOK, ""),
    (lines.queue_line(1, 0, 0, ago(minutes=10, seconds=1), NOW), WRONG, ""),
    (lines.queue_line(0, 0, 1, None, NOW), LOOK, "近7天未完成1项。"),
    (lines.broker_line(True, redis=True), FINE, "Redis可以连接。"),
    (lines.broker_line(False, redis=True), WRONG, "Redis连接不上。"),
    (lines.broker_line(False, redis=False), WRONG, "本机队列目录连接不上。"),
    (lines.backup_line(None, NOW, production=True), WRONG, "还没有做过备份。"),
    (lines.backup_line(None, NOW, production=False), LOOK, "还没有做过备份。"),
    (lines.backup_line(backup(26 * HOURS), NOW, production=True), FINE, "2026年11月23日 07:00，4.8 MB，12个附件。"),
    (lines.backup_line(backup(26.1 * HOURS), NOW, production=True), WRONG, ""),
    (lines.backup_line(backup(26.1 * HOURS), NOW, production=False), LOOK, ""),
    (lines.backup_line(backup(ok=False, missing=["ab/c"]), NOW, production=False), WRONG, "有1个附件缺失或已损坏"),
    (lines.backup_line({"at": NOW.isoformat(), "ok": False, "reason": "没有写成备份：空间不足。"}, NOW, production=False), WRONG,
     "2026年11月24日 09:00，没有成功。没有写成备份：空间不足。"),
    (lines.proof_line(None, None), LOOK, "还没有检查过。"),
    (lines.proof_line(backup(), None), FINE, "回读检查通过，可以恢复。"),
    (lines.proof_line(backup(checked=False), None), LOOK, "还没有检查过。"),
    (lines.proof_line(backup(checked=False), act(DAYS)), LOOK, "最近的备份没有回读检查；上一次检查是2026年11月23日 09:00。"),
    (lines.proof_line(backup(DAYS, checked=False), act()), FINE, "2026年11月24日 09:00回读检查通过"),
    (lines.proof_line(backup(DAYS), act(ok=False, reason="备份已损坏。")), WRONG, "检查没有通过。备份已损坏。"),
    (lines.proof_line(backup(), act(DAYS, ok=False)), FINE, ""),
    (lines.verify_line(None, NOW), LOOK, "还没有核对过。"),
    (lines.verify_line(act(2 * DAYS, by="陈工"), NOW), FINE, "2026年11月22日 09:00，由陈工核对，全部通过。"),
    (lines.verify_line(act(2 * DAYS + HOURS), NOW), LOOK, "由命令行或定时任务核对"),
    (lines.verify_line(act(ok=False, problems=3, failed={"引用": 2, "附件文件": 1}), NOW), WRONG, "发现3处问题。引用：2处附件文件：1处"),
    (lines.chain_line(None, (0, "")), LOOK, "日志还是空的"),
    (lines.chain_line(act(head={"seq": 7, "hash": "a"}), (7, "9f3c5a7b1e20ffff")), FINE,
     "此刻的链头：7:9f3c5a7b1e20，请安全审计员每天抄录。"),
    (lines.chain_line(act(head={"seq": 8, "hash": "a"}), (7, "9f3c")), WRONG, "日志比上次核对时少了。"),
    (lines.chain_line(act(ok=False, failed={"操作日志": 1}), (7, "9f3c")), WRONG, "发现对不上。"),
    (lines.chain_line(act(ok=False, failed={"附件文件": 1}), (7, "9f3c")), FINE, "完好。"),
    (lines.disk_line([("数据", 20 * GB, 100 * GB)]), FINE, "数据：剩余20.0 GB，共100.0 GB。"),
    (lines.disk_line([("数据", 20 * GB - 1, 100 * GB)]), LOOK, ""),
    (lines.disk_line([("数据", 10 * GB, 100 * GB)]), LOOK, ""),
    (lines.disk_line([("数据", 10 * GB - 1, 100 * GB)]), WRONG, ""),
    (lines.disk_line([("数据", GB - 1, 2 * GB)]), WRONG, ""),
    (lines.disk_line([("数据", 50 * GB, 100 * GB), ("备份", GB, 100 * GB)]), WRONG, "备份：剩余1.0 GB"),
    (lines.disk_line([]), LOOK, "查不到。"),
    (lines.clock_line(NOW, ago(seconds=5), "Asia/Shanghai"), FINE, "2026年11月24日 09:00，时区Asia/Shanghai。"),
    (lines.clock_line(NOW, ago(seconds=-6), "Asia/Shanghai"), LOOK, "与数据库服务器相差6秒。"),
    (lines.clock_line(NOW, NOW, "UTC"), LOOK, "时区UTC。"),
    (lines.security_line([], production=True), FINE, "部署检查全部通过。"),
    (lines.security_line(["HTTPS 已关闭。"], production=True), WRONG, "有1处不合格。HTTPS 已关闭。"),
    (lines.security_line(["PROFILE 不是 production。"], production=False), LOOK, "试用方式"),
]


@pytest.mark.parametrize(("line", "state", "words"), CASES, ids=[f"{number}-{case[0].label}" for number, case in enumerate(CASES)])
def test_each_matter_at_its_bounds(line, state, words):
    assert (line.state, words in line.text + "".join(line.more)) == (state, True), line


def test_whatever_is_not_fine_says_what_to_do_and_where_it_is_written():
    for line, state, _ in CASES:
        assert bool(line.todo) == (state is not FINE), line
        assert (line.chapter in chapters()) == (state is not FINE), line
        assert line.todo == "" or line.todo.endswith(("。", "？")), line
