"""What each limit costs and avoids, and what could leave each provider."""

from decimal import Decimal

from multillm_gov.content import Block, Cell, Column, Items, Paragraph, Table
from multillm_gov.optimization.leverage import Leverage
from multillm_gov.reporting.optimization.conflict_blocks import spell_value
from multillm_gov.reporting.optimization.result import OptimizationResult, PriceResult
from multillm_gov.reporting.shared.tables import amount
from multillm_gov.units import format_money, format_share
from multillm_gov.words import code, join_some

_MOST = 20
_CENT = Decimal("0.01")


def price_blocks(result: OptimizationResult) -> tuple[Block, ...]:
    """A sentence per binding limit, and the figures as a table."""
    if result.cost is None:
        return ()
    tasks = len(result.state.state.portfolio.task_classes)
    if not result.prices and len(result.held) == tasks:
        return (Paragraph("No task class can move, so what a limit costs is not known."),)
    if not result.prices:
        return (Paragraph("No limit costs anything: the cheapest allocation keeps them all."),)
    sentences = tuple(price_sentence(one, result.currency) for one in result.prices[:_MOST])
    return (Items(sentences), _table(result))


def price_sentence(one: PriceResult, currency: str) -> str:
    """The 50.0% limit of `vendors` costs 1,240 USD a month; at 60.0% it would cost 310 USD."""
    price = one.price
    limit = price.limit
    where = f" ({one.line})" if one.line else ""
    value = "" if limit.unit == "none" else f"{spell_value(limit, limit.value, currency)} limit of "
    text = f"The {value}{code(limit.name)}{where} costs {_money(price.price, currency)} a month"
    if price.relaxed_value is not None and price.cost_relaxed is not None:
        relaxed = price.cost_relaxed - price.cost_without
        at = spell_value(limit, price.relaxed_value, currency)
        text += f"; at {at} it would cost {_money(max(relaxed, 0.0), currency)}"
    if one.loss_avoided is not None and one.shock_avoided is not None:
        text += (
            f". As insurance it avoids {_avoided(one.loss_avoided, currency)} of expected outage "
            f"loss a month, and {_avoided(one.shock_avoided, currency)} a month should the largest "
            "vendor raise its prices by 35%"
        )
    return f"{text}."


def _avoided(amount_avoided: Decimal, currency: str) -> str:
    """What is avoided; a limit that avoids nothing says so."""
    return format_money(amount_avoided, currency) if amount_avoided >= _CENT else "nothing"


def _money(value: float, currency: str) -> str:
    return format_money(Decimal(str(round(value, 6))), currency)


def _table(result: OptimizationResult) -> Table:
    columns = (
        Column("Limit"),
        Column("Value", numeric=True),
        Column("Price", numeric=True),
        Column("One step looser saves", numeric=True),
        Column("Outage loss avoided", numeric=True),
    )
    rows = tuple(
        (
            Cell(f"{one.price.limit.name} {one.price.limit.parameter}".strip()),
            Cell(spell_value(one.price.limit, one.price.limit.value, result.currency)),
            Cell(_plain(one.price.price, result.currency)),
            Cell(
                "–"
                if one.price.saving_per_step is None
                else _plain(one.price.saving_per_step, result.currency)
            ),
            Cell(amount(one.loss_avoided, result.currency)),
        )
        for one in result.prices
    )
    title = f"Binding limits ({result.currency} a month; a step is one point, or 1% of an amount)"
    return Table(title=title, columns=columns, rows=rows)


def _plain(value: float, currency: str) -> str:
    return amount(Decimal(str(round(value, 6))), currency)


def leverage_blocks(result: OptimizationResult) -> tuple[Block, ...]:
    """One row per provider."""
    if not result.leverages:
        return ()
    columns = (
        Column("Provider"),
        Column("Spend", numeric=True),
        Column("Portable at equal floor", numeric=True),
        Column("Best alternative", numeric=True),
        Column("Saving", numeric=True),
        Column("Break-even discount", numeric=True),
        Column("Task classes"),
    )
    rows = tuple(_row(one, result.currency) for one in result.leverages[:_MOST])
    return (
        Paragraph(
            "Portable is what goes to task classes that a proved model of another provider could "
            "serve at the same floor. Below the break-even discount, leaving is cheaper than "
            "staying; where it is negative, the provider is cheaper by so much."
        ),
        Table(title=f"By provider ({result.currency} a month)", columns=columns, rows=rows),
    )


def _row(one: Leverage, currency: str) -> tuple[Cell, ...]:
    discount = one.break_even_discount
    return (
        Cell(one.provider),
        Cell(_plain(one.spend, currency)),
        Cell(_plain(one.portable, currency)),
        Cell(_plain(one.alternative, currency)),
        Cell(_plain(one.saving, currency)),
        Cell("nothing is portable" if discount is None else format_share(discount)),
        Cell(join_some(one.tasks)),
    )
