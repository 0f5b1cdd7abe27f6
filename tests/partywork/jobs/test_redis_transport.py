"""A message that cannot be acknowledged, because Redis is away, gives its place free."""
from __future__ import annotations

from contextlib import contextmanager

import pytest
from kombu import Connection
from kombu.transport import redis

from partywork.jobs import redis_transport


class Away:
    """A channel whose Redis does not answer."""

    connection_errors = (ConnectionError,)
    do_restore = False

    @contextmanager
    def conn_or_acquire(self, client=None):
        raise ConnectionError
        yield


def holding_one(kind):
    """As a worker that may hold one message, and does."""
    qos = kind(Away(), prefetch_count=1)
    qos._delivered["tag"] = "message"
    assert not qos.can_consume()
    return qos


@pytest.mark.parametrize("end", ["ack", "reject"])
def test_the_place_is_free_again(end):
    qos = holding_one(redis_transport.QoS)
    with pytest.raises(ConnectionError):
        getattr(qos, end)("tag")
    assert qos.can_consume()


def test_with_kombu_alone_it_is_taken_for_ever():
    """When this fails, kombu has mended it, and ours may go."""
    qos = holding_one(redis.QoS)
    with pytest.raises(ConnectionError):
        qos.ack("tag")
    assert not qos.can_consume()


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_it_is_the_transport_of_every_redis_address(scheme):
    assert isinstance(Connection(f"{scheme}://127.0.0.1:1/0").transport, redis_transport.Transport)
