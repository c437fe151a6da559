"""Terminal cells of a text, and cutting, padding and wrapping by them (Unicode annex 11)."""

import re
from collections.abc import Iterator
from unicodedata import category, east_asian_width

_WORDS = re.compile(r"(?:`[^`]*`|\S)+")
"""A word, or a code span: a command must survive wrapping so that it can be copied."""


def cells(character: str) -> int:
    """0 for combining marks, 2 for wide East-Asian characters and emoji, else 1."""
    if character < "\u0300":
        return 1
    if category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1


def width(text: str) -> int:
    """Cells the text takes."""
    return len(text) if text.isascii() else sum(map(cells, text))


def crop(text: str, limit: int) -> str:
    """At most ``limit`` cells, an ellipsis last where something was cut."""
    if width(text) <= limit:
        return text
    kept_names, used = [], 0
    for character in text:
        used += cells(character)
        if used > limit - 1:
            break
        kept_names.append(character)
    return "".join(kept_names) + "…"


def pad(text: str, size: int, *, right: bool = False) -> str:
    """Spaces after the text, or before it, up to ``size`` cells."""
    gap = " " * (size - width(text))
    return gap + text if right else text + gap


def wrap(text: str, size: int, *, code: bool = True) -> list[str]:
    """Lines of at most ``size`` cells where words allow; a longer word keeps its own line.

    ``code``: whether what stands between backticks counts as one word, so that a command can be
    copied; one that is longer than a line is broken between its words all the same.
    """
    lines, line, used = [], "", 0
    for word in _pieces(text, size) if code else text.split():
        length = width(word)
        if line and used + 1 + length > size:
            lines.append(line)
            line, used = "", 0
        line, used = (f"{line} {word}", used + 1 + length) if line else (word, length)
    return [*lines, line] if line or not lines else lines


def _pieces(text: str, size: int) -> Iterator[str]:
    for word in _WORDS.findall(text):
        if width(word) > size:
            yield from word.split()
        else:
            yield word
