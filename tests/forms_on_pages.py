"""Forms as a browser sees them: read out of a page's HTML, with what a plain submit would send."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from lxml import html

Values = dict[str, Any]
TYPED = ("text", "search", "tel", "url", "email", "textarea")


@dataclass
class PageForm:
    """One form: where it posts, what it would send as it stands, and each field's kind."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)

    @property
    def text_fields(self) -> list[str]:
        """What a person types letters into."""
        return [name for name, kind in self.kinds.items() if kind in TYPED]

    def filled(self, **changed: Any) -> Values:
        """What is sent after some fields were changed; None takes a field away."""
        sent = {name: (value if len(value) > 1 else value[0]) for name, value in self.values.items()} | changed
        return {name: value for name, value in sent.items() if value is not None}


def forms_of(page: bytes, path: str) -> list[PageForm]:
    return [read_form(form, path) for form in tree_of(page).forms]


def tree_of(page: bytes) -> html.HtmlElement:
    return html.fromstring(page.decode("utf-8"))


def form_to(page: bytes, path: str, target: str) -> PageForm:
    """The POST form of a page that leads to `target`; an empty action is the page itself."""
    found = [form for form in forms_of(page, path) if form.method == "post" and form.action.split("#")[0] == target]
    if not found:
        raise AssertionError(f"no form on {path} posts to {target}")
    return found[0]


def read_form(form: html.FormElement, path: str) -> PageForm:
    read = PageForm(urljoin(f"http://x{path}", form.get("action") or "").removeprefix("http://x"),
                    (form.get("method") or "get").lower())
    for control in form.inputs:
        if control.name and control.get("disabled") is None:
            read_control(control, read)
    return read


def read_control(control: html.HtmlElement, read: PageForm) -> None:
    kind = control.tag if control.tag != "input" else control.get("type", "text")
    if kind in ("submit", "button", "image", "reset") or control.tag == "button":
        return
    read.kinds[control.name] = kind
    for label in control.xpath(f"//label[@for='{control.get('id')}']") if control.get("id") else ():
        read.labels[control.name] = label.text_content().strip().rstrip("*").strip()
    if kind == "select":
        read.choices[control.name] = [option.get("value", "") for option in control.iter("option")]
        chosen = [option.get("value", "") for option in control.iter("option") if option.get("selected") is not None]
        add(read, control.name, chosen or read.choices[control.name][:1])
    elif kind in ("checkbox", "radio"):
        read.choices.setdefault(control.name, []).append(control.get("value", "on"))
        add(read, control.name, [control.get("value", "on")] if control.get("checked") is not None else [])
    elif kind != "file":
        text = (control.text or "").removeprefix("\n") if kind == "textarea" else control.get("value", "")
        add(read, control.name, [text])


def add(read: PageForm, name: str, values: list[str]) -> None:
    if values:
        read.values.setdefault(name, []).extend(values)
