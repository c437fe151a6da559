"""Effects on the forecast: per task class, per cause, and attached to each change."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.changes.change import Change, ChangeKind
from multillm_gov.changes.comparison import SpendShift, TaskEffect
from multillm_gov.changes.exposure import SpendShares
from multillm_gov.changes.pairing import Pairs
from multillm_gov.changes.spend import (
    ByModel,
    Causes,
    Prices,
    causes_of,
    spend_by_model,
    total_parts,
)
from multillm_gov.measures.burn import current_actual, expected_spend
from multillm_gov.measures.figures import PortfolioFigures, TaskFigures
from multillm_gov.state.state import State

_ZERO = Decimal(0)
_ROUTES = (ChangeKind.ROUTE, ChangeKind.WEIGHTS)
_FALLBACKS = (ChangeKind.FALLBACK_ADDED, ChangeKind.FALLBACK_REMOVED)


class Effects(Struct, frozen=True, kw_only=True):
    """Every forecast that moved, and why."""

    currencies: tuple[str, str]
    tasks: tuple[TaskEffect, ...] = ()
    """Empty where the currencies differ: the amounts cannot be compared."""
    causes: dict[str, Causes] = {}
    """By the later name of the task class, where both forecasts are known."""
    price_by_model: dict[str, Decimal] = {}


def explain_effects(
    pairs: Pairs[TaskFigures],
    before: State,
    after: State,
    touched: Iterable[tuple[TaskFigures, TaskFigures]],
) -> Effects:
    """Explain the moves of ``touched`` task classes and list those added and removed."""
    currencies = (before.figures.currency, after.figures.currency)
    if currencies[0] != currencies[1]:
        return Effects(currencies=currencies)
    prices = Prices(before, after)
    effects = [*map(_gone, pairs.removed), *map(_new, pairs.added)]
    causes: dict[str, Causes] = {}
    price_by_model: defaultdict[str, Decimal] = defaultdict(Decimal)
    for old, new in touched:
        cause = causes_of(old, new, prices)
        if cause is not None:
            causes[new.task.name] = cause
            for model, amount in cause.price.items():
                price_by_model[model] += amount
        if old.spend_per_month != new.spend_per_month:
            effects.append(
                TaskEffect(
                    before=old.task.name,
                    after=new.task.name,
                    spend_before=old.spend_per_month,
                    spend_after=new.spend_per_month,
                    parts=cause.parts if cause else None,
                )
            )
    return Effects(
        currencies=currencies,
        tasks=tuple(sorted(effects, key=_order)),
        causes=causes,
        price_by_model=dict(price_by_model),
    )


def _gone(task: TaskFigures) -> TaskEffect:
    return TaskEffect(
        before=task.task.name,
        after="",
        spend_before=task.spend_per_month,
        spend_after=_ZERO,
        parts=None,
    )


def _new(task: TaskFigures) -> TaskEffect:
    return TaskEffect(
        before="",
        after=task.task.name,
        spend_before=_ZERO,
        spend_after=task.spend_per_month,
        parts=None,
    )


def _order(effect: TaskEffect) -> tuple[bool, Decimal, str]:
    delta = effect.delta
    return delta is None, -abs(delta or _ZERO), effect.after or effect.before


def attach(
    changes: Iterable[Change], causes: Causes | None, shares: SpendShares
) -> Iterator[Change]:
    """The changes of one task class, those that move money with their effect.

    A fallback's is the hosting that its model costs on standby; the route or the weights take the
    rest of the routing.
    """
    listed = list(changes)
    if causes is None:
        yield from listed
        return
    routing, rerouted = causes.routing, any(change.kind in _ROUTES for change in listed)
    for change in listed:
        if change.kind in _FALLBACKS and not rerouted:
            model = change.before or change.after
            yield (
                with_effect(change, {model: routing[model]}, shares) if model in routing else change
            )
        elif change.kind in _ROUTES:
            yield with_effect(change, routing, shares)
        elif change.kind is ChangeKind.DEMAND:
            yield with_effect(change, causes.demand, shares)
        else:
            yield change


def with_effect(change: Change, amounts: ByModel, shares: SpendShares) -> Change:
    """The change with what it spends more (or less) per month on each model."""
    effect = sum(amounts.values(), _ZERO)
    return replace(change, spend_effect=effect, exposure=shares.points(amounts))


def with_whole_effect(change: Change, task: TaskFigures, sign: int, shares: SpendShares) -> Change:
    """A task class added (sign 1) or removed (-1): the effect is its whole forecast."""
    if task.spend_per_month is None:
        return change
    return with_effect(
        change, {model: amount * sign for model, amount in spend_by_model(task).items()}, shares
    )


def mean_spend_by_model(before: PortfolioFigures, after: PortfolioFigures) -> dict[str, Decimal]:
    """Spend per model halfway between two states."""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for figures in (before, after):
        for task in figures.tasks:
            for model, amount in spend_by_model(task).items():
                totals[model] += amount / 2
    return totals


def shift_spend(
    pairs: Pairs[TaskFigures], before: State, after: State, effects: Effects
) -> SpendShift:
    """The forecast of the whole portfolio, before and after."""
    old, new = before.figures, after.figures
    return SpendShift(
        currency_before=old.currency,
        currency_after=new.currency,
        before=old.spend_per_month,
        after=new.spend_per_month,
        parts=total_parts(effects.causes) if old.currency == new.currency else None,
        added=_known_sum(pairs.added),
        removed=_known_sum(pairs.removed),
        gained_or_lost=sum(
            (
                (now.spend_per_month or _ZERO) - (was.spend_per_month or _ZERO)
                for was, now in pairs.both
                if (was.spend_per_month is None) != (now.spend_per_month is None)
            ),
            _ZERO,
        ),
        unpriced_before=old.unpriced,
        unpriced_after=new.unpriced,
        cost_per_request_before=_unit_cost(old),
        cost_per_request_after=_unit_cost(new),
        by_owner=_owners(old, new),
        **_at_actual_volume(effects, after),
    )


def _known_sum(tasks: Iterable[TaskFigures]) -> Decimal | None:
    """Their forecast; ``None`` where that of one is not known."""
    spent = [task.spend_per_month for task in tasks]
    known = [each for each in spent if each is not None]
    return sum(known, _ZERO) if len(known) == len(spent) else None


def _at_actual_volume(effects: Effects, after: State) -> dict[str, Any]:
    """Prices and routing scaled from declared to actual spend; hosting is fixed.

    Demand is left out: writing another demand changes nothing that is used. Actual spend is that
    of the later state, which knows more.
    """
    total, count = _ZERO, 0
    for effect in effects.tasks:
        records = after.actuals.task_classes.get(effect.after, ())
        placed = current_actual(records, after.as_of)
        if placed is None or effect.parts is None or not effect.spend_before:
            continue
        scale = expected_spend(placed.actual) / effect.spend_before
        total += (effect.parts.price + effect.parts.routing) * scale + effect.parts.hosting
        count += 1
    return {"at_actual_volume": total if count else None, "with_actuals": count}


def _unit_cost(figures: PortfolioFigures) -> Decimal | None:
    """Spend over requests, of the task classes whose spend is known."""
    requests = sum(
        (task.requests_per_month for task in figures.tasks if task.spend_per_month is not None),
        _ZERO,
    )
    return figures.spend_per_month / requests if requests else None


def _owners(
    before: PortfolioFigures, after: PortfolioFigures
) -> tuple[tuple[str, Decimal, Decimal], ...]:
    if before.currency != after.currency:
        return ()
    old, new = dict(before.spend_per_month_by_owner), dict(after.spend_per_month_by_owner)
    rows = [(name, old.get(name, _ZERO), new.get(name, _ZERO)) for name in {*old, *new}]
    moved = [row for row in rows if row[1] != row[2]]
    return tuple(sorted(moved, key=lambda row: (-abs(row[2] - row[1]), row[0])))
