"""Repricing: what one vendor's price increase would add to the bill."""

from decimal import Decimal

from multillm_gov.content import Bar, BarChart, Block, Cell, Column, Paragraph
from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.concentration import concentration
from multillm_gov.measures.cost.repricing import BASE_RISE, MILD_RISE, SEVERE_RISE, bill_rise
from multillm_gov.measures.figures import Concentration
from multillm_gov.report import Section
from multillm_gov.reporting.shared.tables import MOST_MARKS, amount, bounded, status_below
from multillm_gov.risk.limits.judging import without_price
from multillm_gov.state.state import State
from multillm_gov.units import format_money, format_share
from multillm_gov.words import code

_RISES = (MILD_RISE, BASE_RISE, SEVERE_RISE)


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
