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
            each.subject,
            exact_money(each.spent),
            known_count(each.requests),
            _small(each.per_request),
            NOT_KNOWN if each.trend is None else format_change(each.trend),
            NOT_KNOWN if each.accepted_share is None else format_share(each.accepted_share),
            _small(each.per_accepted),
            "none declared" if each.share_of_value is None else format_share(each.share_of_value),
        )
        for each in costs
    ]
    columns = ("Task class", "#Spent", "#Requests", "#Per request", "#Trend", "#Accepted",
               "#Per accepted answer", "#Of value at stake")  # fmt: skip
    return table(f"Unit costs ({currency})", columns, rows)


def _gaps(costs: tuple[UnitCosts, ...]) -> tuple[Block, ...]:
    gaps = tuple(
        f"{code(each.subject)}: no internal benchmark result of "
        f"{join_some([code(model) for model in each.unscored])}, so the cost of an accepted answer "
        "is not known. Run `govern bench`."
        for each in costs
        if each.unscored and each.subject != NOT_ATTRIBUTED
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
            each.subject,
            exact_money(each.paid_for_listed),
            exact_money(each.list_spend),
            NOT_KNOWN if each.discount is None else format_share(each.discount),
            "none" if each.listed_share is None else format_share(each.listed_share),
        )
        for each in costs
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
            each.task_class,
            each.name,
            each.month,
            f"{each.count:,f}",
            exact_money(each.spent),
            _small(each.each),
            NOT_KNOWN if not each.before else format_change(each.each / each.before - 1),
        )
        for each in outcomes
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
