"""Negotiating leverage: what could leave a provider at equal floors, and what that would save."""

import numpy as np
from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import IN_HOUSE, UNKNOWN
from multillm_gov.optimization.options import OptionSet
from multillm_gov.optimization.problem import Problem


class Leverage(Struct, frozen=True, kw_only=True):
    """One provider; amounts a month."""

    provider: str
    spend: float
    """What it is paid now."""
    portable: float
    """Of it, what goes to task classes that another provider's model could serve at the floor."""
    alternative: float
    """What the cheapest such models would cost for the same requests."""
    tasks: tuple[str, ...]
    """The portable task classes, largest first."""

    @property
    def saving(self) -> float:
        """What the best alternative saves; negative: it costs more."""
        return self.portable - self.alternative

    @property
    def break_even_discount(self) -> float | None:
        """Discount (0..1) at which staying costs as much; ``None``: nothing is portable.

        Negative: the provider could raise its prices by so much before leaving pays off.
        """
        return self.saving / self.portable if self.portable else None


def leverages(options: OptionSet, problem: Problem) -> tuple[Leverage, ...]:
    """Every provider that is paid today, largest portable spend first."""
    refused = {
        int(option)
        for limit in problem.limits
        if limit.unit == "none"
        for row in limit.rows
        for option in row.options
    }
    providers = sorted({_provider(option.candidate.facts) for option in options.options})
    matching_leverages = [
        _leverage(options, provider, refused)
        for provider in providers
        if provider not in {UNKNOWN, IN_HOUSE}
    ]
    return tuple(
        sorted(
            (leverage for leverage in matching_leverages if leverage.spend > 0),
            key=lambda leverage: (-leverage.portable, leverage.provider),
        )
    )


def _provider(facts: ModelFacts | None) -> str:
    return facts.exposure.provider if facts is not None else UNKNOWN


def _leverage(options: OptionSet, provider: str, refused: set[int]) -> Leverage:
    costs, quality, today = options.costs, options.quality, options.shares_today
    own = np.array([_provider(option.candidate.facts) == provider for option in options.options])
    spend = portable = alternative = 0.0
    tasks: list[tuple[float, str]] = []
    for number, task in enumerate(options.tasks):
        members = np.flatnonzero(options.task_of == number)
        here = members[own[members]]
        share, paid = float(today[here].sum()), float(costs[here] @ today[here])
        spend += paid
        floor = options.floors[number]
        others = [
            costs[option]
            for option in members
            if not own[option]
            and int(option) not in refused
            and floor is not None
            and quality[option] >= floor
            and costs[option] > 0
        ]
        if share and others:
            portable += paid
            alternative += share * float(min(others))
            tasks.append((paid, task.task.name))
    names = tuple(name for _, name in sorted(tasks, key=lambda each: (-each[0], each[1])))
    return Leverage(
        provider=provider, spend=spend, portable=portable, alternative=alternative, tasks=names
    )
