"""Fields of a table as numbers, refused with their place."""

import re
from math import isfinite

from multillm_gov.errors import SourceError
from multillm_gov.words import code

NUMBER = re.compile(r"^\s*\$?\s*(-?[\d,]*\.?\d+(?:[eE][-+]?\d+)?)\s*(%?)\s*$")


def _number(text: str, place: str) -> tuple[float, bool]:
    match = NUMBER.match(text)
    value = float(match[1].replace(",", "")) if match else float("nan")
    if match is None or not isfinite(value):
        raise SourceError(f"{place}: {code(text)} is no number", "Correct the table.")
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
        SourceError: no number, or below 0.
    """
    if not text or text.upper() in {"N/A", "NA", "-"}:
        return None
    value, _ = _number(text, place)
    if value < 0:
        raise SourceError(f"{place}: a cost of {code(text)} is below 0", "Correct the table.")
    return value or None


def read_count(text: str, place: str) -> int | None:
    """A number of cases; ``None``: not known.

    Raises:
        SourceError: no number.
    """
    if not text:
        return None
    value, _ = _number(text, place)
    return int(value) if value >= 1 else None
