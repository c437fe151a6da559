"""The smallest shocks that break a limit, one table a kind of shock, what is nearest first."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from multillm_gov.content import Block, Cell, Column, Paragraph, Status
from multillm_gov.report import Metric, Section
from multillm_gov.reporting.shared.wording import bounded
from multillm_gov.risk.reverse.breaking_point import BreakingPoint, Question
from multillm_gov.risk.stress.shock_parameters import format_hours
from multillm_gov.units import format_money, format_share
from multillm_gov.words import code, join_some

_TITLES: dict[Question, str] = {
    "price rise": "How far may a vendor's prices rise?",
    "outage": "How long may something be away before a year's appetite is spent?",
    "demand growth": "How far may demand grow?",
    "quality drop": "How much worse may a model get?",
    "loss of all": "How few must be lost before the appetite is breached?",
}
_LIMITS = {
    "cap": "a task class's cap",
    "ceiling": "the ceiling on spend",
    "price shock": "the tolerated rise of the bill",
    "value": "the value appetite of a year",
    "rate limit": "rate limits at the busiest minute",
    "quality floor": "a quality floor",
}
_DAYS_NEAR = 1
"""An outage no longer than this many days is near."""
_RISE_NEAR = Decimal("1.35")
"""A factor up to this one is near: the base case of a repricing (method 5)."""
_DROP_NEAR = Decimal("0.05")
"""A drop up to 5 points is near: the base case of a drift (method 7)."""


def reverse_section(found: Sequence[BreakingPoint], currency: str) -> Section:
    """All answers. ``found`` comes from `reverse`; ``currency`` is the portfolio's."""
    blocks: list[Block] = [
        Paragraph(
            "For each limit the smallest shock of a kind that breaks it: anything larger does, "
            "nothing up to it does. "
            "Limits that are broken already, and those that nothing of the kind can break, are "
            "told as such."
        )
    ]
    columns = (
        Column("What"),
        Column("Breaks"),
        Column("Above", numeric=True),
        Column("Whose"),
        Column("Note"),
    )
    for question, title in _TITLES.items():
        asked = sorted((one for one in found if one.question == question), key=_nearness)
        rows = [_row(one, currency) for one in asked]
        if rows:
            blocks += bounded(title, columns, rows, "answer")
    if len(blocks) == 1:
        blocks.append(Paragraph("Nothing is declared that a shock could break."))
    return Section(id="reverse", title="What it takes to break a limit", blocks=tuple(blocks))


def reverse_metrics(found: Sequence[BreakingPoint]) -> tuple[Metric, ...]:
    """The nearest price rise of one vendor that breaks a limit, for a headline."""
    rises = [one for one in found if one.question == "price rise" and one.size is not None]
    if not rises:
        return ()
    nearest = min(rises, key=_nearness)
    return (
        Metric(
            id="nearest-price-rise",
            label="Price rise that breaks a limit",
            value=format_size(nearest),
            status=status_of(nearest),
            note=f"{_what(nearest)}: {_LIMITS[nearest.limit]}",
            number=float(nearest.size or 0) - 1,
            unit="share of price",
        ),
    )


def _nearness(one: BreakingPoint) -> tuple[int, Decimal, tuple[tuple[str, str], ...], str]:
    rank = {"already broken": 0, "breaks": 1, "not known": 2, "cannot break": 3}[one.verdict]
    return rank, one.size if one.size is not None else Decimal(0), one.entities, one.limit


def _row(one: BreakingPoint, currency: str) -> tuple[Cell, ...]:
    whose = "the portfolio" if one.subject in {"portfolio", ""} else one.subject
    return (
        Cell(_what(one)),
        Cell(_LIMITS[one.limit]),
        Cell(format_size(one), status_of(one)),
        Cell(whose if one.verdict in {"breaks", "already broken"} or one.subject else ""),
        Cell(" ".join(part for part in (_against(one, currency), one.note) if part)),
    )


def _what(one: BreakingPoint) -> str:
    if not one.entities:
        return "all task classes"
    if one.question == "loss of all" and one.verdict != "breaks":
        return f"any {one.entities[0][0]}s"
    return f"{one.entities[0][0]} {join_some([code(name) for _, name in one.entities])}"


def format_size(one: BreakingPoint) -> str:
    """``+16.7%``, ``11.7 days``, ``6.0 points``; or the verdict in words."""
    if one.verdict != "breaks" or one.size is None:
        return one.verdict
    if one.question in {"price rise", "demand growth"}:
        return f"+{format_share(one.size - 1)}"
    if one.question == "outage":
        return format_hours(one.size.quantize(Decimal("0.01"), ROUND_CEILING))
    if one.question == "quality drop":
        return f"{one.size * 100:.1f} points"
    return f"{len(one.entities)} of them"


def status_of(one: BreakingPoint) -> Status:
    """Bad where it is broken already or the next thing to happen would; on watch where an ordinary shock does it."""
    if one.verdict == "already broken":
        return "bad"
    if one.verdict == "not known":
        return "watch"
    if one.verdict != "breaks" or one.size is None:
        return "good"
    if one.question == "outage":
        near = one.size <= 24 * _DAYS_NEAR
    elif one.question == "quality drop":
        near = one.size <= _DROP_NEAR
    elif one.question == "loss of all":
        near = len(one.entities) == 1
    else:
        near = one.size <= _RISE_NEAR
    return "watch" if near else "neutral"


def _against(one: BreakingPoint, currency: str) -> str:
    """What stands against the limit there."""
    if one.bound is None:
        return ""
    if one.limit == "quality floor":
        return f"Floor {one.bound:.3f}."
    if one.question == "loss of all" and one.figure is not None and one.size is not None:
        days = format_hours(one.size * 24)
        lost, most = format_money(one.figure, currency), format_money(one.bound, currency)
        return f"Lost in {days}: {lost}, against {most}."
    if one.limit == "value":
        return f"{format_money(one.bound, currency)} a year."
    if one.limit == "cap" and one.bound < 1:
        return f"{format_money(one.bound, currency)} for a request."
    return f"{format_money(one.bound, currency)} a month."
