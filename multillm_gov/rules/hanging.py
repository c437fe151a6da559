"""What hangs on one entity: who puts it there, and what its loss or repricing would cost."""

from decimal import Decimal
from heapq import nlargest

from msgspec import Struct

from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.location import Place
from multillm_gov.measures.concentration import concentration, weights
from multillm_gov.measures.figures import Concentration, TaskFigures
from multillm_gov.rules.rule import Case
from multillm_gov.rules.spelling import code
from multillm_gov.units import spell_count, spell_money, spell_share

BASE_SHOCK = Decimal("0.35")
"""The base repricing: middle of the documented moves of +30 to +40 % inside a contract."""


class Weight(Struct, frozen=True, kw_only=True):
    """What one task class puts on an entity, in the basis's unit per month."""

    task_class: str
    amount: Decimal
    place: Place

    def spell(self, basis: Basis, entity: str, currency: str) -> str:
        """The weight in words."""
        return f"{code(self.task_class)} puts {spell_weight(self.amount, basis, currency)} on {code(entity)}"


def spell_weight(amount: Decimal, basis: Basis, currency: str) -> str:
    """An amount in the basis's unit, per month."""
    requests = basis is Basis.REQUESTS
    return f"{spell_count(amount)} requests a month" if requests else f"{spell_money(amount, currency)} a month"


def largest_users(tasks: tuple[TaskFigures, ...], found: Concentration, entity: str) -> tuple[Weight, ...]:
    """The three task classes that put most on an entity."""
    users = []
    for task in tasks:
        amount = sum(
            (
                weight
                for facts, weight in weights(task, found.basis)
                if (facts.exposure.at(found.level) if facts else UNKNOWN) == entity
            ),
            Decimal(0),
        )
        if amount:
            users.append((amount, task))
    return tuple(
        Weight(task_class=task.task.name, amount=amount, place=task.task.place.at("route"))
        for amount, task in nlargest(3, users, key=lambda user: user[0])
    )


def spell_loss(case: Case, level: Level, entity: str) -> str:
    """What an entity's loss would stop and its repricing would add, per month."""
    if entity == UNKNOWN:
        return f"All of it may hang on one {level}: nobody knows."
    currency = case.figures.currency
    value = concentration(case.tasks, level, Basis.VALUE_AT_STAKE)
    spend = concentration(case.tasks, level, Basis.SPEND)
    stopped = _part(value, entity)
    added = _part(spend, entity) * BASE_SHOCK
    parts = []
    if stopped:
        parts.append(f"losing {code(entity)} stops task classes worth {spell_money(stopped, currency)} a month")
    if added:
        rise = spell_share(added / spend.total)
        parts.append(f"a rise of its prices by 35 % adds {spell_money(added, currency)} a month ({rise} of spend)")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _part(whole: Concentration, entity: str) -> Decimal:
    return Decimal(str(dict(whole.shares).get(entity, 0.0))) * whole.total
