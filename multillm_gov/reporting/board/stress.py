"""Stress on the board's page: the worst scenarios, what a year's outages may cost, and what the appetite bears."""

from collections.abc import Iterator, Sequence
from itertools import islice

from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.report import Section
from multillm_gov.reporting.shared.headline import status_below
from multillm_gov.reporting.stress.inputs import simulation_of
from multillm_gov.reporting.stress.scenarios import MOST_COLUMNS, Shown, heat_maps
from multillm_gov.reporting.stress.simulation_wording import format_rounded
from multillm_gov.reporting.stress.status import bearable_loss, format_loss, whole_status
from multillm_gov.risk.availability.availability import expected_loss_per_year
from multillm_gov.risk.simulation.simulation_result import Simulation
from multillm_gov.risk.stress.scenario_book import scenarios_of
from multillm_gov.risk.stress.shock_parameters import format_hours
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.risk.stress.stress_context_builder import stress_context
from multillm_gov.risk.stress.variants import (
    MOST_SCENARIOS,
    ScenarioResult,
    affordable_variants,
    run_scenario,
)
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.units import format_money, format_share
from multillm_gov.words import count_of

_MOST_VARIANTS = 12
_MOST_RUNS = 1_500
"""Task classes times variants of one scenario, so that a pack of thousands of task classes is no slower by much."""
_MOST_ROWS = 5
_MOST_HEAT = 10
_MOST_SIMULATED = 1_000
"""Task classes for which years are simulated here; beyond them the expected loss, which is exact, has to do."""
_YEARS = 2_000
"""Simulated for the board's one figure; `govern stress` takes more."""


def stress_section(assessment: Assessment) -> Section:
    """One paragraph on a year's outages, one heat map, one short table."""
    if not assessment.figures.tasks:
        return Section(
            id="stress", title="Stress", blocks=(Paragraph("No task class is declared."),)
        )
    context = stress_context(assessment)
    most = max(1, min(_MOST_VARIANTS, _MOST_RUNS // len(context.tasks)))
    booked = scenarios_of(assessment.scenarios)
    every = booked[:MOST_SCENARIOS]
    affordable = affordable_variants(context, every, most=most)
    results = [
        run_scenario(context, one, variants)
        for one, variants in zip(every, affordable, strict=True)
        if variants
    ]
    not_run = len(booked) - len(results)
    shown = _worst_first(results)
    blocks: list[Block] = list(_year(context))
    blocks += islice(heat_maps(shown[:_MOST_HEAT], context, MOST_COLUMNS), 1)
    blocks.append(_table(shown[:_MOST_ROWS], context))
    blocks.append(
        Paragraph(
            f"{count_of(len(shown), 'scenario')} were run, each in up to {count_of(most, 'case')} "
            "with most value at "
            "stake; shown is the worst of each. "
            + (
                f"{count_of(not_run, 'scenario')} more would have taken too long. "
                if not_run
                else ""
            )
            + "`govern stress` tells all, and the smallest shocks that break a limit."
        )
    )
    return Section(id="stress", title="Stress", blocks=tuple(blocks))


def _worst_first(results: Sequence[ScenarioResult]) -> Shown:
    run = [(result, result.worst) for result in results]
    kept = [(result, worst) for result, worst in run if worst is not None]
    return sorted(kept, key=lambda each: (-each[1].outcome.loss, each[0].name))


def _year(context: StressContext) -> Iterator[Paragraph]:
    """What a year's outages cost, against the appetite."""
    if not context.figures.value_at_stake_per_month:
        yield Paragraph("No value at stake is declared, so outages have no price.", "watch")
        return
    limit = bearable_loss(context.figures.value_at_stake_per_month, context)
    appetite = (
        f"the appetite is {format_money(limit, context.figures.currency)}, "
        f"{format_share(context.settings.risk.max_outage_loss_share)} of the value at stake. How "
        "often things fail is "
        "assumed unless incidents are imported."
    )
    if len(context.tasks) > _MOST_SIMULATED:
        expected = (
            f"{format_rounded(expected_loss_per_year(context.system))} {context.figures.currency}"
        )
        yield Paragraph(
            f"Outages are expected to cost {expected} a year (`govern stress` simulates years); "
            f"{appetite}"
        )
        return
    found = simulation_of(context, years=_YEARS, seed=1)
    worst = found.loss.p95.value
    status = status_below(worst, float(limit))
    yield Paragraph(
        f"Outages are expected to cost {_money(found.exact_loss, found)} a year, and "
        f"{_money(worst, found)} or more in "
        f"one year of twenty ({count_of(found.years, 'year')} simulated); {appetite}",
        "neutral" if status == "good" else status,
    )


def _money(value: float, found: Simulation) -> str:
    return f"{format_rounded(value)} {found.currency}"


def _table(shown: Shown, context: StressContext) -> Table:
    rows = tuple(
        (
            Cell(result.booked.scenario.title, whole_status(worst.outcome, context)),
            Cell(worst.words or "everything"),
            Cell(format_loss(worst.outcome.value_at_risk, context)),
            Cell(format_loss(worst.outcome.added_cost, context)),
            Cell(_broken(len(worst.outcome.caps_broken), len(worst.outcome.floors_broken))),
            Cell(
                format_hours(worst.outcome.hours_to_recover)
                if worst.outcome.hours_to_recover
                else "–"
            ),
        )
        for result, worst in shown
    )
    columns = (
        Column("Scenario"),
        Column("Worst case"),
        Column(f"At risk ({context.figures.currency})", numeric=True),
        Column("Added cost", numeric=True),
        Column("Breaks"),
        Column("Back after", numeric=True),
    )
    return Table(
        title="The scenarios that cost most",
        columns=columns,
        rows=rows,
        empty="No scenario has anything to hit.",
    )


def _broken(caps: int, floors: int) -> str:
    told = [count_of(number, noun) for number, noun in ((caps, "cap"), (floors, "floor")) if number]
    return ", ".join(told) or "–"
