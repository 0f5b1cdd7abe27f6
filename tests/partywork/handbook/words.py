"""What the handbook, the README and the samples name: commands with their options, settings, files."""
from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HANDBOOK = ROOT / "partywork/handbook/operations.md"
SAMPLES = ROOT / "partywork/handbook/samples"
PAGES = [HANDBOOK, ROOT / "README.md", ROOT / "partywork/README.md", ROOT / "Makefile", ROOT / "compose.yaml", *sorted(SAMPLES.iterdir())]
# A command ends where its line, its code or its sentence ends.
COMMAND = re.compile(r"(?:manage\.py|partywork-manage) +([a-z_]+)((?: +[^\s`&|#（，。；、’'）]+)*)")
OUTSIDE = {"PGPASSFILE"}  # read by PostgreSQL's own library


def commands_in(text: str) -> list[tuple[str, list[str]]]:
    """(command, its options) as often as they are named."""
    return [(name, [word.partition("=")[0] for word in words.split() if word.startswith("-")]) for name, words in COMMAND.findall(text)]


def programme_strings() -> str:
    """What the programme itself tells people to run, on its pages and in its messages."""
    sources = [path for path in (ROOT / "partywork").rglob("*.py") if "migrations" not in path.parts]
    nodes = (node for path in sources for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return "\n".join(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


@cache
def known_settings() -> set[str]:
    """Every name that the programme reads from the environment, each also as NAME_FILE."""
    found = set()
    for path in [*(ROOT / "partywork").rglob("*.py"), *(ROOT / "branches").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "env":
                found.add(node.args[0].value)
    return found | {f"{name}_FILE" for name in found} | OUTSIDE


def settings_in(text: str) -> set[str]:
    """Names at the beginning of a word, before an equals sign or a colon: PROFILE=production, DATA_DIR: /data."""
    return set(re.findall(r"(?m)(?:^|[\s;(])([A-Z][A-Z_]{3,})(?==|: )", text))


def arguments(command: str) -> list[str]:
    """A command line without its programme's folder."""
    words = shlex.split(command)
    return [Path(words[0]).name, *words[1:]]
