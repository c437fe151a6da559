"""Figures by row and column, shaded by status; as many columns per band as fit."""

import re
from math import ceil

import msgspec
from msgspec.structs import replace

from multillm_gov.content import Cell, HeatMap, HeatRow
from multillm_gov.rendering.charts.svg import SIZE, box, clip, frame, label, shorten, text_width
from multillm_gov.rendering.charts.theme import MARKS, Theme
from multillm_gov.rendering.plain.escaping import visible

_ROW = 26.0
_GAP = 2.0
_LEAST = 72.0
"""Width of a cell at least."""
_LINE = SIZE + 3
_HEAD_LINES = 3
_MOST_ROWS = 8
_SEAM = re.compile(r"(?<=[-_. /])")


def draw_heat(chart: HeatMap, *, width: float, key: str, theme: Theme) -> str:
    """Bands of columns below each other where they do not fit; rows are named in each."""
    plan = _plan(chart, width)
    parts: list[str] = []
    y = 4.0
    for first in range(0, len(chart.columns), plan.count):
        drawn, y = _band(chart, plan, (first, first + plan.count), y, theme)
        parts += drawn
    if not chart.columns or not chart.rows:
        parts.append(label((0, y + 12), "nothing to show", theme.muted))
        y += 20
    return frame(parts, (width, y), chart, key=key, theme=theme)


def bands(chart: HeatMap, width: float) -> tuple[HeatMap, ...]:
    """Its bands as maps of their own, the title with the first, so that pages may part them.

    A band of many rows is parted, too: half a page that cannot be broken leaves half a page empty.
    """
    count = _plan(chart, width).count
    parts = ceil(len(chart.rows) / _MOST_ROWS) or 1
    high = ceil(len(chart.rows) / parts) or 1
    found = [
        replace(
            chart,
            title="",
            columns=chart.columns[first : first + count],
            rows=tuple(
                replace(row, cells=row.cells[first : first + count])
                for row in chart.rows[top : top + high]
            ),
        )
        for first in range(0, len(chart.columns), count)
        for top in range(0, len(chart.rows), high)
    ]
    return (replace(found[0], title=chart.title), *found[1:]) if found else (chart,)


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Where the columns stand."""

    width: float
    stacked: bool
    """Whether names stand above their rows: the drawing is narrow."""
    names: float
    count: int
    """Columns in a band."""
    cell: float

    def left(self, position: int) -> float:
        return self.names + position * self.cell


def _plan(chart: HeatMap, width: float) -> _Plan:
    stacked = width < 520
    names = [text_width(visible(row.label)) for row in chart.rows]
    room = 0.0 if stacked else min(max(names, default=0) + 12, 0.4 * width)
    widest = (
        max((text_width(_format(cell)) for row in chart.rows for cell in row.cells), default=0) + 14
    )
    fitting = max(int((width - room) // max(_LEAST, widest)), 1)
    columns = max(len(chart.columns), 1)
    count = ceil(columns / ceil(columns / fitting))  # bands of like size
    return _Plan(width=width, stacked=stacked, names=room, count=count, cell=(width - room) / count)


def _format(cell: Cell) -> str:
    """The figure with a sign of its status: color alone says nothing to many readers."""
    return MARKS[cell.status] + visible(cell.text)


def _band(
    chart: HeatMap, plan: _Plan, span: tuple[int, int], y: float, theme: Theme
) -> tuple[list[str], float]:
    titles = [_broken(visible(title), plan.cell - 6) for title in chart.columns[slice(*span)]]
    lines = max((len(title) for title in titles), default=0)
    parts = (
        [
            label(
                (0, y + lines * _LINE - 4),
                clip(visible(chart.corner), plan.names - 10),
                theme.muted,
            )
        ]
        if not plan.stacked
        else []
    )
    for position, title in enumerate(titles):
        middle = plan.left(position) + plan.cell / 2
        for line, text in enumerate(title):
            baseline = y + (lines - len(title) + line + 1) * _LINE - 4
            parts.append(label((middle, baseline), text, theme.muted, anchor="middle"))
    y += lines * _LINE + 2
    for row in chart.rows:
        drawn, y = _row(row, plan, span, y, theme)
        parts += drawn
    return parts, y + 12


def _row(
    row: HeatRow, plan: _Plan, span: tuple[int, int], y: float, theme: Theme
) -> tuple[list[str], float]:
    name = visible(row.label)
    if plan.stacked:
        parts = [label((0, y + 14), shorten(name, plan.width), theme.ink, tip=name)]
        y += 20
    else:
        parts = [label((0, y + 17), shorten(name, plan.names - 10), theme.ink, tip=name)]
    for position, cell in enumerate(row.cells[slice(*span)]):
        left = plan.left(position)
        parts.append(box((left, y), plan.cell - _GAP, _ROW - _GAP, theme.grounds[cell.status]))
        text = clip(_format(cell), plan.cell - 8)
        at = left + plan.cell - _GAP - 6, y + 16
        parts.append(
            label(at, text, theme.ink, anchor="end", strong=cell.status == "bad" or cell.strong)
        )
    return parts, y + _ROW


def _broken(title: str, room: float) -> list[str]:
    """A column's name on up to three lines, broken at its seams; the last may be cut."""
    lines = [""]
    for piece in _SEAM.split(title):
        if (
            lines[-1]
            and text_width((lines[-1] + piece).rstrip()) > room
            and len(lines) < _HEAD_LINES
        ):
            lines.append(piece)
        else:
            lines[-1] += piece
    return [shorten(line.strip(), room) for line in lines]
