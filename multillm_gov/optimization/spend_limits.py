"""Ceilings on spend as rows: of a task class, an owner, the portfolio, a vendor."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from multillm_gov.catalog.facts import entities_of
from multillm_gov.dimensions import Level
from multillm_gov.optimization.declared import SpendLimit
from multillm_gov.optimization.options import Option, OptionSet
from multillm_gov.optimization.problem import Limit, Row

_NO_OWNER = "(no owner)"


def spend_limits(
    options: OptionSet, ceilings: Sequence[SpendLimit], standing: Mapping[str, float]
) -> Iterator[Limit]:
    """The caps of task classes, then the ceilings of policies.

    Args:
        options: With their costs; held task classes count with what they cost today.
        ceilings: As policies and the appetite declare them.
        standing: Fixed costs that are paid whatever the routes are, a month.
    """
    yield from _caps(options)
    for ceiling in ceilings:
        yield from _ceiling(options, ceiling, sum(standing.values()))


def _caps(options: OptionSet) -> Iterator[Limit]:
    held = {each.task for each in options.held}
    costs = options.costs
    for number, task in enumerate(options.tasks):
        cap = task.task.declared.spend_cap.monthly
        if cap is None or task.task.name in held:
            continue
        own = np.flatnonzero(options.task_of == number)
        yield Limit(
            name=f"spend cap of {task.task.name}",
            parameter="spend_cap.monthly",
            place=task.task.place.at("spend_cap", "monthly"),
            value=float(cap),
            unit="money",
            rows=(Row(options=own, fixed=costs[own], bound_scaled=1.0 - 1e-9),),
        )


def _ceiling(options: OptionSet, ceiling: SpendLimit, standing: float) -> Iterator[Limit]:
    wanted = {name.casefold() for name in ceiling.names}
    groups: dict[str, list[int]] = {}
    for number, option in enumerate(options.options):
        if ceiling.tasks is None or option.task.task.name in ceiling.tasks:
            for name in _names(option, ceiling.per):
                groups.setdefault(name, []).append(number)
    costs = options.costs
    for name, numbers in sorted(groups.items()):
        if wanted and name.casefold() not in wanted:
            continue
        own = np.array(numbers)
        paid = standing if ceiling.per == "portfolio" else 0.0
        row = Row(
            options=own,
            fixed=costs[own],
            bound=-paid,
            bound_scaled=(1.0 - 1e-9) / ceiling.months,
        )
        yield Limit(
            name=ceiling.name,
            parameter=ceiling.parameter,
            place=ceiling.place,
            value=ceiling.value,
            unit="money",
            rows=(row,),
            text=name,
        )


def _names(option: Option, per: str) -> tuple[str, ...]:
    if per == "portfolio":
        return ("portfolio",)
    if per == "task_class":
        return (option.task.task.name,)
    if per == "owner":
        return (option.task.task.owner or _NO_OWNER,)
    if per in {level.value for level in Level}:
        return tuple(sorted(entities_of(option.candidate.facts, Level(per))))
    return ()
