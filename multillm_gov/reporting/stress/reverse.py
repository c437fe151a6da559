"""Breaking points: the smallest shocks that break a limit, by kind of shock, nearest first."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from multillm_gov.content import Block, Cell, Column, Paragraph, Status
from multillm_gov.measures.cost.repricing import BASE_RISE
from multillm_gov.report import Metric, Section
from multillm_gov.reporting.shared.tables import bounded
from multillm_gov.risk.reverse.breaking_point import BreakingPoint, Question
from multillm_gov.risk.stress.shock_parameters import format_hours
from multillm_gov.units import format_change, format_money
from multillm_gov.words import code, join_some, plural_of

_TITLES: dict[Question, str] = {
    "price rise": "Price increase of one vendor",
    "outage": "Duration of an outage that uses up a year's appetite",
    "demand growth": "Growth of demand",
    "quality drop": "Drop in a model's quality",
    "loss of all": "Simultaneous losses that exceed the appetite",
}
_LIMITS = {
    "cap": "cap of a task class",
    "ceiling": "ceiling on spend",
    "price shock": "tolerated increase of the bill",
    "value": "annual loss appetite",
    "rate limit": "rate limits at the busiest minute",
    "quality floor": "quality floor",
}
_DAYS_NEAR = 1
"""An outage no longer than this many days is near."""
_RISE_NEAR = 1 + Decimal(str(BASE_RISE))
"""A factor up to this one is near: the base case of a repricing (method 5)."""
_DROP_NEAR = Decimal("0.05")
"""A drop up to 5 points is near: the base case of a drift (method 7)."""


def reverse_section(breaking_points: Sequence[BreakingPoint], currency: str) -> Section:
    """All answers. ``found`` comes from `reverse`; ``currency`` is the portfolio's."""
    blocks: list[Block] = [
        Paragraph(
            "For each limit, the smallest shock of a kind that breaks it. Shocks above this size "
            "breach the limit; smaller ones do not. Limits that are already broken, and those that "
            "no shock of the kind can break, are marked."
        )
    ]
    columns = (
        Column("What"),
        Column("Limit"),
        Column("Breaks above", numeric=True),
        Column("Subject"),
        Column("Note"),
    )
    for question, title in _TITLES.items():
        points = sorted(
            (point for point in breaking_points if point.question == question), key=_nearness
        )
        rows = [_row(point, currency) for point in points]
        if rows:
            blocks += bounded(title, columns, rows, "further breaking point")
    if len(blocks) == 1:
        blocks.append(Paragraph("No limit is declared that a shock could break."))
    return Section(id="reverse", title="Breaking points", blocks=tuple(blocks))


def reverse_metrics(breaking_points: Sequence[BreakingPoint]) -> tuple[Metric, ...]:
    """The nearest price rise of one vendor that breaks a limit, for a headline."""
    rises = [
        point
        for point in breaking_points
        if point.question == "price rise" and point.size is not None
    ]
    if not rises:
        return ()
    nearest = min(rises, key=_nearness)
    return (
        Metric(
            id="nearest-price-rise",
            label="Price increase that breaks a limit",
            value=format_size(nearest),
            status=status_of(nearest),
            note=f"{_what(nearest)}, {_LIMITS[nearest.limit]}",
            number=float(nearest.size or 0) - 1,
            unit="share of price",
        ),
    )


def _nearness(point: BreakingPoint) -> tuple[int, Decimal, tuple[tuple[str, str], ...], str]:
    rank = {"already broken": 0, "breaks": 1, "not known": 2, "cannot break": 3}[point.verdict]
    return rank, point.size if point.size is not None else Decimal(0), point.entities, point.limit


def _row(point: BreakingPoint, currency: str) -> tuple[Cell, ...]:
    whose = "the portfolio" if point.subject in {"portfolio", ""} else point.subject
    return (
        Cell(_what(point)),
        Cell(_LIMITS[point.limit]),
        Cell(format_size(point), status_of(point)),
        Cell(whose if point.verdict in {"breaks", "already broken"} or point.subject else ""),
        Cell(" ".join(part for part in (_against(point, currency), point.note) if part)),
    )


def _what(point: BreakingPoint) -> str:
    if not point.entities:
        return "all task classes"
    if point.question == "loss of all" and point.verdict != "breaks":
        return f"any {plural_of(point.entities[0][0])}"
    return f"{point.entities[0][0]} {join_some([code(name) for _, name in point.entities])}"


def format_size(point: BreakingPoint) -> str:
    """``+16.7%``, ``11.7 days``, ``6.0 points``; or the verdict in words."""
    if point.verdict != "breaks" or point.size is None:
        return point.verdict
    if point.question in {"price rise", "demand growth"}:
        return format_change(point.size - 1)
    if point.question == "outage":
        return format_hours(point.size.quantize(Decimal("0.01"), ROUND_CEILING))
    if point.question == "quality drop":
        return f"{point.size * 100:.1f} points"
    return f"{len(point.entities)} of them"


def status_of(point: BreakingPoint) -> Status:
    """Bad where the limit is already broken; on watch where an ordinary shock breaks it."""
    if point.verdict == "already broken":
        return "bad"
    if point.verdict == "not known":
        return "watch"
    if point.verdict != "breaks" or point.size is None:
        return "good"
    if point.question == "outage":
        near = point.size <= 24 * _DAYS_NEAR
    elif point.question == "quality drop":
        near = point.size <= _DROP_NEAR
    elif point.question == "loss of all":
        near = len(point.entities) == 1
    else:
        near = point.size <= _RISE_NEAR
    return "watch" if near else "neutral"


def _against(point: BreakingPoint, currency: str) -> str:
    """The limit, and the loss compared with it."""
    if point.bound is None:
        return ""
    if point.limit == "quality floor":
        return f"Floor {point.bound:.3f}."
    if point.question == "loss of all" and point.figure is not None and point.size is not None:
        days = format_hours(point.size * 24)
        lost, most = format_money(point.figure, currency), format_money(point.bound, currency)
        return f"Lost in {days}: {lost}; the limit is {most}."
    if point.limit == "value":
        return f"{format_money(point.bound, currency)} a year."
    if point.limit == "cap" and point.bound < 1:
        return f"{format_money(point.bound, currency)} for a request."
    return f"{format_money(point.bound, currency)} a month."
