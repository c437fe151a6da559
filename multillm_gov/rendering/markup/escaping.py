"""Escaping for GitHub's Markdown: content makes no markup, HTML, link or mention."""

import re

from multillm_gov.rendering.plain.escaping import visible, visible_lines

_PUNCTUATION = re.compile(r"[\\`*\[\]~|$]|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_BREAK = "&#8203;"
"""A zero-width space: only an interruption stops the host from linking."""
_LINKED = re.compile(
    r"(?<=@)(?=\w)|(?<=#)(?=\d)|(?<=\bGH)(?=-\d)|(?<=:)(?=//)|(?<=\bwww)(?=\.)", re.IGNORECASE
)
_BLOCK = re.compile(r"^(#{1,6}(?= |$)|[-+=]|:(?=[-:])|\d{1,9}(?=[.)]))")
_TICKS = re.compile("`+")


def inline(text: str) -> str:
    """One line: text between backticks as code, the rest escaped; also right in a table cell."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:  # a last backtick that none closes is text
        last = parts.pop()
        parts[-1] += f"`{last}"
    texts: list[str] = []
    pending = ""
    for index, part in enumerate(parts):
        if index % 2 and _spans(part):
            texts += [escape(pending), f"`{part}`"]
            pending = ""
        else:
            pending += part  # what cannot be a span is one text with what stands around it
    return _apart([*texts, escape(pending)])


def escape(text: str) -> str:
    """The text without looking for code in it; line breaks and controls are written out."""
    plain = visible(text)
    broken = _LINKED.sub("\x00", plain)
    escaped = _PUNCTUATION.sub(lambda match: "\\" + match[0], broken)
    return re.sub("[&<>]", lambda match: _ENTITIES[match[0]], escaped).replace("\x00", _BREAK)


def paragraph(text: str) -> str:
    """A line that starts no list, heading or rule."""
    line = inline(
        text.strip()
    ).lstrip()  # blanks that stood behind dropped backticks would start a code block
    return _BLOCK.sub(
        lambda match: f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}", line
    )


def html_text(text: str) -> str:
    """The text between two HTML tags, where no Markdown is read."""
    broken = _LINKED.sub("\x00", visible(text))
    return re.sub("[&<>]", lambda match: _ENTITIES[match[0]], broken).replace("\x00", _BREAK)


def cell(text: str) -> str:
    """A table cell; lines of a text meant to have several are broken as lines."""
    return "<br>".join(inline(line.strip()) for line in visible_lines(text) if line.strip())


def code(text: str) -> str:
    """A code span of any text; escaped text where it holds what a span cannot."""
    return _span(visible(text)) if text else ""


def fence(lines: list[str], indent: str) -> str:
    """A code block that its content cannot end."""
    shown = [visible(line) for line in lines]
    longest = max((len(run) for line in shown for run in _TICKS.findall(line)), default=0)
    mark = "`" * max(3, longest + 1)
    return "\n".join(
        [f"{indent}{mark}", *(f"{indent}{line}".rstrip() for line in shown), f"{indent}{mark}"]
    )


def _span(content: str) -> str:
    return f"`{content}`" if _spans(content) else escape(content)


def _spans(content: str) -> bool:
    """Whether it fits between backticks: a pipe would end a table cell, a backtick the span."""
    return "|" not in content and "`" not in content and bool(content.strip())


def _apart(parts: list[str]) -> str:
    """Joined, with a space between two code spans, which would read as one mark."""
    joined = ""
    for part in parts:
        joined += " " + part if joined.endswith("`") and part.startswith("`") else part
    return joined
