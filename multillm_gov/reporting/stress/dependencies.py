"""Dependencies: single points of failure, pairs, and each component's part in the annual loss."""

from collections.abc import Sequence
from decimal import Decimal

from multillm_gov.content import Bar, BarChart, Block, Cell, Column, Paragraph
from multillm_gov.report import Section
from multillm_gov.reporting.shared.tables import MOST_MARKS, bounded
from multillm_gov.risk.availability.dependence import Dependence
from multillm_gov.risk.availability.importance import Importance
from multillm_gov.risk.availability.single_points import SinglePoint
from multillm_gov.risk.system.cut_sets import UNCOVERED
from multillm_gov.risk.system.graph import KIND_WORDS, shortfall_words
from multillm_gov.risk.system.system import Component
from multillm_gov.units import format_money, format_share
from multillm_gov.words import code, count_of, join_some, join_words

_MOST_TASKS = 3
"""Task classes named in a row."""
MOST_ROWS = 12
"""Rows of each table; `govern graph --format json` has every one."""


def dependency_section(dependence: Dependence, currency: str) -> Section:
    """The largest single points of failure, and what the expected loss depends on."""
    blocks: list[Block] = [
        Paragraph(_finding(dependence, currency)),
        *_single_points(dependence, currency),
    ]
    if dependence.importances.loss_per_hour > 0:
        blocks.append(_chart(dependence))
    blocks.append(Paragraph(_method(dependence)))
    return Section(id="dependencies", title="Single points of failure", blocks=tuple(blocks))


def pair_section(dependence: Dependence, currency: str) -> Section:
    """Which two components together cause an outage that neither causes alone."""
    explanation = (
        "Each pair causes an outage only when both fail. Where one of the two is the failover, the "
        "task class has a fallback that is not reached in time; how often is its coverage, by "
        "drill or assumed. The first amount is what an hour of both costs, the second how much of "
        "that is expected in a mean year."
    )
    columns = (
        Column("Pair"),
        Column(f"{currency} an hour", numeric=True),
        Column(f"{currency} a year", numeric=True),
        Column("Task classes"),
    )
    rows = [
        (
            Cell(" + ".join(_members(point, dependence.system.components))),
            Cell(_worth(point.value_per_hour)),
            Cell(_money(point.loss_per_year)),
            Cell(_affected(point)),
        )
        for point in dependence.doubles
    ]
    empty = "No pair of components takes a task class down."
    blocks = (
        Paragraph(explanation),
        *bounded("", columns, rows, "smaller pair", empty, most=MOST_ROWS),
    )
    return Section(id="dependency-pairs", title="Pairs", blocks=blocks, folded=True)


def importance_section(dependence: Dependence, currency: str) -> Section:
    """Birnbaum, criticality, RAW and RRW of the most critical components."""
    columns = (
        Column("Component"),
        Column("Unavailable"),
        Column(f"{currency} an hour", numeric=True),
        Column("Of loss", numeric=True),
        Column(f"{currency} a year", numeric=True),
        Column("RAW", numeric=True),
        Column("RRW", numeric=True),
    )
    rows = [
        _importance(component, dependence.system.components[component.component])
        for component in dependence.importances.components
    ]
    explanation = (
        "An hour: expected value lost while the component is down, beyond what is lost anyway "
        "(Birnbaum), failed failovers included. Of loss: by how much the expected loss would "
        "shrink if it never failed (criticality). RAW: how many times the usual loss is expected "
        "while it is down. RRW: the usual loss over the loss expected without its failures."
    )
    empty = "No task class depends on any component."
    blocks = (
        Paragraph(explanation),
        *bounded("", columns, rows, "smaller component", empty, most=MOST_ROWS),
    )
    return Section(id="dependency-importance", title="Importance", blocks=blocks, folded=True)


def _component(component: Component) -> str:
    """``cloud `aws` ``."""
    return f"{KIND_WORDS[component.kind]} {code(component.name)}"


def _finding(dependence: Dependence, currency: str) -> str:
    components, singles = dependence.system.components, dependence.singles
    retired = dependence.retired_loss
    outages = max(dependence.importances.loss_per_year - retired, 0.0)
    year = f"Outages are expected to cost {_money(outages)} {currency} in a mean year."
    if retired:
        year += (
            f" Models that are already retired cost {_money(retired)} {currency} a year on top, "
            "which is no outage; both are in the figures by component."
        )
    if not any(task.value_per_hour for task in dependence.system.tasks):
        year = "No value at stake is declared, so outages have no cost here."
    if not dependence.system.tasks:
        return "No task class is declared, so there are no dependencies."
    if not singles:
        return f"There is no single point of failure. {year}"
    worst = singles[0]
    count = "1 single point" if len(singles) == 1 else f"{len(singles):,} single points"
    return (
        f"{count} of failure: each takes down a task class, or one of its route entries, alone, "
        f"even where failover works. The largest is {_component(components[worst.members[0]])}: "
        f"{count_of(worst.task_classes, 'task class')}, {_an_hour(worst, currency)}. {year}"
    )


def _single_points(dependence: Dependence, currency: str) -> tuple[Block, ...]:
    components = dependence.system.components
    by_component = {
        component.component: component for component in dependence.importances.components
    }
    columns = (
        Column("Component"),
        Column(f"{currency} an hour", numeric=True),
        Column("Task classes"),
        Column("Unavailable"),
        Column("Of yearly loss", numeric=True),
    )
    rows = []
    for point in dependence.singles:
        component = components[point.members[0]]
        rows.append(
            (
                Cell(_component(component), strong=True),
                Cell(_worth(point.value_per_hour)),
                Cell(_affected(point)),
                Cell(_unavailability(component)),
                Cell(format_share(by_component[point.members[0]].criticality)),
            )
        )
    title, empty = "Largest single points of failure", "No component takes a task class down alone."
    return bounded(title, columns, rows, "smaller component", empty, most=MOST_ROWS)


def _chart(dependence: Dependence) -> BarChart:
    components = dependence.system.components
    top = [
        component for component in dependence.importances.components if component.criticality > 0
    ][:MOST_MARKS]
    shares = [
        (_component(components[each.component]).replace("`", ""), each.criticality) for each in top
    ]
    return BarChart(
        title=f"{format_share(shares[0][1])} of the expected loss depends on {shares[0][0]}"
        if shares
        else "Expected loss",
        summary="Share of the expected loss that would vanish if each never failed: "
        + "; ".join(f"{name} {format_share(share)}" for name, share in shares)
        + ".",
        bars=tuple(
            Bar(label=name, value=100 * share, text=format_share(share)) for name, share in shares
        ),
        unit="%",
    )


def _method(dependence: Dependence) -> str:
    used = {component.component for component in dependence.importances.components}
    origins = [dependence.system.components[index].origin for index in used]
    counted = join_words(
        f"{origins.count(origin)} {origin}"
        for origin in ("measured", "declared", "published", "assumed")
        if origin != "published" or origin in origins
    )
    shortfall = shortfall_words(dependence.system)
    understated = f" {shortfall[0].upper()}{shortfall[1:]}." if shortfall else ""
    return (
        f"How often a component is unavailable: {counted}. Assumed figures come from public "
        "histories, not from yours: declare your own below `risk` in `govern.yaml`, or import "
        "incidents with `govern incidents import`. Failures that need each other overlap, so the "
        f"shares need not sum to 100%.{understated}"
    )


def _importance(each: Importance, component: Component) -> tuple[Cell, ...]:
    return (
        Cell(_component(component)),
        Cell(_unavailability(component)),
        Cell(_money(each.birnbaum)),
        Cell(format_share(each.criticality)),
        Cell(_money(each.loss_per_year)),
        Cell("" if each.raw is None else f"{each.raw:,.2f}"),
        Cell("no limit" if each.rrw is None else f"{each.rrw:,.3f}"),
    )


def _members(point: SinglePoint, components: Sequence[Component]) -> list[str]:
    return [_component(components[member]) for member in point.members] + (
        [UNCOVERED] if point.uncovered else []
    )


def _affected(point: SinglePoint) -> str:
    """Names of the task classes, with the share where it is not all of one."""
    names = [
        hit.task if hit.share > 0.9995 else f"{hit.task} ({format_share(hit.share)})"
        for hit in point.hits
    ]
    further = point.task_classes - _MOST_TASKS
    if further <= 0:
        return join_some(names)
    return f"{', '.join(names[:_MOST_TASKS])} and {further:,} more"


def _unavailability(component: Component) -> str:
    """``0.129% (assumed)``: how often, and the source of the figure."""
    if not component.unavailability:
        return "not counted"
    sample = f", n = {component.sample_size:,}" if component.origin == "measured" else ""
    return f"{100 * component.unavailability:.3f}% ({component.origin}{sample})"


def _an_hour(point: SinglePoint, currency: str) -> str:
    """What an hour of it costs; nothing is known of it where no value is declared."""
    if not point.value_per_hour:
        return "value not declared"
    return f"{_money(point.value_per_hour)} {currency} an hour"


def _worth(value: float) -> str:
    """An amount in a table; where no value is declared, nothing is known of it."""
    return _money(value) if value else "not declared"


def _money(value: float) -> str:
    return format_money(Decimal(f"{value:.2f}")).removesuffix(" USD")
