"""Frontiers as charts: cost against quality, concentration and expected outage loss."""

from decimal import Decimal
from math import isnan

from multillm_gov.content import Block, Line, LineChart, Paragraph, Waymark
from multillm_gov.optimization.frontier import Axis, Frontier
from multillm_gov.reporting.optimization.result import OptimizationResult
from multillm_gov.units import format_money, format_share

_TITLES: dict[Axis, tuple[str, str]] = {
    "quality": ("Least cost for a mean proved quality", "Mean proved quality"),
    "concentration": (
        "Least cost for a largest vendor's share of requests",
        "Largest vendor's share of requests",
    ),
    "outage loss": ("Least cost for an expected outage loss", "Expected outage loss a month"),
}

_SHOWN = 0.00005
"""Smallest gap that is reported: 0.01% when rounded."""
_TICK = 0.04
"""Half the width of the mark for today, as a part of the frontier's."""


def frontier_blocks(result: OptimizationResult) -> tuple[Block, ...]:
    """What each frontier says, and its chart where it has more than one point."""
    blocks: list[Block] = []
    for one in result.frontiers:
        if one.points:
            blocks.append(Paragraph(f"{_TITLES[one.axis][0]}. {_summary(one, result.currency)}"))
        if len(one.points) > 1:
            blocks.append(_chart(one, result.currency))
    return tuple(blocks)


def _chart(one: Frontier, currency: str) -> LineChart:
    title, label = _TITLES[one.axis]
    points = sorted(one.points, key=lambda point: point.value)
    today = _money(one.today.cost, currency)
    width = (points[-1].value - points[0].value) * _TICK
    ends = (one.today.value - width, one.today.value + width)
    marks = tuple(Waymark(x=end, y=one.today.cost, text=today) for end in ends if not isnan(end))
    return LineChart(
        title=title,
        summary=_summary(one, currency),
        x_label=label,
        y_label=f"{currency} a month",
        lines=(
            Line(
                label="Least cost",
                points=tuple(
                    Waymark(x=point.value, y=point.cost, text=_money(point.cost, currency))
                    for point in points
                ),
            ),
            *([Line(label="Today", points=marks)] if marks else []),
        ),
    )


def _summary(one: Frontier, currency: str) -> str:
    cheapest, best = one.points[0], one.points[-1]
    ends = (
        f"From {_money(cheapest.cost, currency)} a month at "
        f"{_value(one.axis, cheapest.value, currency)} "
        f"to {_money(best.cost, currency)} at {_value(one.axis, best.value, currency)}."
    )
    if one.gap >= _SHOWN:
        ends += f" Each point is proven to be within {one.gap * 100:.2f}% of the least cost."
    if isnan(one.today.value):
        return (
            f"{ends} Today's allocation costs {_money(one.today.cost, currency)}; its quality is "
            "not known, because not every model that answers today was measured."
        )
    today = f"Today's allocation stands at {_value(one.axis, one.today.value, currency)}"
    if one.distance is None:
        return f"{ends} {today}, beyond what any allocation within all limits reaches."
    return f"{ends} {today} and costs {_money(one.distance, currency)} a month more than needed."


def _value(axis: Axis, value: float, currency: str) -> str:
    if axis == "quality":
        return f"{value:.4f}"
    return format_share(value) if axis == "concentration" else _money(value, currency)


def _money(value: float, currency: str) -> str:
    return format_money(Decimal(str(round(value, 6))), currency)
