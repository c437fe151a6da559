"""Horizontal bars with limits and reference lines."""

import msgspec

from multillm_gov.content import Bar, BarChart, Waterfall
from multillm_gov.rendering.charts.scale import Scale, format_tick, nice_ticks
from multillm_gov.rendering.charts.svg import (
    SIZE,
    box,
    clip,
    frame,
    label,
    line,
    shorten,
    text_width,
)
from multillm_gov.rendering.charts.theme import MARKS, Theme
from multillm_gov.rendering.plain.escaping import visible

_BAR = 14.0
_LANE = SIZE + 5


def draw_bars(
    chart: BarChart, *, width: float, key: str, theme: Theme, starts: tuple[float, ...] = ()
) -> str:
    """One row per bar: label, bar with its limit mark, value; wide or stacked by width.

    Args:
        chart: What is drawn.
        width: Of the drawing.
        key: Makes its ids unique in the page.
        theme: Its colors.
        starts: Where each bar starts; default: at 0.
    """
    plan = _plan(chart, width)
    parts, top = _references(chart, plan, theme)
    bottom = top + plan.pitch * len(chart.bars)
    axis = _axis(chart, plan, (top, bottom), theme)
    rows = [
        part
        for n, bar in enumerate(chart.bars)
        for part in _bar(bar, plan, top + n * plan.pitch, theme, starts[n] if starts else 0.0)
    ]
    height = bottom + 24
    if any(bar.limit is not None for bar in chart.bars):
        rows += [*_limit_mark(3, height + 2, theme), label((12, height + 13), "limit", theme.muted)]
        height += 20
    return frame([*axis, *rows, *parts], (width, height), chart, key=key, theme=theme)


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Where the columns of the chart stand."""

    width: float
    stacked: bool
    """Whether labels stand above their bars: the drawing is narrow."""
    pitch: float
    names: float
    values: float
    ticks: tuple[float, ...]
    scale: Scale


def _plan(chart: BarChart, width: float) -> _Plan:
    stacked = width < 520
    longest = max((text_width(visible(bar.label)) for bar in chart.bars), default=0)
    names = 0.0 if stacked else min(longest + 12, 0.42 * width)
    values = min(
        max((text_width(_format(bar)) for bar in chart.bars), default=0) + 14,
        width / (2 if stacked else 3),
    )
    most = chart.maximum or max(
        [bar.value for bar in chart.bars]
        + [bar.limit for bar in chart.bars if bar.limit is not None]
        + [reference.value for reference in chart.references],
        default=0.0,
    )
    ticks = nice_ticks(most, 4 if stacked else 6)
    scale = Scale(0.0, ticks[-1], names, width - (14 if stacked else values))
    pitch = 40.0 if stacked else 26.0
    return _Plan(
        width=width,
        stacked=stacked,
        pitch=pitch,
        names=names,
        values=values,
        ticks=ticks,
        scale=scale,
    )


def _format(bar: Bar) -> str:
    """The value with a sign of its status: color alone says nothing to many readers."""
    return MARKS[bar.status] + visible(bar.text)


def _bar(bar: Bar, plan: _Plan, top: float, theme: Theme, start: float) -> list[str]:
    y = top + (18 if plan.stacked else 6)
    baseline = y - 5 if plan.stacked else y + _BAR - 3
    room = plan.width - plan.values - 6 if plan.stacked else plan.names - 12
    name, value = visible(bar.label), clip(_format(bar), plan.values)
    parts = [
        label((0, baseline), shorten(name, room), theme.ink, tip=name),
        box((plan.names, y), plan.scale.end - plan.names, _BAR, theme.track),
        box((plan.scale(start), y), plan.scale(bar.value) - plan.scale(start), _BAR,
            theme.status[bar.status], tip=f"{name}: {visible(bar.text)}"),
        label((plan.width, baseline), value, theme.ink, anchor="end", strong=bar.status == "bad"),
    ]  # fmt: skip
    return parts if bar.limit is None else parts + _limit_mark(plan.scale(bar.limit), y, theme)


def draw_waterfall(chart: Waterfall, *, width: float, key: str, theme: Theme) -> str:
    """Bars from where each step starts to where it ends."""
    bars = tuple(
        Bar(
            label=step.label,
            value=max(step.start, step.end),
            text=step.text or step.total,
            status=step.status,
        )
        for step in chart.steps
    )
    plain = BarChart(title=chart.title, summary=chart.summary, bars=bars, unit=chart.unit)
    starts = tuple(min(step.start, step.end) for step in chart.steps)
    return draw_bars(plain, width=width, key=key, theme=theme, starts=starts)


def _limit_mark(x: float, y: float, theme: Theme) -> list[str]:
    ends = (x, y - 3), (x, y + _BAR + 3)
    return [line(*ends, theme.ground, width=5), line(*ends, theme.limit, width=2)]


def _references(chart: BarChart, plan: _Plan, theme: Theme) -> tuple[list[str], float]:
    """Reference lines with their names above the plot, and where the plot then starts."""
    ordered = sorted(chart.references, key=lambda reference: (reference.value, reference.label))
    if not ordered:
        return [], 4.0
    top = len(ordered) * _LANE + 6
    bottom = top + plan.pitch * len(chart.bars)
    parts = []
    for rank, reference in enumerate(ordered):
        # A lane for each, the last one lowest: its name stands beside its own line, and the lines
        # of those above pass left of it.
        x, baseline = plan.scale(reference.value), (rank + 1) * _LANE - 4
        name = clip(visible(reference.label), plan.width)
        width = text_width(name)
        at = (x + 4, baseline) if x + 4 + width <= plan.width else (x - 4, baseline)
        fits = at[0] > x or x - 4 - width >= 0
        anchor = "start" if at[0] > x or not fits else "end"
        parts.append(label(at if fits else (0, baseline), name, theme.muted, anchor=anchor))
        parts.append(line((x, baseline - 9), (x, top - 4), theme.muted, dashes="4 3"))
        parts += [
            line((x, y), (x, end), theme.muted, dashes="4 3")
            for y, end in _spans(plan, top, bottom)
        ]
    return parts, top


def _spans(plan: _Plan, top: float, bottom: float) -> list[tuple[float, float]]:
    """Where a line across the bars runs: all the way, or past the labels above each bar."""
    if not plan.stacked:
        return [(top - 4, bottom)]
    rows = round((bottom - top) / plan.pitch)
    return [(top + n * plan.pitch + 15, top + n * plan.pitch + 18 + _BAR + 3) for n in range(rows)]


def _axis(chart: BarChart, plan: _Plan, span: tuple[float, float], theme: Theme) -> list[str]:
    parts = []
    previous = float("-inf")
    for tick in plan.ticks:
        x, name = plan.scale(tick), format_tick(tick, chart.unit)
        parts.append(line((x, span[0]), (x, span[1] + 4), theme.grid))
        half = text_width(name) / 2
        center = min(max(x, half), plan.width - half)
        if center - half > previous + 6:
            parts.append(label((center, span[1] + 18), name, theme.muted, anchor="middle"))
            previous = center + half
    return parts
