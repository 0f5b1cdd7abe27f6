"""`manage.py serve` as a stranger meets it: real processes, real ports, real signals."""
from __future__ import annotations

import json
import os
import signal
import socket
import urllib.request

import pytest

from partywork.jobs import child
from partywork.management.commands import serve
from partywork.version import VERSION
from tests.partywork.jobs.conftest import laptop, migrated  # noqa: F401
from tests.partywork.jobs.place import MANAGE, children_of, parent_of, wait_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def health(port: int) -> dict:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return json.load(answer)
    except OSError:
        return {}


def start(place, port: int):
    server = place.start([*MANAGE, "serve", f"--port={port}"])
    wait_for(lambda: health(port).get("worker") == "ok", seconds=30)
    return server, worker_of(server)


def worker_of(server) -> int:
    """The worker's pid: the serve process has no other child."""
    (pid,) = wait_for(lambda: children_of(server.pid))
    return pid


def alive(pid: int) -> bool:
    return bool(parent_of(pid))


def test_ctrl_c_lets_the_running_job_end_and_leaves_nothing(laptop, port):  # noqa: F811
    server, worker = start(laptop, port)
    assert health(port) == {"status": "ok", "database": "ok", "worker": "ok", "queue": 0, "version": VERSION}
    laptop.queue("test.make", seconds=1)
    wait_for(lambda: laptop.jobs() == [("running", 1)])
    os.kill(server.pid, signal.SIGINT)
    assert server.wait(20) == 0
    assert not alive(worker)
    assert (laptop.jobs(), laptop.made()) == ([("done", 1)], 1)
    assert laptop.log() == (
        f"党务工作台已启动：http://127.0.0.1:{port}/（按 Ctrl-C 停止）\n正在停止……\n已停止。\n"
    )


def test_a_killed_worker_is_started_again_and_its_job_ends_once(laptop, port):  # noqa: F811
    server, worker = start(laptop, port)
    laptop.queue("test.make", seconds=1)
    wait_for(lambda: laptop.jobs() == [("running", 1)])
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: laptop.jobs() == [("done", 2)], seconds=20)
    assert laptop.made() == 1 and worker_of(server) != worker
    assert "后台任务进程意外停止，已重新启动" in laptop.log()
    worker = worker_of(server)
    server.kill()  # nobody can tell the worker: it must notice by itself
    server.wait()
    wait_for(lambda: not alive(worker))


def test_a_taken_port_is_told_and_nothing_is_left_running(laptop):  # noqa: F811
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        server = laptop.start([*MANAGE, "serve", f"--port={number}"])
        assert server.wait(20) == 1
    assert f"端口 {number} 已被其他程序占用，没有启动。" in laptop.log()
    assert "Traceback" not in laptop.log()
    with pytest.raises(ProcessLookupError):  # its whole session is gone
        os.killpg(server.pid, 0)
    assert not laptop.worker_is_ready()


def test_the_port_is_bound_before_the_worker_starts(monkeypatch):
    """The control of the test above: with the port taken, the child is never reached."""
    monkeypatch.setattr(child, "start_worker", lambda: pytest.fail("the worker was started"))
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(serve.CommandError, match="已被其他程序占用"):
        serve.Command().handle(host="127.0.0.1", port=taken.getsockname()[1])


def test_too_large_a_body_is_refused_by_our_own_page(settings):
    with serve.bind_port("127.0.0.1", 0) as listener:
        server = serve.make_server(listener)
        assert server.adj.max_request_body_size > settings.REQUEST_MAX_BYTES
        server.close()


@pytest.mark.parametrize("text", ["80a", "-1", "70000", ""])
def test_a_senseless_port_is_refused_in_chinese(text):
    with pytest.raises(serve.CommandError, match="端口应为 0 到 65535 之间的整数"):
        serve.port_number(text)


def test_an_unknown_host_is_told():
    with pytest.raises(serve.CommandError, match=r"监听地址“no\.such\.invalid”不存在"):
        serve.bind_port("no.such.invalid", 8000)


def test_an_ipv6_address_is_shown_as_one_can_open_it():
    assert [serve.shown_host(host) for host in ("::1", "0.0.0.0", "10.0.0.8")] == ["[::1]", "127.0.0.1", "10.0.0.8"]


def test_the_parent_is_watched():
    from partywork.jobs.keeper import parent_is_gone

    assert not parent_is_gone(0)  # started by hand, not by serve
    assert not parent_is_gone(os.getppid())
    assert parent_is_gone(os.getppid() + 1)
