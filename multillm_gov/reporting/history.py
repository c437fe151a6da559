"""What `govern history` reports: headline figures over time, as a table and as lines."""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.content import Block, Cell, Column, Line, LineChart, Paragraph, Table, Waymark
from multillm_gov.measures.periods import Every
from multillm_gov.report import Metric, Report, Section, Verdict
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.state.state import State
from multillm_gov.words import count_of

_MOST_ROWS = 60
_WORDS = {"quarter": "quarter", "month": "month", "commit": "commit"}
_X = {"quarter": "Quarters since the first", "month": "Months since the first", "commit": "Commits"}


class HistoryPoint(Struct, frozen=True, kw_only=True):
    """The figures of one commit, judged as of a day; no figures: it had no task class."""

    label: str
    day: date
    commit: str
    metrics: tuple[Metric, ...]


def report_history(points: tuple[HistoryPoint, ...], now: State, every: Every) -> Report:
    """A section for each figure: how it moved, its line, and every value with its limit.

    Args:
        points: Oldest first.
        now: The state of today, for names and units.
        every: What a point is of.
    """
    settings = now.portfolio.settings
    names = list(dict.fromkeys(metric.id for point in reversed(points) for metric in point.metrics))
    last = points[-1]
    return Report(
        kind="history",
        title="Portfolio over time",
        organization=settings.organization,
        as_of=now.as_of.isoformat(),
        currency=settings.currency,
        verdict=Verdict(fail_on=None, errors=0, warnings=0, notes=0, waived=0),
        revision=last.commit,
        base=points[0].commit,
        summary=f"{count_of(len(points), _WORDS[every])} from {points[0].day} to {last.day}.",
        headline=_moved(points),
        sections=(
            _overview(points, names),
            *(_section(points, name, every) for name in names),
        ),
        provenance=provenance(now),
    )


def _metric(point: HistoryPoint, name: str) -> Metric | None:
    return next((metric for metric in point.metrics if metric.id == name), None)


def _moved(points: tuple[HistoryPoint, ...]) -> tuple[Metric, ...]:
    """The last figures, with the first ones before them."""
    first = {metric.id: metric for metric in points[0].metrics}
    return tuple(
        replace(
            metric,
            before=first[metric.id].value if metric.id in first else "none",
            limit_before=_other(first.get(metric.id), metric),
        )
        for metric in points[-1].metrics
    )


def _other(before: Metric | None, now: Metric) -> str:
    return before.limit if before is not None and before.limit != now.limit else ""


def _overview(points: tuple[HistoryPoint, ...], names: list[str]) -> Section:
    """A row for each point, newest last; where there are too many, the newest."""
    labels = {metric.id: metric.label for point in points for metric in point.metrics}
    shown = points[-_MOST_ROWS:]
    rows = tuple(
        (
            Cell(point.label, strong=True),
            Cell(point.day.isoformat()),
            Cell(point.commit[:10]),
            *(_cell(_metric(point, name)) for name in names),
        )
        for point in shown
    )
    columns = (
        Column("Period"),
        Column("As of"),
        Column("Commit"),
        *(Column(labels[name], numeric=True) for name in names),
    )
    blocks: tuple[Block, ...] = (Table(title="", columns=columns, rows=rows),)
    if len(shown) < len(points):
        text = f"The newest {len(shown):,} of {len(points):,} shown; the lines have all of them."
        blocks += (Paragraph(text),)
    return Section(id="overview", title="All figures", blocks=blocks)


def _cell(metric: Metric | None) -> Cell:
    return Cell("none") if metric is None else Cell(metric.value, metric.status)


def _section(points: tuple[HistoryPoint, ...], name: str, every: Every) -> Section:
    pairs = [(place, point, _metric(point, name)) for place, point in enumerate(points)]
    known = [(place, point, metric) for place, point, metric in pairs if metric is not None]
    label, unit = known[-1][2].label, known[-1][2].unit
    factor = 100.0 if unit.startswith("share") else 1.0
    marks = tuple(
        Waymark(x=float(place), y=factor * metric.number, text=metric.value)
        for place, _, metric in known
        if metric.number is not None
    )
    if not marks:
        return Section(id=name, title=label, blocks=(Paragraph("Not known in any of them."),))
    gaps = len(points) - len(marks)
    first, last = known[0][2], known[-1][2]
    words = f"{label}: from {first.value} to {last.value}"
    chart = LineChart(
        title=words,
        summary=f"{words}, in {count_of(len(marks), _WORDS[every])}.",
        x_label=_X[every],
        y_label=f"{label} ({'%' if factor > 1 else unit})" if unit else label,
        lines=(Line(label=label, points=marks),),
    )
    blocks: tuple[Block, ...] = (chart,)
    if gaps:
        blocks += (Paragraph(f"Not known in {gaps:,} of {len(points):,}."),)
    return Section(id=name, title=label, blocks=blocks)
