"""What to bring to a negotiation, provider by provider."""

from datetime import date
from decimal import Decimal

from msgspec import Struct

from multillm_gov.content import Block, Cell, Paragraph, Table
from multillm_gov.measures.consumption.unit_costs import WINDOW_DAYS, UnitCosts
from multillm_gov.measures.cost.price_moves import PriceMove
from multillm_gov.portfolio.settings import Settings
from multillm_gov.report import Report, Section
from multillm_gov.reporting.prices import size_of, usd
from multillm_gov.reporting.usage.frame import NOT_KNOWN, exact_money, table, usage_report
from multillm_gov.units import format_share
from multillm_gov.words import join_some


class Term(Struct, frozen=True, kw_only=True):
    """One obligation to a provider."""

    name: str
    kind: str
    monthly: Decimal
    ends: date | None
    cancel_by: date | None
    owed: Decimal | None
    """Still owed until it ends; ``None``: it has no end, so it is owed until it is cancelled."""


class Portable(Struct, frozen=True, kw_only=True):
    """What could leave at equal quality floors, by the optimizer; of declared demand, a month."""

    spend: Decimal
    portable: Decimal
    alternative: Decimal
    break_even_discount: float | None
    tasks: tuple[str, ...]


class ProviderSheet(Struct, frozen=True, kw_only=True):
    """One provider."""

    provider: str
    paid: Decimal
    """Metered, in the 365 days to the last imported day."""
    share: Decimal
    """Of all metered spend of those days (0..1)."""
    days: int
    """Days of those that are imported at all."""
    units: UnitCosts
    """Paid against list prices."""
    terms: tuple[Term, ...]
    portable: Portable | None
    """``None``: nothing declared is routed to it, or the optimizer is not installed."""
    moves: tuple[tuple[str, PriceMove], ...]
    """Model and price that moved, between the two locks below."""


class Sheets(Struct, frozen=True, kw_only=True):
    """All providers, the most expensive first."""

    sheets: tuple[ProviderSheet, ...]
    through: date
    locks: tuple[date, date] | None
    """Days of the two locks compared; ``None``: no lock was committed."""
    optimizer: bool
    """Whether the optimizer is installed."""


def report_negotiation(sheets: Sheets, settings: Settings, as_of: date) -> Report:
    """A section per provider."""
    sections = tuple(_section(sheet, sheets, settings.currency) for sheet in sheets.sheets)
    notes = Section(id="basis", title="What the figures rest on", blocks=(_basis(sheets),))
    return usage_report(
        "Negotiation sheet",
        settings,
        as_of,
        (*sections, notes),
        summary=f"Metered spend through {sheets.through}; obligations as declared in `usage/` and "
        "`optimization.contracts`.",
    )


def _basis(sheets: Sheets) -> Paragraph:
    text = (
        "Paid is metered consumption as imported, without seats and unmet commitments. Portable "
        "spend and the break-even discount are of declared demand at today's prices: below that "
        "discount leaving is cheaper than staying, where it is negative the provider is cheaper "
        "by so much."
    )
    if not sheets.optimizer:
        text += " The optimizer is not installed (extra `optimize`), so they are not known."
    return Paragraph(text)


def _section(sheet: ProviderSheet, sheets: Sheets, currency: str) -> Section:
    blocks: list[Block] = [
        table(
            f"Position ({currency})",
            ("Figure", "#Amount", "Note"),
            [*_paid_rows(sheet), *_portable_rows(sheet.portable)],
        ),
        _terms(sheet, currency),
        _moves(sheet, sheets),
    ]
    return Section(id=f"provider-{sheet.provider}", title=sheet.provider, blocks=tuple(blocks))


def _paid_rows(sheet: ProviderSheet) -> list[tuple[str | Cell, ...]]:
    units = sheet.units
    discount = NOT_KNOWN if units.discount is None else format_share(units.discount)
    compared = "" if units.listed_share is None else f", {format_share(units.listed_share)} of it"
    owed = [term.owed for term in sheet.terms]
    known = sum((each for each in owed if each is not None), Decimal(0))
    open_ended = " beside what has no end" if None in owed else ""
    days = f"of 365 days, {sheet.days} imported" if sheet.days < 365 else "365 days"
    return [
        ("Paid", exact_money(sheet.paid), days),
        ("Share of all metered spend", format_share(sheet.share), ""),
        ("Paid, where a list price is known", exact_money(units.paid_for_listed),
         f"last {WINDOW_DAYS} days{compared}"),
        ("The same at list prices", exact_money(units.list_spend), f"discount won: {discount}"),
        ("Still owed", exact_money(known), f"until the terms below end{open_ended}"),
    ]  # fmt: skip


def _portable_rows(portable: Portable | None) -> list[tuple[str | Cell, ...]]:
    if portable is None:
        return [("Portable at equal floor", NOT_KNOWN, "")]
    discount = portable.break_even_discount
    return [
        ("Declared spend a month", exact_money(portable.spend), ""),
        ("Portable at equal floor a month", exact_money(portable.portable),
         join_some(portable.tasks)),
        ("Best alternative for it a month", exact_money(portable.alternative), ""),
        ("Break-even discount",
         "nothing is portable" if discount is None else format_share(discount), ""),
    ]  # fmt: skip


def _terms(sheet: ProviderSheet, currency: str) -> Table:
    rows: list[tuple[str | Cell, ...]] = [
        (
            term.name,
            term.kind,
            exact_money(term.monthly),
            exact_money(term.owed) if term.owed is not None else "no end",
            str(term.ends or "goes on"),
            str(term.cancel_by or NOT_KNOWN),
        )
        for term in sheet.terms
    ]
    columns = ("What", "Kind", "#A month", "#Still owed", "Renews or ends", "Notice by")
    return table(f"Commitments and seats ({currency})", columns, rows, empty="Nothing is declared.")


def _moves(sheet: ProviderSheet, sheets: Sheets) -> Table:
    rows: list[tuple[str | Cell, ...]] = [
        (model, move.what, usd(move.before), usd(move.after), size_of(move))
        for model, move in sheet.moves
    ]
    if sheets.locks is None:
        title, empty = "List prices moved (USD)", "Not known: no lock was committed."
    else:
        then, now = sheets.locks
        title = f"List prices moved, {then} to {now} (USD)"
        empty = "None of the locked models."
    return table(title, ("Model", "Price", "#Before", "#After", "#Move"), rows, empty=empty)
