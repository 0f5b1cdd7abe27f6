"""Word documents in the official format: check templates, fill them, build the built-in one.

Knows nothing of branches, members or figures and imports no Django; see README.md of partywork.
"""

from partywork.word.bounded import BoundedError, Limits
from partywork.word.context import CONTEXT, context_for
from partywork.word.gate import Fault
from partywork.word.official import build_template
from partywork.word.template import check_template, placeholders, render
from partywork.word.titles import break_title

__all__ = [
    "CONTEXT",
    "BoundedError",
    "Fault",
    "Limits",
    "break_title",
    "build_template",
    "check_template",
    "context_for",
    "placeholders",
    "render",
]
