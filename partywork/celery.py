"""The Celery app. A message is only a wake-up; the truth about a job is its row (partywork.jobs.models.Job).

Production: `celery -A partywork worker` and `celery -A partywork beat`. A laptop: `manage.py serve` starts the worker.
"""
from __future__ import annotations

import os

from celery import Celery
from celery.signals import setup_logging
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partywork.settings")
TRANSPORT_ALIASES["folder"] = "partywork.jobs.transport:Transport"
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "partywork.jobs.redis_transport:Transport"

app = Celery("partywork")
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def keep_our_logging(**kwargs) -> None:
    """Django's LOGGING stays in force in workers: a receiver here stops Celery from setting up its own."""
