"""Stress in the board pack: the worst scenarios and the annual outage loss against the appetite."""

from collections.abc import Iterator
from itertools import islice

from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.report import Section
from multillm_gov.reporting.shared.tables import format_rounded, status_below
from multillm_gov.reporting.stress.scenarios import MOST_COLUMNS, Shown, heat_maps
from multillm_gov.reporting.stress.status import format_added, format_loss, max_loss, whole_status
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.stress.shock_parameters import format_hours
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.units import format_money, format_share
from multillm_gov.words import count_of

_MOST_ROWS = 5
_MOST_HEAT = 10


def stress_section(risk: PortfolioRisk) -> Section:
    """One paragraph on a year's outages, one heat map, one short table."""
    context = risk.context
    if not context.tasks:
        nothing = Paragraph("No task class is declared.")
        return Section(id="stress", title="Stress", blocks=(nothing,))
    shown = _worst_first(risk)
    blocks: tuple[Block, ...] = (
        *_year(risk),
        *islice(heat_maps(shown[:_MOST_HEAT], context, MOST_COLUMNS), 1),
        _table(shown[:_MOST_ROWS], context),
        Paragraph(_coverage(risk, len(shown))),
    )
    return Section(id="stress", title="Stress", blocks=blocks)


def _worst_first(risk: PortfolioRisk) -> Shown:
    run = [(result, worst) for result in risk.results if (worst := result.worst) is not None]
    return sorted(run, key=lambda each: (-each[1].outcome.loss, each[0].name))


def _coverage(risk: PortfolioRisk, run: int) -> str:
    cases = count_of(risk.most_variants, "case")
    scenarios = count_of(run, "scenario")
    sentences = [f"{scenarios} were run, each in up to {cases}; the worst case of each is shown."]
    if risk.not_run:
        further = count_of(risk.not_run, "further scenario")
        sentences.append(f"{further} would have taken too long.")
    sentences.append("`govern stress` shows all of them, and the breaking points.")
    return " ".join(sentences)


def _year(risk: PortfolioRisk) -> Iterator[Paragraph]:
    """What a year's outages cost, against the appetite."""
    context, simulation = risk.context, risk.simulation
    figures, currency = context.figures, context.figures.currency
    if not figures.value_at_stake_per_month:
        yield Paragraph("No value at stake is declared, so outages have no cost here.", "watch")
        return
    limit = max_loss(figures.value_at_stake_per_month, context)
    appetite = (
        f"The appetite is {format_money(limit, currency)} a year, "
        f"{format_share(context.settings.risk.max_outage_loss_share)} of the value at stake. "
        "Failure rates are assumed unless incidents are imported."
    )
    outages = risk.expected_loss - risk.retired_loss
    expected = f"Outages are expected to cost {format_rounded(outages)} {currency} a year"
    if risk.retired_loss:
        expected = (
            f"Retired models that are still routed to cost {format_rounded(risk.retired_loss)} "
            f"{currency} a year. {expected} on top of that"
        )
    if simulation is None:
        yield Paragraph(f"{expected} (`govern stress` simulates years). {appetite}")
        return
    worst = simulation.loss.p95.value
    status = status_below(worst, float(limit))
    yield Paragraph(
        f"{expected}, and {format_rounded(worst)} {currency} or more in 1 year in 20 "
        f"({count_of(simulation.years, 'year')} simulated). {appetite}",
        "neutral" if status == "good" else status,
    )


def _table(shown: Shown, context: StressContext) -> Table:
    rows = tuple(
        (
            Cell(result.booked.scenario.title, whole_status(worst.outcome, context)),
            Cell(worst.words or "everything"),
            Cell(format_loss(worst.outcome.value_at_risk, context)),
            Cell(format_added(worst.outcome, context)),
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
        Column("Limits broken"),
        Column("Recovery", numeric=True),
    )
    return Table(
        title="The most expensive scenarios",
        columns=columns,
        rows=rows,
        empty="No scenario affects anything in this portfolio.",
    )


def _broken(caps: int, floors: int) -> str:
    counts = ((caps, "cap"), (floors, "floor"))
    return ", ".join(count_of(number, noun) for number, noun in counts if number) or "–"
