"""Lines over one axis, each with a band around it; told apart by lightness, dashes and a legend."""

from math import floor

import msgspec

from multillm_gov.content import Line, LineChart, Waymark
from multillm_gov.rendering.charts.scale import Scale, format_tick, nice_ticks
from multillm_gov.rendering.charts.svg import (
    SIZE,
    clip,
    coordinate,
    element,
    frame,
    label,
    line,
    text_width,
)
from multillm_gov.rendering.charts.theme import Theme
from multillm_gov.rendering.plain.escaping import visible

_HEIGHT = 220.0
_LANE = SIZE + 6
_SAMPLE = 26.0
_DASHES = ("", "7 3", "2 3", "9 3 2 3")


def draw_lines(chart: LineChart, *, width: float, key: str, theme: Theme) -> str:
    """A legend with each line's last value, then the plot: bands below lines, the unit on top."""
    lines = [each for each in chart.lines if each.points]
    if not lines:
        return frame(
            [label((0, 16), "nothing to show", theme.muted)],
            (width, 24),
            chart,
            key=key,
            theme=theme,
        )
    parts = [part for rank, each in enumerate(lines) for part in _legend(each, rank, width, theme)]
    top = len(lines) * _LANE + _LANE + 12
    parts.append(label((0, top - 14), clip(visible(chart.y_label), width), theme.muted))
    plan = _plan(lines, width, top)
    parts += _axes(plan, clip(visible(chart.x_label), width), theme)
    parts += [
        _band(each, plan, theme)
        for each in lines
        if any(point.low is not None for point in each.points)
    ]
    parts += [_path(each, rank, plan, theme) for rank, each in enumerate(lines)]
    return frame(parts, (width, plan.down.start + 40), chart, key=key, theme=theme)


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Scales of the plot."""

    width: float
    across: Scale
    down: Scale
    x_ticks: tuple[float, ...]
    y_ticks: tuple[float, ...]


def _plan(lines: list[Line], width: float, top: float) -> _Plan:
    points = [point for each in lines for point in each.points]
    heights = [height for point in points for height in (point.y, *_bounds(point))]
    y_ticks = _ticks(min(heights), max(heights), 5)
    x_ticks = nice_ticks(max(point.x for point in points), 4 if width < 520 else 6)
    left = max(text_width(format_tick(tick, "")) for tick in y_ticks) + 8
    right = width - text_width(format_tick(x_ticks[-1], "")) / 2
    return _Plan(
        width=width,
        across=Scale(0.0, x_ticks[-1], left, right),
        down=Scale(y_ticks[0], y_ticks[-1], top + _HEIGHT, top + 4),
        x_ticks=x_ticks,
        y_ticks=y_ticks,
    )


def _bounds(point: Waymark) -> tuple[float, ...]:
    return () if point.low is None or point.high is None else (point.low, point.high)


def _ticks(least: float, most: float, count: int) -> tuple[float, ...]:
    """Round values around all that is drawn: from zero, unless all of it lies in the upper half."""
    if least < most / 2 or most <= 0:
        return nice_ticks(most, count)
    steps = nice_ticks(most - least, count)
    step = steps[1] - steps[0]
    first = floor(least / step)
    return tuple(
        step * number
        for number in range(first, first + len(steps) + 1)
        if step * (number - 1) < most
    )


def _legend(each: Line, rank: int, width: float, theme: Theme) -> list[str]:
    y = (rank + 1) * _LANE - 6
    text = f"{visible(each.label)}: {visible(each.points[-1].text)}"
    return [
        line(
            (0, y - 4),
            (_SAMPLE, y - 4),
            _color(rank, theme),
            width=2,
            dashes=_DASHES[rank % len(_DASHES)],
        ),
        label((_SAMPLE + 8, y), clip(text, width - _SAMPLE - 8), theme.ink),
    ]


def _axes(plan: _Plan, x_label: str, theme: Theme) -> list[str]:
    parts = []
    for tick in plan.y_ticks:
        y = plan.down(tick)
        parts.append(line((plan.across.start, y), (plan.across.end, y), theme.grid))
        parts.append(
            label((plan.across.start - 6, y + 4), format_tick(tick, ""), theme.muted, anchor="end")
        )
    previous = float("-inf")
    for tick in plan.x_ticks:
        x, name = plan.across(tick), format_tick(tick, "")
        if x - text_width(name) / 2 > previous + 6:
            parts.append(label((x, plan.down.start + 17), name, theme.muted, anchor="middle"))
            previous = x + text_width(name) / 2
    half = text_width(x_label) / 2
    middle = min(max((plan.across.start + plan.across.end) / 2, half), plan.width - half)
    parts.append(label((middle, plan.down.start + 34), x_label, theme.muted, anchor="middle"))
    return parts


def _band(each: Line, plan: _Plan, theme: Theme) -> str:
    bounded = [(point.x, *_bounds(point)) for point in each.points if _bounds(point)]
    upper = [(x, high) for x, _, high in bounded]
    lower = [(x, low) for x, low, _ in reversed(bounded)]
    return element("polygon", points=_format([*upper, *lower], plan), fill=theme.ranks[4][0])


def _path(each: Line, rank: int, plan: _Plan, theme: Theme) -> str:
    dashes = _DASHES[rank % len(_DASHES)]
    style = {"stroke_dasharray": dashes} if dashes else {}
    points = _format([(point.x, point.y) for point in each.points], plan)
    return element(
        "polyline",
        points=points,
        fill="none",
        stroke=_color(rank, theme),
        stroke_width=2.0,
        **style,
    )


def _color(rank: int, theme: Theme) -> str:
    """The two darkest in turn: a line needs contrast, and dashes tell more than two apart."""
    return theme.ranks[rank % 2][0]


def _format(points: list[tuple[float, float]], plan: _Plan) -> str:
    return " ".join(f"{coordinate(plan.across(x))},{coordinate(plan.down(y))}" for x, y in points)
