"""Which characters a PDF's own typeface shows, and the names of the scripts it lacks."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from struct import unpack_from
from typing import Any
from unicodedata import category, name

from multillm_gov.rendering.plain.escaping import visible

_NO_GLYPH = frozenset({"Co", "Cn", "Cs"})
_NO_MARK = frozenset("\u200b\u200c\u200d\ufe0e\ufe0f\u00ad\u2060")
"""Characters that show nothing of their own."""


def displayable(text: str) -> str:
    r"""One line; what no font is meant to have (private use, unassigned) is written out, too."""
    if text.isascii():
        return visible(text)
    return "".join(
        f"\\u{ord(char):04x}" if category(char) in _NO_GLYPH else char for char in visible(text)
    )


def scripts_beyond(document: dict[str, Any]) -> dict[str, str]:
    """Characters that the shipped typeface lacks, by the name of their script."""
    texts_by_name: dict[str, set[str]] = {}
    for char in _all_characters(document) - _characters() - _NO_MARK:
        texts_by_name.setdefault(script_of(char), set()).add(char)
    return {script: "".join(sorted(chars)) for script, chars in sorted(texts_by_name.items())}


def _all_characters(value: object) -> set[str]:
    if isinstance(value, str):
        return set() if value.isascii() else set(value)
    parts = value.values() if isinstance(value, dict) else value
    if not isinstance(parts, Iterable):
        return set()
    return set[str]().union(*map(_all_characters, parts))


def script_of(char: str) -> str:
    """A script's usual name: ``Hebrew``, ``Han``, ``Emoji and symbols``."""
    if category(char) in {"So", "Sk", "Sm", "Po"}:
        return "Emoji and symbols"
    first = name(char, "OTHER").partition(" ")[0].partition("-")[0]
    return {"CJK": "Han", "KANGXI": "Han"}.get(first, first.capitalize())


@cache
def _characters() -> frozenset[str]:
    """Characters of the regular font, from its ``cmap`` table (OpenType, format 12)."""
    data = (files("multillm_gov.rendering") / "fonts" / "Inter-Regular.otf").read_bytes()
    tables = {
        data[12 + 16 * n : 16 + 16 * n]: 12 + 16 * n for n in range(unpack_from(">H", data, 4)[0])
    }
    start = unpack_from(">I", data, tables[b"cmap"] + 8)[0]
    for n in range(unpack_from(">H", data, start + 2)[0]):
        table = start + unpack_from(">I", data, start + 8 + 8 * n)[0]
        if unpack_from(">H", data, table)[0] == 12:
            groups = (
                unpack_from(">II", data, table + 16 + 12 * k)
                for k in range(unpack_from(">I", data, table + 12)[0])
            )
            return frozenset(
                c
                for first, last in groups
                for c in map(chr, range(first, last + 1))
                if category(c) != "Co"
            )
    return frozenset()
