"""The settings without the bounded waits for the broker: a frozen one then holds up whoever clicks."""
from partywork.settings import *  # noqa: F403

CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
