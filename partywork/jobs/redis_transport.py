"""The queue in production: kombu's transport for Redis with one fault mended, which made a worker deaf for ever.

A worker that cannot acknowledge a message, because Redis is away just then, goes on counting it as being worked on. With
as many of them as it may hold it takes no further message, and does not even notice that its connection is gone: Redis
comes back, and the worker never does. Here the place is free again; the message itself returns after its visibility
time-out and finds its job done.
"""
from __future__ import annotations

from kombu.transport import redis, virtual


class QoS(redis.QoS):
    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except self.channel.connection_errors:
            virtual.QoS.ack(self, delivery_tag)
            raise

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue=requeue)
        except self.channel.connection_errors:
            virtual.QoS.ack(self, delivery_tag)
            raise


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    Channel = Channel
