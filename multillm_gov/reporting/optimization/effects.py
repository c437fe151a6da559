"""What an allocation does to every declared limit, before and after."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from multillm_gov.catalog.facts import entities_of
from multillm_gov.dimensions import IN_HOUSE, Basis, Level
from multillm_gov.measures.concentration import at_level, weigh
from multillm_gov.measures.figures import Concentration, TaskFigures
from multillm_gov.optimization.declared import DeclaredLimits
from multillm_gov.optimization.entity_limits import EntityLimit
from multillm_gov.reporting.optimization.result import LimitShift
from multillm_gov.state.state import State
from multillm_gov.units import format_money, format_share


def effects(before: State, after: State, declared: DeclaredLimits) -> tuple[LimitShift, ...]:
    """Every limit on entities, and every monthly cap whose use changes."""
    return (*_entities(before, after, declared), *_caps(before, after))


def _entities(before: State, after: State, declared: DeclaredLimits) -> Iterator[LimitShift]:
    currency = before.figures.currency
    for limit in declared.entities:
        values = [_value(limit, state.figures.tasks) for state in (before, after)]
        was, now = (_spelt(limit, value, currency) for value in values)
        yield LimitShift(
            limit=f"{limit.name} {limit.parameter}",
            required=_spelt(limit, limit.value, currency),
            before=was,
            after=now,
        )


def _value(limit: EntityLimit, tasks: Sequence[TaskFigures]) -> float:
    own = [task for task in tasks if limit.tasks is None or task.task.name in limit.tasks]
    if limit.kind == "countries":
        weighed = weigh(own, limit.basis)
        total = sum((weight for _, weight in weighed), Decimal(0))
        subject = sum(
            (
                weight
                for facts, weight in weighed
                if limit.is_limited is not None
                and any(map(limit.is_limited, entities_of(facts, Level.JURISDICTION) - {IN_HOUSE}))
            ),
            Decimal(0),
        )
        return float(subject / total) if total else 0.0
    concentration = at_level(weigh(own, limit.basis), limit.level, limit.basis)
    return _measure(limit, concentration) if concentration.shares else 0.0


def _measure(limit: EntityLimit, concentration: Concentration) -> float:
    if limit.kind == "index":
        return concentration.hhi / 10_000
    if limit.kind == "effective number":
        return concentration.effective_number
    if limit.kind == "largest":
        return concentration.top(limit.count)
    share = concentration.largest[1]
    if limit.kind == "amount":
        return share * float(concentration.total) * limit.rise
    return share * limit.rise if limit.kind == "reprice" else share


def _spelt(limit: EntityLimit, value: float, currency: str) -> str:
    if limit.kind == "index":
        return f"{value * 10_000:,.0f} points"
    if limit.kind == "effective number":
        return f"{value:.2f}"
    if limit.kind == "amount":
        return format_money(Decimal(str(round(value, 2))), currency)
    return format_share(value)


def _caps(before: State, after: State) -> Iterator[LimitShift]:
    now = {task.task.name: task for task in after.figures.tasks}
    currency = before.figures.currency
    for task in before.figures.tasks:
        cap, new = task.task.declared.spend_cap.monthly, now[task.task.name]
        if cap is None or task.spend_per_month == new.spend_per_month:
            continue
        yield LimitShift(
            limit=f"{task.task.name} spend_cap.monthly",
            required=format_money(cap, currency),
            before=_money(task.spend_per_month, currency),
            after=_money(new.spend_per_month, currency),
        )


def _money(amount: Decimal | None, currency: str) -> str:
    return "not known" if amount is None else format_money(amount, currency)


def worst_shock(state: State) -> float:
    """What the largest vendor's price rise of 35% adds a month."""
    concentration = at_level(weigh(state.figures.tasks, Basis.SPEND), Level.VENDOR, Basis.SPEND)
    return (
        concentration.largest[1] * float(concentration.total) * 0.35
        if concentration.shares
        else 0.0
    )
