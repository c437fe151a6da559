"""Stacked rows of shares with direct labels."""

from multillm_gov.content import Segment, ShareChart, ShareRow
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.rendering.charts.scale import Scale, format_tick, nice_ticks, spread
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
from multillm_gov.rendering.charts.theme import Theme
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.units import format_share

_BAR = 24.0
_LANE = SIZE + 4
_MOST_PARTS = 6
_GAP = 12.0
"""Between names below a bar."""


def draw_shares(chart: ShareChart, *, width: float, key: str, theme: Theme) -> str:
    """One row a level; parts are named inside where they fit, else below with a leader line."""
    stacked = width < 520
    names = (
        0.0
        if stacked
        else min(max((_names_width(row) for row in chart.rows), default=0) + 14, width / 3)
    )
    scale = Scale(0.0, 1.0, names, width - 14)
    parts: list[str] = []
    y = 4.0
    for row in chart.rows:
        drawn, y = _row(row, scale, y, names, theme)
        parts += drawn
    for tick in nice_ticks(1.0, 4):
        name = format_tick(100 * tick, "%")
        x = min(max(scale(tick), text_width(name) / 2), width - text_width(name) / 2)
        parts.append(label((x, y + 14), name, theme.muted, anchor="middle"))
        parts.append(line((scale(tick), y - 4), (scale(tick), y + 1), theme.grid))
    return frame(parts, (width, y + 22), chart, key=key, theme=theme)


def _names_width(row: ShareRow) -> float:
    return max(
        text_width(visible(row.label)), text_width(_limit_text(row)), text_width(visible(row.note))
    )


def _limit_text(row: ShareRow) -> str:
    return "" if row.limit is None else f"limit {format_share(row.limit)}"


def _row(
    row: ShareRow, scale: Scale, y: float, names: float, theme: Theme
) -> tuple[list[str], float]:
    """The row's elements and where the next row starts."""
    parts = []
    lines = [text for text in (_limit_text(row), visible(row.note)) if text]
    if names:
        parts.append(
            label((0, y + 12), clip(visible(row.label), names - 10), theme.ink, strong=True)
        )
        parts += [
            label((0, y + 26 + 14 * n), clip(t, names - 10), theme.muted)
            for n, t in enumerate(lines)
        ]
        least = y + 26 + 14 * len(lines)
    else:
        named = clip(", ".join([visible(row.label), *lines]), scale.end)
        parts.append(label((0, y + 12), named, theme.ink, strong=True))
        y += 19
        least = y
    mark = None if row.limit is None else scale(row.limit)
    drawn, bottom = _stack(_grouped(row.segments), scale, (y, mark), theme)
    parts += drawn
    if mark is not None:
        ends = (mark, y - 3), (mark, y + _BAR + 3)
        parts += [line(*ends, theme.ground, width=5), line(*ends, theme.limit, width=2)]
    return parts, max(bottom, least) + 8


def _grouped(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """At most six parts: the smallest are drawn as one, named by their number."""
    if len(segments) <= _MOST_PARTS:
        return segments
    kept, rest = segments[: _MOST_PARTS - 1], segments[_MOST_PARTS - 1 :]
    return (*kept, Segment(label=f"{len(rest)} others", share=sum(part.share for part in rest)))


def _stack(
    segments: tuple[Segment, ...], scale: Scale, at: tuple[float, float | None], theme: Theme
) -> tuple[list[str], float]:
    """The bar at a height, its names clear of the limit mark."""
    parts: list[str] = []
    y, mark = at
    outside: list[tuple[float, str, float]] = []
    start = 0.0
    for rank, part in enumerate(segments):
        left, right = scale(start), scale(start + part.share)
        start += part.share
        fill, ink = (
            theme.ranks[rank] if part.label != UNKNOWN else (theme.unknown, theme.on_unknown)
        )
        tip = f"{visible(part.label)} {format_share(part.share)}"
        parts.append(box((left, y), max(right - left - 1.5, 0.5), _BAR, fill, tip=tip))
        first, last = _clear(left, right, mark)
        inside = _named(part, last - first - 14)
        if inside:
            parts.append(label((first + 7, y + 16), inside, ink))
        else:
            name = _named(part, scale.end - scale.start, at_most=190)
            outside.append(((left + right) / 2, name, part.share))
    if not segments:
        parts.append(label((scale.start, y + 16), "nothing to share", theme.muted))
    drawn, bottom = _leaders(outside, scale, y + _BAR, theme)
    return parts + drawn, bottom


def _clear(left: float, right: float, mark: float | None) -> tuple[float, float]:
    """The larger side of the part that the limit mark does not cross."""
    if mark is None or not left < mark < right:
        return left, right
    return (left, mark) if mark - left >= right - mark else (mark, right)


def _named(part: Segment, room: float, at_most: float = 0.0) -> str:
    """Name and share, the name shortened to fit; empty where nothing readable remains."""
    name, share = visible(part.label), f" {format_share(part.share)}"
    left = min(room - text_width(share), at_most or room)
    if left < min(text_width(name), 60):
        return ""
    return shorten(name, left) + share


def _leaders(
    outside: list[tuple[float, str, float]], scale: Scale, y: float, theme: Theme
) -> tuple[list[str], float]:
    """Names of parts too small to hold theirs, below them, each with a line to its part.

    Those that one line of text has no room for are named together, by their number.
    """
    if not outside:
        return [], y
    named, rest = list(outside), list[tuple[float, str, float]]()
    while named and _room(named, rest) > scale.end - scale.start:
        rest.insert(0, named.pop())
    if rest:
        named.append(_together(rest))
    places = spread(
        [center for center, _, _ in named],
        [text_width(text) for _, text, _ in named],
        start=scale.start,
        end=scale.end,
        gap=_GAP,
    )
    baseline = y + 8 + _LANE
    parts = []
    for (center, text, _), (x, _) in zip(named, places, strict=True):
        parts.append(line((center, y + 1), (x, baseline - SIZE + 1), theme.muted, width=0.7))
        parts.append(label((x, baseline), text, theme.ink, anchor="middle"))
    return parts, y + 8 + _LANE


def _together(parts: list[tuple[float, str, float]]) -> tuple[float, str, float]:
    share = sum(part for _, _, part in parts)
    return (
        sum(center for center, _, _ in parts) / len(parts),
        f"{len(parts):,} more {format_share(share)}",
        share,
    )


def _room(named: list[tuple[float, str, float]], rest: list[tuple[float, str, float]]) -> float:
    """Width of the names beside each other, with that of the rest."""
    texts = [text for _, text, _ in named] + ([_together(rest)[1]] if rest else [])
    return sum(map(text_width, texts)) + _GAP * (len(texts) - 1)
