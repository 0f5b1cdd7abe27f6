"""The words that people read: Chinese, in Chinese punctuation, in the terms in force."""
from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
HAN = r"\u3400-\u9fff"
HALF_WIDTH = re.compile(rf"[{HAN}][,;:?!()][{HAN}]|[{HAN}]\.(?=[{HAN}])")
# Terms that were replaced (domain.md 3.3) and words that the product's people do not use.
RETIRED = ("坚持标准、保证质量、改善结构、慎重发展", "登陆", "帐号", "帐户", "其它")
# Names that have no Chinese form.
NAMES = {"WPS", "Word", "Excel", "SHA", "CSV", "JSON", "PDF", "xlsx", "docx", "UTF", "GB", "partywork", "csrfmiddlewaretoken", "MB",
         "jpg", "jpeg", "png", "gif", "webp", "pdf", "doc", "wps", "xls", "ppt", "pptx", "txt", "zip"}


def sources() -> list[Path]:
    return [path for app in ("partywork", "branches", "members", "reports") for path in (ROOT / app).rglob("*.py")
            if "migrations" not in path.parts]


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def strings_of(path: Path) -> list[str]:
    return [node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)
            and isinstance(node.value, str)]


def shown_text(html: str) -> str:
    """What of a template reaches the reader: text between tags, without template syntax and comments."""
    html = re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->|<svg.*?</svg>", " ", html, flags=re.S)
    html = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", " ", html, flags=re.S)
    html = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", html, flags=re.S)
    shown = re.findall(r"""(?:alt|title|placeholder|aria-label|data-label)=["']([^"']*)["']""", html)
    return re.sub(r"<[^>]*>", " ", html) + " " + " ".join(shown)


def test_no_half_width_punctuation_between_han_characters():
    wrong = [f"{path.relative_to(ROOT)}: {text[:40]}" for path in sources() for text in strings_of(path) if HALF_WIDTH.search(text)]
    wrong += [str(path.relative_to(ROOT)) for path in templates() if HALF_WIDTH.search(shown_text(path.read_text("utf-8")))]
    assert wrong == []


def test_no_retired_terms():
    every = [*sources(), *templates()]
    assert [f"{path.relative_to(ROOT)}: {term}" for path in every for term in RETIRED if term in path.read_text("utf-8")] == []


def test_no_english_words_in_templates():
    found = {}
    for path in templates():
        words = set(re.findall(r"[A-Za-z]{2,}", shown_text(path.read_text("utf-8")))) - NAMES
        words -= {"nbsp", "amp", "lt", "gt", "quot", "ensp", "emsp", "mdash", "middot", "hellip", "times", "rarr", "larr"}
        if words:
            found[str(path.relative_to(ROOT))] = sorted(words)
    assert found == {}


def test_the_punctuation_check_sees_a_half_width_comma():
    assert HALF_WIDTH.search("学习,讨论")
    assert not HALF_WIDTH.search("学习，讨论 3.5 与 10:30")
