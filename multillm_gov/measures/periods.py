"""Periods of a calendar or fiscal year, for figures over time."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

Every = Literal["quarter", "month", "commit"]
_LENGTHS = {"quarter": 3, "month": 1}


class Period(Struct, frozen=True, kw_only=True):
    """A named span of days, both ends included."""

    label: str
    start: date
    end: date


def periods(first: date, last: date, every: Every, year_starts: int = 1) -> Iterator[Period]:
    """Quarters or months from the one that holds ``first`` to the one that holds ``last``.

    Args:
        first: Earliest day.
        last: Latest day; not before ``first``.
        every: ``quarter`` or ``month``.
        year_starts: Month (1..12) in which the fiscal year starts. A fiscal year is named after the
            calendar year in which it ends, and its quarters are counted from its start.
    """
    length = _LENGTHS[every]
    months = first.year * 12 + first.month - 1
    months -= (months - (year_starts - 1)) % length
    while True:
        start = _first_of(months)
        if start > last:
            return
        end = _first_of(months + length) - timedelta(days=1)
        yield Period(label=_label(start, every, year_starts), start=start, end=end)
        months += length


def quarter_of(day: date, year_starts: int = 1) -> Period:
    """The quarter of the fiscal year that holds a day."""
    return next(periods(day, day, "quarter", year_starts))


_QUARTER = re.compile(r"(?:FY)?(?P<year>\d{4})[- ]?Q(?P<number>[1-4])", re.ASCII)


def quarter_named(label: str, year_starts: int = 1) -> Period | None:
    """The quarter of the fiscal year that a label names: ``2026-Q3``, ``FY2027 Q1``."""
    found = _QUARTER.fullmatch(label)
    if found is None or not 1 < int(found["year"]) < 9999:
        return None
    year = int(found["year"]) - (year_starts > 1)
    months = 12 * year + year_starts - 1 + 3 * (int(found["number"]) - 1)
    return quarter_of(_first_of(months), year_starts)


def _first_of(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _label(start: date, every: Every, year_starts: int) -> str:
    if every == "month":
        return f"{start.year:04}-{start.month:02}"
    place = (start.month - year_starts) % 12
    year = start.year + (year_starts > 1 and start.month >= year_starts)
    named = f"FY{year}" if year_starts > 1 else f"{year}"
    return f"{named} Q{place // 3 + 1}"
