"""Stress in the board pack: the worst scenarios and the annual outage loss against the appetite."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from multillm_gov.content import Bar, BarChart, Block, Cell, Column, Paragraph, Table
from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.concentration import concentration
from multillm_gov.measures.cost.repricing import BASE_RISE, MILD_RISE, SEVERE_RISE, bill_rise
from multillm_gov.measures.figures import Concentration
from multillm_gov.report import Section
from multillm_gov.reporting.shared.tables import (
    MOST_MARKS,
    amount,
    bounded,
    format_rounded,
    status_below,
)
from multillm_gov.reporting.stress.scenarios import MOST_COLUMNS, Shown, heat_maps
from multillm_gov.reporting.stress.status import format_added, format_loss, max_loss, whole_status
from multillm_gov.risk.limits.judging import without_price
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.stress.shock_parameters import format_hours
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.state.state import State
from multillm_gov.units import format_money, format_share
from multillm_gov.words import code, count_of

_RISES = (MILD_RISE, BASE_RISE, SEVERE_RISE)

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


def repricing_section(state: State) -> Section:
    """Each vendor's rise in turn, all else unchanged."""
    vendors = concentration(state.figures.tasks, Level.VENDOR, Basis.SPEND)
    reason = without_price(state.figures)
    if reason and state.figures.tasks:
        left_out = Paragraph(f"Not judged: {reason}.")
        return Section(id="repricing", title="Repricing", blocks=(left_out,))
    if not vendors.shares:
        nothing = Paragraph(
            "All forecast spend is in-house: no vendor can reprice it."
            if vendors.in_house_share
            else "No spend can be forecast yet, so there is nothing to reprice."
        )
        return Section(id="repricing", title="Repricing", blocks=(nothing,))
    currency = state.figures.currency
    limit = float(state.portfolio.settings.appetite.max_price_shock_share)
    explanation = (
        f"Assumed: one vendor raises all its prices by {BASE_RISE:.0%} (mild {MILD_RISE:.0%}, "
        f"severe {SEVERE_RISE:.0%}) and no request moves elsewhere. Increases of this size have "
        "been published before; no forecast is made of when."
    )
    blocks = (
        Paragraph(explanation),
        _chart(vendors, limit, currency),
        *_rises(vendors, currency),
    )
    return Section(id="repricing", title="Repricing", blocks=blocks)


def _rises(vendors: Concentration, currency: str) -> tuple[Block, ...]:
    """What each vendor's rise adds to the bill."""
    rows = [
        (
            Cell(name),
            Cell(format_share(share)),
            Cell(amount(_part(vendors, share), currency)),
            *(Cell(amount(_part(vendors, bill_rise(share, rise)), currency)) for rise in _RISES),
        )
        for name, share in vendors.shares
    ]
    columns = (
        Column("Vendor"),
        Column("Share", numeric=True),
        Column(f"Forecast ({currency})", numeric=True),
        *(Column(f"at {_percent(rise)}", numeric=True) for rise in _RISES),
    )
    title = f"Bill increase by vendor ({currency} a month)"
    return bounded(title, columns, rows, "further vendor")


def _chart(vendors: Concentration, limit: float, currency: str) -> BarChart:
    name, share = vendors.shares[0]
    worst = bill_rise(share, BASE_RISE)
    added = format_money(_part(vendors, worst), currency)
    beyond = "above" if worst > limit else "within"
    return BarChart(
        title=f"A price increase of {BASE_RISE:.0%} at {code(name)} adds {format_share(worst)} to "
        f"the bill, {beyond} the limit of {format_share(limit)}",
        summary=f"Bill increase by vendor; the largest is {name} with {format_share(worst)}, "
        f"{added} a month.",
        bars=tuple(
            Bar(
                label=vendor,
                value=100 * bill_rise(part, BASE_RISE),
                text=format_share(bill_rise(part, BASE_RISE)),
                limit=100 * limit,
                status=status_below(bill_rise(part, BASE_RISE), limit),
            )
            for vendor, part in vendors.shares[:MOST_MARKS]
        ),
        unit="%",
    )


def _part(vendors: Concentration, share: float) -> Decimal:
    return vendors.total * Decimal(str(share))


def _percent(rise: float) -> str:
    return f"+{rise * 100:.0f}%"
