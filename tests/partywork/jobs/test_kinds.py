"""Declaring kinds of job, the folder queue's files, and who counts as dead."""
from __future__ import annotations

import os
import socket

import pytest
from django.core.exceptions import ImproperlyConfigured
from kombu import Connection

from partywork.celery import app
from partywork.jobs.apps import load_extra_kinds
from partywork.jobs.registry import all_kinds, find_kind, job_kind
from partywork.jobs.runner import is_gone, this_runner


def test_every_kind_has_a_chinese_label_and_each_app_s_are_loaded():
    assert all(not kind.label.isascii() for kind in all_kinds())
    assert {kind.name for kind in all_kinds()} >= {"report", "test.make"}


def test_a_name_is_declared_once():
    with pytest.raises(ValueError, match="declared twice"):
        job_kind("test.make", label="另一个")(lambda job, progress: None)
    kind = find_kind("test.make")
    assert job_kind("test.make", label="测试任务")(kind.function) is kind.function  # a module read again is fine


def test_test_kinds_are_refused_in_production(settings):
    settings.EXTRA_JOB_MODULES = ["tests.partywork.jobs.kinds"]
    load_extra_kinds()
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured, match="只供测试使用"):
        load_extra_kinds()


@pytest.fixture
def queue(tmp_path):
    with Connection("folder://localhost/", transport_options={"folder": str(tmp_path)}) as connection:
        yield connection.SimpleQueue("jobs")


def test_a_message_appears_whole_and_leaves_nothing(queue, tmp_path):
    for number in range(3):
        queue.put({"n": number})
    assert {path.suffix for path in tmp_path.iterdir()} == {".msg"} and queue.qsize() == 3
    assert [queue.get(timeout=2).payload for _ in range(3)] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_message_is_dropped_and_the_next_one_read(queue, tmp_path):
    (tmp_path / "0000.jobs.msg").write_text('{"torn')
    queue.put({"n": 1})
    assert queue.get(timeout=2).payload == {"n": 1}
    assert list(tmp_path.iterdir()) == []


def test_messages_are_json_and_nothing_else():
    assert (app.conf.task_serializer, app.conf.accept_content, app.conf.result_backend) == ("json", ["json"], None)
    assert app.conf.task_acks_late and app.conf.task_reject_on_worker_lost and not app.conf.task_publish_retry


def test_only_a_process_that_is_surely_dead_is_gone():
    host, pid = socket.gethostname(), os.getpid()
    assert not is_gone(this_runner())
    assert is_gone(f"{host}:{pid}:1")  # the number was given to a new process
    assert is_gone(f"{host}:4194303:1")
    assert not is_gone("elsewhere:1:1")  # cannot be known from here
    assert not is_gone("") and not is_gone("nonsense")
