"""Which characters the font of the PDF has."""

from functools import cache
from importlib.resources import files
from struct import unpack_from
from unicodedata import category

MISSING = "□"
"""Stands for a character that the font does not have."""


def only_covered(text: str) -> str:
    """The text with every character that Inter lacks replaced by ``□``."""
    return (
        text
        if text.isascii()
        else "".join(char if char in _characters() else MISSING for char in text)
    )


@cache
def _characters() -> frozenset[str]:
    """Characters of the regular font, from its ``cmap`` table (OpenType, format 12)."""
    data = (files(__package__) / "Inter-Regular.otf").read_bytes()
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
