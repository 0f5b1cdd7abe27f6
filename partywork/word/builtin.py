"""The body of the built-in template: its paragraphs and the placeholders in them."""

from partywork.word.markup import paragraph, run, tag, text


def body() -> str:
    return "".join([*_opening(), *_parts(), *_closing(), *_sources()])


def _line(style: str, words: str) -> str:
    return paragraph(style, run(text(words)))


def _control(statement: str) -> str:
    """A paragraph that only steers and vanishes when the template is filled."""
    return _line("Normal", "{%p " + statement + " %}")


def _each(item: str, of: str, *content: str) -> list[str]:
    return [_control(f"for {item} in {of}"), *content, _control("endfor")]


def _when(condition: str, *content: str) -> list[str]:
    return [_control(f"if {condition}"), *content, _control("endif")]


def _blank() -> str:
    return paragraph("Normal")


def _opening() -> list[str]:
    return [
        *_each("line", "title_lines", _line("Title", "{{ line }}")),
        _blank(),
        *_when("addressee", _line("Normal", "{{ addressee }}")),
        *_each("text", "opening", _line("BodyText", "{{ text }}")),
    ]


def _parts() -> list[str]:
    lead = run(text("{% if loop.first %}{{ section.lead }}{% endif %}"), tag("rStyle", val="LevelTwoLead"))
    run_in = paragraph("BodyText", lead, run(text("{{ text }}")))
    alone = _line("Heading2", "{{ section.lead }}")
    return _each(
        "part", "parts",
        _line("Heading1", "{{ part.heading }}"),
        *_each(
            "section", "part.sections",
            *_when("section.lead and not section.paragraphs", alone),
            *_each("text", "section.paragraphs", run_in),
            *_when("section.table", _line("Normal", "{{ section.table }}")),
        ),
    )  # fmt: skip


def _closing() -> list[str]:
    notes = _each("line", "attachment_lines", _line("AttachmentNote", "{{ line }}"))
    # Organ and date go together: an organ alone would look like a paragraph that broke off.
    signed = [_line("Signature", "{{ organ }}"), _line("Signature", "{{ date }}")]
    return [
        *_when("attachment_lines", _blank(), *notes),
        *_when("signature and date", _blank(), *signed),
    ]


def _sources() -> list[str]:
    return _when(
        "sources",
        _line("AttachmentLabel", "{{ sources.label }}"),
        _blank(),
        _line("Title", "{{ sources.title }}"),
        _blank(),
        _line("Normal", "{{ sources.table }}"),
    )
