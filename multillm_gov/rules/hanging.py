"""What hangs on one entity: who puts it there, and what its loss or repricing would cost."""

from collections import defaultdict
from decimal import Decimal
from functools import cached_property
from heapq import nlargest

from msgspec import Struct

from multillm_gov.dimensions import UNKNOWN, Basis
from multillm_gov.location import Place
from multillm_gov.measures.concentration import weights
from multillm_gov.measures.figures import Concentration, TaskFigures
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


class Hanging:
    """What hangs on each entity of one level; every total is summed once, however many entities are asked for."""

    def __init__(self, tasks: tuple[TaskFigures, ...], found: Concentration, currency: str) -> None:
        self._tasks = tasks
        self._found = found
        self._currency = currency

    def largest_users(self, entity: str) -> tuple[Weight, ...]:
        """The three task classes that put most on an entity."""
        return tuple(
            Weight(task_class=task.task.name, amount=amount, place=task.task.place.at("route"))
            for amount, task in nlargest(3, self._users.get(entity, ()), key=lambda user: user[0])
        )

    def spell_loss(self, entity: str) -> str:
        """What an entity's loss would stop and its repricing would add, per month."""
        if entity == UNKNOWN:
            return f"All of it may hang on one {self._found.level}: nobody knows."
        parts = []
        stopped = self._value.get(entity)
        if stopped:
            text = spell_money(stopped, self._currency)
            parts.append(f"losing {code(entity)} stops task classes worth {text} a month")
        spent = self._spend.get(entity)
        if spent:
            added, total = spent * BASE_SHOCK, sum(self._spend.values())
            rise = f"{spell_money(added, self._currency)} a month ({spell_share(added / total)} of spend)"
            parts.append(f"a rise of its prices by 35 % adds {rise}")
        text = "; ".join(parts)
        return f"{text[0].upper()}{text[1:]}." if text else ""

    @cached_property
    def _users(self) -> dict[str, list[tuple[Decimal, TaskFigures]]]:
        users: defaultdict[str, list[tuple[Decimal, TaskFigures]]] = defaultdict(list)
        for task in self._tasks:
            for entity, amount in self._of_task(task, self._found.basis).items():
                users[entity].append((amount, task))
        return users

    @cached_property
    def _value(self) -> dict[str, Decimal]:
        return self._totals(Basis.VALUE_AT_STAKE)

    @cached_property
    def _spend(self) -> dict[str, Decimal]:
        return self._totals(Basis.SPEND)

    def _totals(self, basis: Basis) -> dict[str, Decimal]:
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for task in self._tasks:
            for entity, amount in self._of_task(task, basis).items():
                totals[entity] += amount
        return totals

    def _of_task(self, task: TaskFigures, basis: Basis) -> dict[str, Decimal]:
        amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
        for facts, weight in weights(task, basis):
            amounts[facts.exposure.at(self._found.level) if facts else UNKNOWN] += weight
        return amounts
