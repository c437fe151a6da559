"""Numbers read back from the figures of a report, for formats whose cells hold numbers."""

import re
from decimal import Decimal
from typing import Literal

import msgspec

from multillm_gov.content import Cell, Table
from multillm_gov.languages.language import Language, find_language
from multillm_gov.report import Metric
from multillm_gov.units import MINUS

Direction = Literal["at most", "at least"]
"""Which side of a limit is within it."""
_FIGURE = re.compile(
    rf"(?P<sign>[+\-{MINUS}]?)(?P<digits>\d{{1,3}}(?:,\d{{3}})+|\d+)(?P<rest>\.\d+)?"
    r"(?P<percent>%?)(?: (?P<unit>[^\d]+))?"
)
_LIMIT = re.compile(r"(?P<direction>at most|at least) (?P<figure>.+)", re.DOTALL)
_MOST_DIGITS = 15
"""Digits that a spreadsheet's number (a double) holds exactly."""
_TOTAL = re.compile(r"Total\b", re.IGNORECASE)


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A number as it was shown: ``33.5%`` is 0.335 with one decimal, as a share."""

    number: Decimal
    decimals: int
    is_share: bool = False
    is_signed: bool = False
    """Whether it was shown with a plus: a change."""
    unit: str = ""


_ENGLISH = find_language("en")


def read_figure(text: str, language: Language = _ENGLISH) -> Figure | None:
    """The figure that a text is as a whole; ``None``: it is words, a range or a date.

    Args:
        text: As the language writes it: ``1.234,5``, ``78 %``.
        language: Of the report.
    """
    signs = {language.thousands: ",", language.decimal: "."}
    plain = "".join(signs.get(char, char if char not in ",." else "?") for char in text.strip())
    before_percent = language.percent.partition("}")[2].removesuffix("%")
    if before_percent:
        plain = plain.replace(f"{before_percent}%", "%")
    match = _FIGURE.fullmatch(plain.replace("\u00a0", " "))
    if match is None:
        return None
    digits, rest = match["digits"].replace(",", ""), match["rest"] or ""
    if len(digits) + len(rest) > _MOST_DIGITS:
        return None
    number = Decimal(digits + rest) / (100 if match["percent"] else 1)
    return Figure(
        number=-number if match["sign"] in {"-", MINUS} else number,
        decimals=max(len(rest) - 1, 0),
        is_share=bool(match["percent"]),
        is_signed=match["sign"] == "+",
        unit=match["unit"] or "",
    )


def limit_of(metric: Metric) -> tuple[Direction, Figure] | None:
    """The limit of a headline figure as a number with its side; ``None``: there is none."""
    match = _LIMIT.fullmatch(metric.limit)
    figure = read_figure(match["figure"]) if match else None
    if match is None or figure is None:
        return None
    return ("at most" if match["direction"] == "at most" else "at least"), figure


def total_of(table: Table, language: Language = _ENGLISH) -> tuple[Cell, ...] | None:
    """The last row, where it says that it adds up those above it."""
    last = table.rows[-1] if table.rows else ()
    if len(table.rows) < 2 or not last:
        return None
    named = _TOTAL.match(last[0].text) or last[0].text.startswith(language.say("total"))
    return last if named else None


def is_sum(column: int, table: Table, language: Language = _ENGLISH) -> bool:
    """Whether the total of a column is the sum of the figures above it, as they are rounded.

    Each part may be off by half of its last digit, and so may the total.
    """
    figures = [read_figure(row[column].text, language) for row in table.rows if row[column].text]
    read = [figure for figure in figures if figure is not None]
    if len(read) != len(figures) or not read or not table.rows[-1][column].text:
        return False
    step = sum(Decimal(1).scaleb(-each.decimals - 2 * each.is_share) for each in read) / 2
    return abs(sum(each.number for each in read[:-1]) - read[-1].number) <= step
