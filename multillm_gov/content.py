"""What a report is made of: tables, text and charts as data, ready for any format."""

from typing import Literal

import msgspec

Status = Literal["good", "watch", "bad", "neutral"]
"""Against appetite: within, near the limit, outside, or not judged; shown with a word, too."""


class Cell(msgspec.Struct, frozen=True):
    """One field of a table."""

    text: str
    status: Status = "neutral"
    strong: bool = False


class Column(msgspec.Struct, frozen=True):
    """A column's title and alignment; numbers go right and never wrap."""

    title: str
    numeric: bool = False


class Table(msgspec.Struct, frozen=True, kw_only=True, tag="table"):
    """Rows of cells; ``empty`` says what it means that there are none."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = "None."


class Paragraph(msgspec.Struct, frozen=True, tag="paragraph"):
    """Plain text; no markup in it is ever interpreted."""

    text: str
    status: Status = "neutral"


class Items(msgspec.Struct, frozen=True, tag="items"):
    """A bulleted list of plain texts."""

    items: tuple[str, ...]


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar: value in the chart's unit, and as spelt."""

    label: str
    value: float
    text: str
    limit: float | None = None
    status: Status = "neutral"


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """A line across all bars, named: a benchmark, not a limit."""

    label: str
    value: float


class BarChart(msgspec.Struct, frozen=True, kw_only=True, tag="bars"):
    """Horizontal bars, each with its own limit mark where there is one."""

    title: str
    summary: str
    """Alternative text: what the chart shows, in a sentence with figures."""
    bars: tuple[Bar, ...]
    maximum: float | None = None
    """Right end of the axis; default: the largest value, limit or reference."""
    unit: str = ""
    """Of the axis: ``%``, ``USD``, ``points``."""
    references: tuple[Reference, ...] = ()


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One bar of a waterfall: where it starts and ends, and its change as spelt."""

    label: str
    start: float
    """0 for a total."""
    end: float
    text: str
    total: str
    """The end as spelt."""
    status: Status = "neutral"


class Waterfall(msgspec.Struct, frozen=True, kw_only=True, tag="waterfall"):
    """From one total to another: each step starts where the one before ended."""

    title: str
    summary: str
    steps: tuple[Step, ...]
    unit: str = ""


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a stacked row: its share of the whole (0..1)."""

    label: str
    share: float


class ShareRow(msgspec.Struct, frozen=True, kw_only=True):
    """One stacked row, largest part first."""

    label: str
    segments: tuple[Segment, ...]
    note: str = ""
    limit: float | None = None
    """Largest share one part may have (0..1)."""


class ShareChart(msgspec.Struct, frozen=True, kw_only=True, tag="shares"):
    """Stacked rows of shares, one row a level; the limit mark is the largest share allowed."""

    title: str
    summary: str
    rows: tuple[ShareRow, ...]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something on a timeline; ``day`` is ISO, or empty for "not known"."""

    label: str
    day: str
    text: str
    status: Status = "neutral"
    since: str = ""
    """ISO day from which it needs work: drawn as a bar up to ``day``."""


class Timeline(msgspec.Struct, frozen=True, kw_only=True, tag="timeline"):
    """Events between two ISO days, one row each."""

    title: str
    summary: str
    start: str
    end: str
    events: tuple[Event, ...]


class HeatRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a heat map: a cell per column."""

    label: str
    cells: tuple[Cell, ...]


class HeatMap(msgspec.Struct, frozen=True, kw_only=True, tag="heat"):
    """Figures by row and column, shaded by status; every cell says its figure in words."""

    title: str
    summary: str
    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    corner: str = ""
    """What the rows are."""


class Waymark(msgspec.Struct, frozen=True, kw_only=True):
    """One point of a line, with the interval around it where there is one."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    text: str = ""
    """The value and its interval as spelt."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A named line through points of ascending ``x``."""

    label: str
    points: tuple[Waymark, ...]


class LineChart(msgspec.Struct, frozen=True, kw_only=True, tag="lines"):
    """Lines over one axis, each with the band of its intervals."""

    title: str
    summary: str
    x_label: str
    y_label: str
    """What is counted, with its unit."""
    lines: tuple[Line, ...]


Chart = BarChart | ShareChart | Timeline | HeatMap | LineChart | Waterfall
"""What formats without drawings show as a summary and a table."""
Block = Table | Paragraph | Items | Chart
