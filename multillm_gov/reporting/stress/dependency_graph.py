"""Dependencies for people: single points of failure, pairs, and what each component means for a year's loss."""

from collections.abc import Sequence
from decimal import Decimal

from multillm_gov.content import Bar, BarChart, Block, Cell, Column, Paragraph, Table
from multillm_gov.report import Section
from multillm_gov.reporting.shared.wording import MOST_MARKS
from multillm_gov.risk.availability.dependence import Dependence
from multillm_gov.risk.availability.importance import Importance
from multillm_gov.risk.availability.single_points import Point
from multillm_gov.risk.system.cut_sets import UNCOVERED
from multillm_gov.risk.system.graph import KIND_WORDS
from multillm_gov.risk.system.system import Component
from multillm_gov.units import format_money, format_share
from multillm_gov.words import count_of, join_some

MOST_HITS_TOLD = 3
"""Task classes named in a row."""
MOST_ROWS = 12
"""Rows of each table; `govern graph --format json` has every one."""


def dependency_section(dependence: Dependence, currency: str) -> Section:
    """For the board and the stress report: the worst single points of failure, and what the expected loss hangs on."""
    blocks: list[Block] = [
        Paragraph(_finding(dependence, currency)),
        *_singles(dependence, currency),
    ]
    if dependence.importances.loss_per_hour > 0:
        blocks.append(_chart(dependence))
    blocks.append(Paragraph(_method(dependence)))
    return Section(id="dependencies", title="Single points of failure", blocks=tuple(blocks))


def pair_section(dependence: Dependence, currency: str) -> Section:
    """Which two things together take down what neither does alone."""
    said = (
        "Neither of the two takes this down without the other. Where one of them is the failover, "
        "the task class has a "
        "fallback that is not reached in time: how often that is so is its coverage, by drill or "
        "assumed. An hour of "
        "both costs the first figure; the second is how much of it a mean year brings."
    )
    columns = (
        Column("Both"),
        Column(f"{currency} an hour", numeric=True),
        Column(f"{currency} a year", numeric=True),
        Column("Task classes"),
    )
    rows = tuple(
        (
            Cell(" + ".join(_members(point, dependence.system.components))),
            Cell(_money(point.value_per_hour)),
            Cell(_money(point.loss_per_year)),
            Cell(_hit(point)),
        )
        for point in dependence.doubles[:MOST_ROWS]
    )
    table = Table(
        title="", columns=columns, rows=rows, empty="No two things take a task class down together."
    )
    blocks = [Paragraph(said), table, *_left_out(len(dependence.doubles), "pair")]
    return Section(id="dependency-pairs", title="Pairs", blocks=tuple(blocks), folded=True)


def importance_section(dependence: Dependence, currency: str) -> Section:
    """Birnbaum, criticality, RAW and RRW of the most critical components."""
    columns = (
        Column("Component"),
        Column("Away"),
        Column(f"{currency} an hour", numeric=True),
        Column("Of loss", numeric=True),
        Column(f"{currency} a year", numeric=True),
        Column("RAW", numeric=True),
        Column("RRW", numeric=True),
    )
    found = dependence.importances.components
    rows = tuple(
        _importance(each, dependence.system.components[each.component])
        for each in found[:MOST_ROWS]
    )
    said = (
        "An hour: expected value lost while it is away, beside what is lost anyway (Birnbaum), "
        "failovers that are not "
        "covered included. Of loss: what the expected loss would shrink by if it never failed "
        "(criticality). RAW: how "
        "many times the usual loss is expected while it is away. RRW: how many times the loss "
        "without it is expected."
    )
    table = Table(title="", columns=columns, rows=rows, empty="No component is hung on.")
    blocks = [Paragraph(said), table, *_left_out(len(found), "component")]
    return Section(
        id="dependency-importance", title="Importance", blocks=tuple(blocks), folded=True
    )


def named(component: Component) -> str:
    """``cloud `aws` ``."""
    return f"{KIND_WORDS[component.kind]} `{component.name.replace('`', chr(39))}`"


def _finding(dependence: Dependence, currency: str) -> str:
    components, singles = dependence.system.components, dependence.singles
    year = (
        f"Outages are expected to cost {_money(dependence.importances.loss_per_year)} "
        f"{currency} in a mean year."
    )
    if not dependence.system.tasks:
        return "No task class is declared, so nothing hangs on anything."
    if not singles:
        return f"No component takes down a task class, or a leg of one, alone. {year}"
    worst = singles[0]
    return (
        f"{count_of(len(singles), 'component')} take{'s' if len(singles) == 1 else ''} down a task "
        "class, or a leg of "
        "one, alone, even where its failover works. The most value hangs on "
        f"{named(components[worst.members[0]])}: "
        f"{_money(worst.value_per_hour)} {currency} an hour in "
        f"{count_of(worst.task_classes, 'task class')}. {year}"
    )


def _singles(dependence: Dependence, currency: str) -> list[Block]:
    components = dependence.system.components
    by_component = {each.component: each for each in dependence.importances.components}
    columns = (
        Column("Component"),
        Column(f"{currency} an hour", numeric=True),
        Column("Task classes"),
        Column("Away"),
        Column("Of yearly loss", numeric=True),
    )
    rows = []
    for point in dependence.singles[:MOST_ROWS]:
        component = components[point.members[0]]
        rows.append(
            (
                Cell(named(component), strong=True),
                Cell(_money(point.value_per_hour)),
                Cell(_hit(point)),
                Cell(_away(component)),
                Cell(format_share(by_component[point.members[0]].criticality)),
            )
        )
    empty = "Nothing takes a task class down alone."
    table = Table(
        title="What takes down most, alone", columns=columns, rows=tuple(rows), empty=empty
    )
    return [table, *_left_out(len(dependence.singles), "single point")]


def _chart(dependence: Dependence) -> BarChart:
    components = dependence.system.components
    top = [each for each in dependence.importances.components if each.criticality > 0][:MOST_MARKS]
    told = [(named(components[each.component]).replace("`", ""), each.criticality) for each in top]
    return BarChart(
        title=f"{format_share(told[0][1])} of the expected loss hangs on {told[0][0]}"
        if told
        else "Expected loss",
        summary="Share of the expected loss that would not be without each: "
        + "; ".join(f"{name} {format_share(share)}" for name, share in told)
        + ".",
        bars=tuple(
            Bar(label=name, value=100 * share, text=format_share(share)) for name, share in told
        ),
        unit="%",
    )


def _method(dependence: Dependence) -> str:
    used = {each.component for each in dependence.importances.components}
    origins = [dependence.system.components[index].origin for index in used]
    counted = [
        f"{origins.count(origin)} {origin}" for origin in ("measured", "declared", "assumed")
    ]
    return (
        "A fallback counts through its chain as it would run. How often each component is away is "
        f"{', '.join(counted)}; what is assumed is a prior from public figures, not yours. Declare "
        "your own below "
        "`risk` in govern.yaml, or import incidents with `govern incidents import`. Shares of "
        "causes that need each "
        "other overlap, so they need not sum to 100%."
    )


def _importance(each: Importance, component: Component) -> tuple[Cell, ...]:
    return (
        Cell(named(component)),
        Cell(_away(component)),
        Cell(_money(each.birnbaum)),
        Cell(format_share(each.criticality)),
        Cell(_money(each.loss_per_year)),
        Cell("" if each.raw is None else f"{each.raw:,.2f}"),
        Cell("no limit" if each.rrw is None else f"{each.rrw:,.3f}"),
    )


def _members(point: Point, components: Sequence[Component]) -> list[str]:
    return [named(components[member]) for member in point.members] + (
        [UNCOVERED] if point.uncovered else []
    )


def _hit(point: Point) -> str:
    """Names of the task classes, with the share where it is not all of one."""
    names = [
        hit.task if hit.share > 0.9995 else f"{hit.task} ({format_share(hit.share)})"
        for hit in point.hits
    ]
    left = point.task_classes - MOST_HITS_TOLD
    return (
        join_some(names) if left <= 0 else f"{', '.join(names[:MOST_HITS_TOLD])} and {left:,} more"
    )


def _away(component: Component) -> str:
    """``0.129% (assumed)``: how often, and who says so."""
    if not component.unavailability:
        return "not counted"
    origin = (
        f"measured, n = {component.sample_size:,}"
        if component.origin == "measured"
        else component.origin
    )
    return f"{100 * component.unavailability:.3f}% ({origin})"


def _money(value: float) -> str:
    return format_money(Decimal(f"{value:.2f}")).removesuffix(" USD")


def _left_out(total: int, noun: str) -> list[Block]:
    left = total - MOST_ROWS
    return (
        [Paragraph(f"{count_of(left, noun)} with less to say are left out here.")]
        if left > 0
        else []
    )
