"""``govern usage negotiation``: a sheet per provider for whoever talks to it."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from multillm_gov.catalog.lock import Lock
from multillm_gov.errors import SourceError, UsageError
from multillm_gov.measures.consumption.counting import provider_of
from multillm_gov.measures.consumption.outlook import daily_by
from multillm_gov.measures.consumption.owed import last_day_of_notice
from multillm_gov.measures.consumption.unit_costs import ListBasis, unit_costs
from multillm_gov.measures.cost.price_moves import PriceMove, price_moves
from multillm_gov.report import Report
from multillm_gov.reporting.usage.negotiation import (
    Portable,
    ProviderSheet,
    Sheets,
    Term,
    report_negotiation,
)
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.usage.obligations import Commitment, Subscription
from multillm_gov.usage.record import Actuals
from multillm_gov.words import code, join_code
from multillm_gov.workflows.catalog_prices import committed_locks
from multillm_gov.workflows.states import assess_folder
from multillm_gov.workflows.usage.actuals import counted_aggregates
from multillm_gov.workflows.usage.portfolio import UsagePortfolio, list_tellers, open_usage
from multillm_gov.workflows.usage.prices import ListPrices

_YEAR = timedelta(days=365)


def negotiation_sheet(provider: str = "", *, as_of: date, root: Path | None = None) -> Report:
    """Spend, share, what could leave, list against paid, obligations, dates, price moves.

    Raises:
        SourceError: no rows are imported up to the day.
        UsageError: nothing is known of the provider.
        CatalogError: the lock or the price map cannot be read.
    """
    opened = open_usage(root)
    aggregates = _year_of(opened, as_of)
    assessment = assess_folder(opened.root, as_of=as_of)
    terms = _terms(opened.actuals, assessment, as_of)
    portable = _portable(assessment)
    locks = _two_locks(opened.root, as_of)
    paid = daily_by(aggregates, "provider")
    names = {str(name) for name in paid} | terms.keys() | (portable or {}).keys()
    through = max(aggregate.day for aggregate in aggregates)
    basis = _list_basis(opened, assessment, as_of)
    total = sum((sum(days.values()) for days in paid.values()), Decimal(0))
    days = len({aggregate.day for aggregate in aggregates})
    sheets = []
    for name in _chosen(names, provider):
        own = [aggregate for aggregate in aggregates if provider_of(aggregate) == name]
        spent = sum(paid.get(name, {}).values(), Decimal(0))
        sheets.append(
            ProviderSheet(
                provider=name,
                paid=spent,
                share=spent / total if total else Decimal(0),
                days=days,
                units=unit_costs(name, own, through, acceptance=lambda _: None, basis=basis),
                terms=terms.get(name, ()),
                portable=(portable or {}).get(name),
                moves=tuple(_moves(name, locks)),
            )
        )
    matching_sheets = Sheets(
        sheets=tuple(sorted(sheets, key=lambda each: (-each.paid, each.provider))),
        through=through,
        locks=(locks[0][0], locks[1][0]) if locks else None,
        optimizer=portable is not None,
    )
    return report_negotiation(matching_sheets, opened.portfolio.settings, as_of)


def _year_of(opened: UsagePortfolio, as_of: date) -> tuple[UsageAggregate, ...]:
    aggregates = counted_aggregates(opened, first=as_of - _YEAR, last=as_of).counted
    if not aggregates:
        raise SourceError(
            f"No rows are imported up to {as_of}", "Import them: `govern usage import FILE…`."
        )
    return aggregates


def _list_basis(opened: UsagePortfolio, assessment: Assessment, as_of: date) -> ListBasis:
    return ListBasis(
        price_of=ListPrices.open(opened.root, as_of).of,
        usd_per_unit=assessment.state.figures.exchange_rate,
        told_by=list_tellers(),
    )


def _chosen(names: set[str], provider: str) -> list[str]:
    if not provider:
        return sorted(names)
    wanted = _spelled(provider)
    if wanted not in names:
        raise UsageError(
            f"Nothing is paid or owed to {code(provider)}", f"One of {join_code(sorted(names))}."
        )
    return [wanted]


def _spelled(provider: str) -> str:
    return provider.strip().lower().replace(" ", "-")


def _runs(term: Subscription | Commitment, day: date) -> bool:
    return term.starts <= day and (term.ends is None or term.ends >= day)


def _terms(actuals: Actuals, assessment: Assessment, as_of: date) -> dict[str, tuple[Term, ...]]:
    """Seats, commitments and contracts that run on the day, by provider."""
    terms_by_name: dict[str, list[Term]] = {}
    for subscription in actuals.subscriptions:
        if _runs(subscription, as_of):
            notice = last_day_of_notice(subscription.ends, subscription.notice_days)
            monthly = Decimal(subscription.monthly_per_seat) * subscription.seats
            seats = f"{subscription.seats:,} seats"
            term = _term(subscription.name, seats, monthly, subscription.ends, notice, as_of)
            terms_by_name.setdefault(_spelled(subscription.provider), []).append(term)
    for commitment in actuals.commitments:
        if _runs(commitment, as_of):
            notice = last_day_of_notice(commitment.ends, commitment.notice_days)
            monthly = Decimal(commitment.monthly)
            term = _term(commitment.name, commitment.kind, monthly, commitment.ends, notice, as_of)
            terms_by_name.setdefault(_spelled(commitment.provider), []).append(term)
    for name, contract in assessment.state.portfolio.settings.optimization.contracts.items():
        for kind, amount in (
            ("minimum", contract.minimum_monthly),
            ("subscription", contract.subscription_monthly),
        ):
            if amount:
                term = _term("contract", kind, Decimal(amount), contract.owed_until, None, as_of)
                terms_by_name.setdefault(_spelled(name), []).append(term)
    return {name: tuple(terms) for name, terms in terms_by_name.items()}


def _term(
    name: str, kind: str, monthly: Decimal, ends: date | None, notice: date | None, as_of: date
) -> Term:
    owed = None
    if ends is not None:
        owed = monthly * max((ends - as_of).days, 0) * 12 / 365
    return Term(name=name, kind=kind, monthly=monthly, ends=ends, cancel_by=notice, owed=owed)


def _portable(assessment: Assessment) -> dict[str, Portable] | None:
    """By provider; ``None``: the optimizer is not installed."""
    try:
        from multillm_gov.optimization.leverage import leverages
        from multillm_gov.optimization.portfolio_problem import portfolio_problem
        from multillm_gov.workflows.optimization.preparing import prepare
    except ImportError:
        return None
    inputs = prepare(assessment).inputs
    return {
        _spelled(leverage.provider): Portable(
            spend=_exact(leverage.spend),
            portable=_exact(leverage.portable),
            alternative=_exact(leverage.alternative),
            break_even_discount=leverage.break_even_discount,
            tasks=leverage.tasks,
        )
        for leverage in leverages(inputs.options, portfolio_problem(inputs))
    }


def _exact(amount: float) -> Decimal:
    return Decimal(str(round(amount, 6)))


_Dated = tuple[date, Lock]


def _two_locks(root: Path, as_of: date) -> tuple[_Dated, _Dated] | None:
    """The lock of a year ago, or the first, and the newest; ``None``: none was committed."""
    try:
        pairs = [(day, lock) for _, day, lock, _ in committed_locks(root) if lock and day <= as_of]
    except SourceError:
        return None
    if not pairs:
        return None
    old = [each for each in pairs if each[0] <= as_of - _YEAR]
    return (old[-1] if old else pairs[0]), pairs[-1]


def _moves(provider: str, locks: tuple[_Dated, _Dated] | None) -> list[tuple[str, PriceMove]]:
    """Prices of the provider's locked models that moved between the two locks."""
    if locks is None:
        return []
    before, after = locks[0][1].models, locks[1][1].models
    moves = []
    for name in sorted(before.keys() & after.keys()):
        old, new = before[name], after[name]
        if new.exposure.provider == provider and old.price is not None and new.price is not None:
            moves += [(name, move) for move in price_moves(old.price, new.price)]
    return moves
