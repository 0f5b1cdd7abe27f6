"""The settings with a part in them that speaks to the outside (tests.chaos.outward)."""
from partywork.settings import *  # noqa: F403
from partywork.settings import MIDDLEWARE

MIDDLEWARE = ["tests.chaos.outward.CallingOut", *MIDDLEWARE]
EXTRA_JOB_MODULES = ["tests.chaos.outward"]
