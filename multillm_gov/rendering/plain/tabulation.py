"""Charts as tables, for formats that draw none: the figures, with a bar of characters."""

from operator import itemgetter

from multillm_gov.content import (
    Bar,
    BarChart,
    Cell,
    Chart,
    Column,
    HeatMap,
    LineChart,
    ShareChart,
    ShareRow,
    Status,
    Table,
    Timeline,
    Waterfall,
)
from multillm_gov.units import MINUS, format_share

_BAR = 24
_PARTS = 5
_POINTS = 6
_EMPTY = "Nothing to show."
_SIGNS: dict[Status, str] = {"good": "", "watch": "~ ", "bad": "! ", "neutral": ""}


def tabulate(chart: Chart) -> Table:
    """The table that says what the chart shows."""
    if isinstance(chart, BarChart):
        return _bars(chart)
    if isinstance(chart, HeatMap):
        return _heat(chart)
    if isinstance(chart, LineChart):
        return _lines(chart)
    if isinstance(chart, Waterfall):
        return _steps(chart)
    return _shares(chart) if isinstance(chart, ShareChart) else _events(chart)


def list_figures(chart: Chart) -> Table:
    """The same with each figure in a cell of its own and nothing drawn, for spreadsheets."""
    if isinstance(chart, ShareChart):
        return _each_share(chart)
    if isinstance(chart, LineChart):
        return _each_point(chart)
    table = tabulate(chart)
    if not isinstance(chart, BarChart):
        return table
    rows = tuple(row[:-1] for row in table.rows)
    return Table(title=table.title, columns=table.columns[:-1], rows=rows, empty=table.empty)


def _each_share(chart: ShareChart) -> Table:
    rows = tuple(
        (
            Cell(row.label),
            Cell(part.label),
            Cell(format_share(part.share), "bad" if _exceeds(part.share, row) else "neutral"),
            Cell("" if row.limit is None else format_share(row.limit)),
        )
        for row in chart.rows
        for part in row.segments
    )
    columns = (
        Column("Level"),
        Column("Name"),
        Column("Share", numeric=True),
        Column("Limit", numeric=True),
    )
    return Table(title=chart.title, columns=columns, rows=rows, empty=_EMPTY)


def _exceeds(share: float, row: ShareRow) -> bool:
    return row.limit is not None and share > row.limit


def _each_point(chart: LineChart) -> Table:
    rows = tuple(
        (
            Cell(line.label),
            Cell(f"{point.x:,.10g}"),
            *(
                Cell("" if value is None else f"{value:,.10g}".replace("-", MINUS))
                for value in (point.y, point.low, point.high)
            ),
        )
        for line in chart.lines
        for point in line.points
    )
    figures = (chart.x_label, chart.y_label, "Lowest", "Highest")
    columns = (Column("Line"), *(Column(title, numeric=True) for title in figures))
    return Table(title=chart.title, columns=columns, rows=rows, empty=_EMPTY)


def _bars(chart: BarChart) -> Table:
    limits = [bar.limit for bar in chart.bars if bar.limit is not None]
    references = [reference.value for reference in chart.references]
    top = chart.maximum or max(
        [*(bar.value for bar in chart.bars), *limits, *references], default=0.0
    )
    rows = tuple(
        (
            Cell(bar.label),
            Cell(bar.text, bar.status),
            *((Cell(_number(bar.limit, chart.unit)),) if limits else ()),
            Cell(_draw(bar.value, bar.limit, top)),
        )
        for bar in (*chart.bars, *_reference_bars(chart))
    )
    limit = (Column("Limit", numeric=True),) if limits else ()
    columns = (
        Column(""),
        Column("Value", numeric=True),
        *limit,
        Column("" if not limits else "(│ marks the limit)"),
    )
    return Table(title=chart.title, columns=columns, rows=rows, empty=_EMPTY)


def _reference_bars(chart: BarChart) -> tuple[Bar, ...]:
    """Named lines that a drawing has across all bars."""
    return tuple(
        Bar(
            label=f"({reference.label})",
            value=reference.value,
            text=_number(reference.value, chart.unit),
        )
        for reference in chart.references
    )


def _steps(chart: Waterfall) -> Table:
    columns = (Column("Step"), Column("Change", numeric=True), Column("Total", numeric=True))
    rows = tuple(
        (Cell(step.label), Cell(step.text, step.status), Cell(step.total)) for step in chart.steps
    )
    return Table(title=chart.title, columns=columns, rows=rows, empty=_EMPTY)


def _draw(value: float, limit: float | None, top: float) -> str:
    if top <= 0:
        return ""
    filled = min(_BAR, max(round(value / top * _BAR), 1 if value > 0 else 0))
    drawn = ["█"] * filled + ["░"] * (_BAR - filled)
    if limit is not None and 0 <= limit <= top:
        drawn[min(_BAR - 1, round(limit / top * _BAR))] = "│"
    return "".join(drawn)


def _number(number: float | None, unit: str) -> str:
    if number is None:
        return ""
    text = f"{number:,.0f}" if abs(number) >= 100 or number == int(number) else f"{number:,.4g}"
    return f"{text}%" if unit == "%" else f"{text} {unit}".rstrip()


def _shares(chart: ShareChart) -> Table:
    limited = any(row.limit is not None for row in chart.rows)
    noted = any(row.note for row in chart.rows)
    rows = tuple(
        (
            Cell(row.label, strong=True),
            Cell(_parts(row), _largest_status(row)),
            *((Cell("" if row.limit is None else format_share(row.limit)),) if limited else ()),
            *((Cell(row.note),) if noted else ()),
        )
        for row in chart.rows
    )
    limit = (Column("Limit", numeric=True),) if limited else ()
    note = (Column("Note"),) if noted else ()
    return Table(
        title=chart.title,
        columns=(Column(""), Column("Shares, largest first"), *limit, *note),
        rows=rows,
        empty=_EMPTY,
    )


def _parts(row: ShareRow) -> str:
    texts = [f"{segment.label} {format_share(segment.share)}" for segment in row.segments[:_PARTS]]
    rest = row.segments[_PARTS:]
    if rest:
        texts.append(f"{len(rest):,} more {format_share(sum(segment.share for segment in rest))}")
    return ", ".join(texts)


def _largest_status(row: ShareRow) -> Status:
    over = any(_exceeds(segment.share, row) for segment in row.segments)
    return "bad" if over else "neutral"


def _heat(chart: HeatMap) -> Table:
    columns = (Column(chart.corner), *(Column(title, numeric=True) for title in chart.columns))
    rows = tuple((Cell(row.label), *row.cells) for row in chart.rows)
    return Table(title=chart.title, columns=columns, rows=rows, empty=_EMPTY)


def list_heat(chart: HeatMap) -> Table:
    """The same in two columns, for narrow lines: each row's cells that are not good."""
    rank = {"bad": 0, "watch": 1, "neutral": 2}
    rows = []
    for row in chart.rows:
        named = zip(row.cells, chart.columns, strict=True)
        texts = sorted(
            ((rank[cell.status], cell, name) for cell, name in named if cell.status in rank),
            key=itemgetter(0),
        )
        parts = [f"{_SIGNS[cell.status]}{name} {cell.text}" for _, cell, name in texts]
        rows.append((Cell(row.label), Cell(", ".join(parts) or "–")))
    columns = Column(chart.corner), Column("Where, worst first" if chart.corner else "")
    return Table(title=chart.title, columns=columns, rows=tuple(rows), empty=_EMPTY)


def _lines(chart: LineChart) -> Table:
    """Some points of every line, the last one always."""
    points = [point for line in chart.lines[:1] for point in line.points]
    step = max(1, -(-len(points) // _POINTS))
    kept_values = sorted({*range(len(points) - 1, -1, -step)})
    rows = tuple(
        (
            Cell(f"{points[index].x:,.10g}"),
            *(
                Cell(line.points[index].text if index < len(line.points) else "")
                for line in chart.lines
            ),
        )
        for index in kept_values
    )
    columns = (
        Column(chart.x_label, numeric=True),
        *(Column(line.label, numeric=True) for line in chart.lines),
    )
    return Table(title=chart.title, columns=columns, rows=rows, empty=_EMPTY)


def _events(chart: Timeline) -> Table:
    rows = tuple(
        (Cell(event.day or "not known"), Cell(event.label), Cell(event.text, event.status))
        for event in chart.events
    )
    columns = (Column("Day"), Column("What"), Column(f"{chart.start} to {chart.end}"))
    return Table(title=chart.title, columns=columns, rows=rows, empty=_EMPTY)
