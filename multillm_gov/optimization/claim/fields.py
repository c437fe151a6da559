"""Fields of a table as numbers, refused with their place."""

import re
from math import isfinite

from multillm_gov.errors import SourceError
from multillm_gov.words import code

NUMBER = re.compile(r"^\s*\$?\s*(-?[\d,]*\.?\d+(?:[eE][-+]?\d+)?)\s*(%?)\s*$")


MOST = 1e12
"""Largest amount or number of cases that a table may have."""
LEAST = 1e-12
"""Smallest amount above 0."""
_LONGEST = 64
"""Characters of a number: matching a longer text would take time with its square."""


def match_number(text: str) -> re.Match[str] | None:
    """The number that a text is, with its percent sign; ``None``: it is none."""
    return NUMBER.match(text) if len(text) <= _LONGEST else None


def _number(text: str, place: str) -> tuple[float, bool]:
    match = match_number(text)
    value = float(match[1].replace(",", "")) if match else float("nan")
    if match is None or not isfinite(value):
        raise SourceError(f"{place}: {code(text[:_LONGEST])} is no number", "Correct the table.")
    return value, bool(match[2])


def read_share(text: str, place: str, *, is_percent: bool) -> float:
    """A share in 0..1, from a share or a percentage.

    Raises:
        SourceError: no number, or outside 0 to 1.
    """
    value, signed = _number(text, place)
    share = value / 100 if signed or is_percent else value
    if not 0 <= share <= 1:
        raise SourceError(f"{place}: an accuracy of {code(text)} is outside 0 to 1", "Correct it.")
    return share


def read_cost(text: str, place: str) -> float | None:
    """An amount; ``None``: empty or 0, which is not known.

    Raises:
        SourceError: no number, below 0, or beyond any price.
    """
    if not text or text.upper() in {"N/A", "NA", "-"}:
        return None
    value, _ = _number(text, place)
    if value < 0:
        raise SourceError(f"{place}: a cost of {code(text)} is below 0", "Correct the table.")
    if value and not LEAST <= value <= MOST:
        raise SourceError(f"{place}: a cost of {code(text)} is beyond any price", "Correct it.")
    return value or None


def read_count(text: str, place: str) -> int | None:
    """A number of cases; ``None``: not known.

    Raises:
        SourceError: no number, or more cases than any benchmark has.
    """
    if not text:
        return None
    value, _ = _number(text, place)
    if value > MOST:
        raise SourceError(f"{place}: {code(text)} cases are too many", "Correct the table.")
    return int(value) if value >= 1 else None
