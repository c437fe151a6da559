"""What one request, one accepted answer and one outcome cost."""

from datetime import date
from decimal import Decimal

from msgspec import Struct

from multillm_gov.content import Block, Cell, Items, Paragraph
from multillm_gov.measures.consumption.unit_costs import WINDOW_DAYS, UnitCosts
from multillm_gov.portfolio.settings import Settings
from multillm_gov.report import Report, Section
from multillm_gov.reporting.usage.frame import (
    NOT_KNOWN,
    exact_money,
    known_count,
    table,
    usage_report,
)
from multillm_gov.units import format_change, format_money, format_share
from multillm_gov.usage.attribution import NOT_ATTRIBUTED
from multillm_gov.words import code, join_some


class OutcomeCost(Struct, frozen=True, kw_only=True):
    """One declared outcome of a month, and of the month before where that is declared too."""

    task_class: str
    name: str
    month: str
    count: Decimal
    spent: Decimal
    each: Decimal
    before: Decimal | None


def report_unit_costs(
    costs: tuple[UnitCosts, ...],
    outcomes: tuple[OutcomeCost, ...],
    settings: Settings,
    through: date,
    as_of: date,
) -> Report:
    """A row per task class, one per outcome, and what is not known with the reason."""
    currency = settings.currency
    sections = (
        Section(id="units", title="Unit costs", blocks=(_units(costs, currency), *_gaps(costs))),
        Section(id="list", title="Against the price list", blocks=_list_blocks(costs, currency)),
        Section(id="outcomes", title="Outcomes", blocks=(_outcomes(outcomes, currency),)),
    )
    summary = f"{WINDOW_DAYS} days through {through}, compared with the {WINDOW_DAYS} days before."
    return usage_report("Unit economics", settings, as_of, sections, summary=summary)


def _units(costs: tuple[UnitCosts, ...], currency: str) -> Block:
    rows: list[tuple[str | Cell, ...]] = [
        (
            cost.subject,
            exact_money(cost.spent),
            known_count(cost.requests),
            _small(cost.per_request),
            NOT_KNOWN if cost.trend is None else format_change(cost.trend),
            NOT_KNOWN if cost.accepted_share is None else format_share(cost.accepted_share),
            _small(cost.per_accepted),
            "none declared" if cost.share_of_value is None else format_share(cost.share_of_value),
        )
        for cost in costs
    ]
    columns = ("Task class", "#Spent", "#Requests", "#Per request", "#Trend", "#Accepted",
               "#Per accepted answer", "#Of value at stake")  # fmt: skip
    return table(f"Unit costs ({currency})", columns, rows)


def _gaps(costs: tuple[UnitCosts, ...]) -> tuple[Block, ...]:
    gaps = tuple(
        f"{code(cost.subject)}: no internal benchmark result of "
        f"{join_some([code(model) for model in cost.unscored])}, so the cost of an accepted answer "
        "is not known. Run `govern bench`."
        for cost in costs
        if cost.unscored and cost.subject != NOT_ATTRIBUTED
    )
    notes: list[Block] = [
        Paragraph(
            "Accepted answers: requests times the share that internal benchmark results accept, by "
            "the model that answered. Seats, commitments and idle capacity are in no unit cost."
        )
    ]
    return (Items(gaps), *notes) if gaps else tuple(notes)


def _list_blocks(costs: tuple[UnitCosts, ...], currency: str) -> tuple[Block, ...]:
    rows: list[tuple[str | Cell, ...]] = [
        (
            cost.subject,
            exact_money(cost.paid_for_listed),
            exact_money(cost.list_spend),
            NOT_KNOWN if cost.discount is None else format_share(cost.discount),
            "none" if cost.listed_share is None else format_share(cost.listed_share),
        )
        for cost in costs
    ]
    columns = ("Task class", "#Paid", "#At list prices", "#Discount won", "#Share compared")
    text = (
        "List cost is the provider's own where a bill has one, else tokens at today's list price "
        "of the shortest prompts: prompts beyond a price tier and tool fees cost more than shown, "
        "so a negative discount is not proof of overpayment. Answers from a gateway's own cache "
        "are paid nothing, and count as a discount. A gateway's log knows no discount of the bill: "
        "`govern usage reconcile` compares the two."
    )
    return table(f"Paid and list ({currency})", columns, rows), Paragraph(text)


def _outcomes(outcomes: tuple[OutcomeCost, ...], currency: str) -> Block:
    rows: list[tuple[str | Cell, ...]] = [
        (
            outcome.task_class,
            outcome.name,
            outcome.month,
            f"{outcome.count:,f}",
            exact_money(outcome.spent),
            _small(outcome.each),
            NOT_KNOWN if not outcome.before else format_change(outcome.each / outcome.before - 1),
        )
        for outcome in outcomes
    ]
    columns = ("Task class", "Outcome", "Month", "#Count", "#Spent", "#Each", "#Trend")
    return table(
        f"Cost of an outcome ({currency})",
        columns,
        rows,
        empty="None is declared: add `outcomes:` to a file in `usage/`.",
    )


def _small(amount: Decimal | None) -> str:
    """Four significant digits below a unit: a request costs fractions of a cent."""
    if amount is None:
        return NOT_KNOWN
    return f"{amount:.4g}" if amount < 1 else format_money(amount, "").strip()
