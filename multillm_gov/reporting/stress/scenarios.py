"""All scenarios at a glance: losses, broken limits, and the task classes affected."""

from collections.abc import Callable, Iterator, Sequence

from multillm_gov.content import Block, Cell, Column, HeatMap, HeatRow, Items, Paragraph, Table
from multillm_gov.report import Section
from multillm_gov.reporting.shared.tables import format_rounded
from multillm_gov.reporting.stress.status import (
    format_added,
    format_broken,
    format_loss,
    format_requests,
    heat_cell,
    task_status,
    whole_status,
)
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.stress.outcome import StressOutcome
from multillm_gov.risk.stress.shock_parameters import format_hours
from multillm_gov.risk.stress.stress_context import StressContext, StressedTask
from multillm_gov.risk.stress.variants import ScenarioResult, ScenarioVariant
from multillm_gov.units import format_share
from multillm_gov.words import code, count_of, join_some

MOST_COLUMNS, MOST_TASKS = 6, 12
"""Task classes side by side in one heat map, and in all of them: those with most at stake."""
MOST_SCENARIOS, _MOST_ASSUMED = 40, 12
_METHOD = (
    "Every scenario is run for each entity that requests are routed to. The tables show its worst "
    "case by value at risk plus added cost, and name another case where only that one breaks a "
    "limit. A scenario is compared with the value at stake of all task classes, a task class with "
    "its own. Requests are expected numbers: a failover that no drill has proved works as often as "
    "its coverage says. Permanent changes are counted over one month."
)


def scenarios_section(risk: PortfolioRisk) -> Section:
    """Heat map and two tables, each scenario by its worst case."""
    results, context = risk.results, risk.context
    run = [(result, worst) for result in results if (worst := result.worst) is not None]
    shown = run[:MOST_SCENARIOS]
    blocks: tuple[Block, ...] = (
        Paragraph(_METHOD),
        *already_broken_blocks(risk),
        *heat_maps(shown, context),
        _losses(shown, context),
        _breaks(shown, context),
        *_not_shown(results, len(shown), risk.not_run),
        *_notes(results, shown),
    )
    return Section(id="scenarios", title="Scenarios", blocks=blocks)


def already_broken_blocks(risk: PortfolioRisk) -> Iterator[Block]:
    """What is broken without any shock, which no scenario counts a second time."""
    if not risk.already_broken:
        return
    currency = risk.context.figures.currency
    yield Paragraph(
        f"Already broken without any shock: {count_of(len(risk.already_broken), 'limit')}. "
        "Scenarios count only what they break beyond that.",
        "bad",
    )
    shown = risk.already_broken[:_MOST_ASSUMED]
    lines = [format_broken(breach, currency) for breach in shown]
    if len(risk.already_broken) > len(shown):
        lines.append(f"and {len(risk.already_broken) - len(shown):,} more")
    yield Items(tuple(lines))
    if risk.retired_loss:
        yield Paragraph(
            f"Retired models that are still routed to leave {format_rounded(risk.retired_loss)} "
            f"{currency} a year of the value at stake unanswered; no outage is in that figure.",
            "bad",
        )


Shown = Sequence[tuple[ScenarioResult, ScenarioVariant]]


def heat_maps(
    shown: Shown, context: StressContext, most_tasks: int = MOST_TASKS
) -> Iterator[HeatMap | Paragraph]:
    """Scenario by task class, at most six side by side, and how many are not shown."""
    positions = sorted(
        range(len(context.tasks)),
        key=lambda index: (
            -context.tasks[index].figures.value_at_stake_per_month,
            context.tasks[index].name,
        ),
    )
    kept = positions[:most_tasks]
    currency = context.figures.currency
    for first in range(0, len(kept), MOST_COLUMNS):
        chosen = kept[first : first + MOST_COLUMNS]
        rows = tuple(_heat_row(result, worst, chosen, context) for result, worst in shown)
        bad = sum(cell.status == "bad" for row in rows for cell in row.cells)
        yield HeatMap(
            title=f"Value at risk and added cost of each worst case ({currency}): {bad:,} of "
            f"{len(rows) * len(chosen):,} cells are outside appetite or break a limit",
            summary=_summary(shown, chosen, context),
            columns=tuple(context.tasks[index].name for index in chosen),
            rows=rows,
            corner="Scenario",
        )
    further = len(positions) - len(kept)
    if further:
        yield Paragraph(
            f"Heat map: {count_of(further, 'task class')} with less value at stake not shown."
        )


def _heat_row(
    result: ScenarioResult, worst: ScenarioVariant, chosen: Sequence[int], context: StressContext
) -> HeatRow:
    cells = []
    for index in chosen:
        task, one = context.tasks[index], worst.outcome.tasks[index]
        cells.append(heat_cell(one, task_status(task, one, worst.outcome, context), context))
    return HeatRow(label=result.name, cells=tuple(cells))


def _summary(shown: Shown, chosen: Sequence[int], context: StressContext) -> str:
    losses = []
    for index in chosen:
        task: StressedTask = context.tasks[index]
        worst = max(shown, key=lambda each: each[1].outcome.tasks[index].loss, default=None)
        if worst is not None and worst[1].outcome.tasks[index].loss:
            lost = format_loss(worst[1].outcome.tasks[index].loss, context)
            losses.append(
                f"{task.name} loses most in {worst[0].name} ({lost} {context.figures.currency})"
            )
    return "; ".join(losses) or "No scenario costs a task class anything."


def _losses(shown: Shown, context: StressContext) -> Table:
    currency = context.figures.currency
    rows = tuple(
        (
            Cell(result.name, whole_status(worst.outcome, context)),
            Cell(worst.words or "everything"),
            Cell(format_requests(worst.outcome.unserved_requests)),
            Cell(format_requests(worst.outcome.degraded_requests)),
            Cell(format_loss(worst.outcome.value_at_risk, context)),
            Cell(format_added(worst.outcome, context)),
        )
        for result, worst in shown
    )
    columns = (
        Column("Scenario"),
        Column("Worst case"),
        Column("Unserved", numeric=True),
        Column("Degraded", numeric=True),
        Column(f"At risk ({currency})", numeric=True),
        Column("Added cost", numeric=True),
    )
    return Table(
        title="Cost of each scenario", columns=columns, rows=rows, empty="No scenario was run."
    )


def _breaks(shown: Shown, context: StressContext) -> Table:
    rows = []
    for result, worst in shown:
        outcome, vendors = worst.outcome, worst.outcome.concentration
        after = format_hours(outcome.hours_to_recover) if outcome.hours_to_recover else "–"
        appetite = float(context.settings.appetite.max_vendor_share_of_spend)
        judged = vendors.largest and vendors.known
        share = "not judged" if vendors.largest else "none"
        if judged:
            share = f"{vendors.largest} {format_share(vendors.largest_share)}"
        rows.append(
            (
                Cell(result.name),
                _most_broken(result, lambda outcome: len(outcome.caps_broken)),
                _most_broken(result, lambda outcome: len(outcome.floors_broken)),
                Cell(share, "bad" if judged and vendors.largest_share > appetite else "neutral"),
                Cell(f"{vendors.hhi:,.0f}" if judged else "–"),
                Cell(after),
            )
        )
    columns = (
        Column("Scenario"),
        Column("Caps exceeded", numeric=True),
        Column("Floors missed", numeric=True),
        Column("Largest vendor during it"),
        Column("HHI", numeric=True),
        Column("Recovery", numeric=True),
    )
    return Table(
        title="Limits broken, and time to recover",
        columns=columns,
        rows=tuple(rows),
        empty="No scenario was run.",
    )


def _most_broken(result: ScenarioResult, counted: Callable[[StressOutcome], int]) -> Cell:
    """Limits that the worst case breaks; where it breaks none, the most of another case."""
    worst, *others = result.variants
    most = (
        worst
        if counted(worst.outcome)
        else max((worst, *others), key=lambda variant: counted(variant.outcome))
    )
    number = counted(most.outcome)
    if not number:
        return Cell("–", "neutral")
    return Cell(str(number) if most is worst else f"{number} at {most.words}", "bad")


def _not_shown(results: Sequence[ScenarioResult], shown: int, not_run: int) -> Iterator[Block]:
    """What a portfolio of thousands of scenarios or task classes has no room for."""
    further = sum(result.worst is not None for result in results) - shown + not_run
    if further:
        yield Paragraph(
            f"{count_of(further, 'further scenario')} not shown; name them to see them.", "watch"
        )
    cut = sum(bool(result.left_out) for result in results)
    if cut:
        yield Paragraph(
            f"Of {count_of(cut, 'scenario')} only the cases with most value at stake were run.",
            "watch",
        )


def _notes(results: Sequence[ScenarioResult], shown: Shown) -> Iterator[Block]:
    for result in results:
        if result.worst is None:
            yield Paragraph(
                f"{code(result.name)} affects nothing: the portfolio declares none of its targets."
            )
    doubts = tuple(_doubts(shown))
    if doubts:
        yield Paragraph("Assumed or not known:")
        yield Items(doubts[:_MOST_ASSUMED])
        if len(doubts) > _MOST_ASSUMED:
            yield Paragraph(
                f"{len(doubts) - _MOST_ASSUMED:,} more; `govern stress SCENARIO` lists all of one "
                "scenario."
            )


def _doubts(shown: Shown) -> Iterator[str]:
    """Each once, with its scenarios where it does not apply to all of them."""
    scenarios: dict[str, list[str]] = {}
    for result, worst in shown:
        for text in dict.fromkeys((*worst.outcome.assumed, *worst.outcome.unknown)):
            scenarios.setdefault(text, []).append(code(result.name))
    for text, names in scenarios.items():
        yield text if len(names) == len(shown) else f"{text} ({join_some(names)})"
