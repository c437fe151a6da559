"""A scenario over all its targets: one variant per entity the portfolio uses, the worst first."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice, product

from msgspec import Struct

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.entities import largest_entity, routed_entities
from multillm_gov.risk.stress.outcome import StressOutcome
from multillm_gov.risk.stress.scenario_book import BookedScenario
from multillm_gov.risk.stress.stress import TargetedShock, stress_targeted
from multillm_gov.risk.stress.stress_context import Label, StressContext

OTHERS = "others"
MOST_VARIANTS = 60
"""Runs of one scenario: those with most value at stake; the others are counted."""
MOST_SCENARIOS = 60
"""Scenarios of one report: a portfolio may come from a stranger, and bring thousands."""
MOST_RUNS = 400_000
"""Runs of one task class through one interval, over all variants: about half a minute."""
_HOPS_PER_RUN = 30
"""Models in a chain that take as long to ask as all else about a run."""
_BY_SPEND = frozenset({"repricing", "token-growth"})
"""Kinds whose ``largest`` is the one with most spend."""


class ScenarioVariant(Struct, frozen=True, kw_only=True):
    """One run of a scenario."""

    entities: tuple[tuple[str, str], ...]
    """Level and name of what is hit, in the order of the shocks; empty where everything is."""
    outcome: StressOutcome

    @property
    def words(self) -> str:
        """``provider openai, every other provider``; empty where everything is hit."""
        return ", ".join(_format(*label) for label in self.entities)


class ScenarioResult(Struct, frozen=True, kw_only=True):
    """A scenario and all its variants."""

    booked: BookedScenario
    variants: tuple[ScenarioVariant, ...]
    """By largest loss, then requests unserved, then degraded, then name.

    Empty where the portfolio has no entity of the level.
    """
    left_out: int
    """Further entities with less value at stake that were not run."""

    @property
    def name(self) -> str:
        """As written."""
        return self.booked.name

    @property
    def worst(self) -> ScenarioVariant | None:
        """The first variant."""
        return self.variants[0] if self.variants else None

    @property
    def breaks_cap(self) -> bool:
        """Whether any variant breaks a cap: the one that costs most need not."""
        return any(variant.outcome.caps_broken for variant in self.variants)

    @property
    def breaks_floor(self) -> bool:
        """Whether any variant breaks a floor."""
        return any(variant.outcome.floors_broken for variant in self.variants)


def affordable_variants(
    context: StressContext,
    scenarios: Sequence[BookedScenario],
    budget: int = MOST_RUNS,
    most: int = MOST_VARIANTS,
) -> tuple[int, ...]:
    """How many variants of each scenario can be run in reasonable time; 0: it has to be left out.

    One variant of each comes first, in the order given, as far as all of them fit; the first one is
    always run.

    Args:
        context: What is stressed.
        scenarios: A portfolio may come from a stranger, with long chains and many shocks that end
        one by one.
        budget: See `MOST_RUNS`.
        most: Variants of one scenario.
    """
    hops = sum(len(chain.hops) for task in context.tasks for chain in task.chains)
    per_piece = max(len(context.tasks) + hops // _HOPS_PER_RUN, 1)
    kept_values, used = set[int](), 0
    for index, booked in enumerate(scenarios):
        cost = per_piece * _intervals(booked)
        if not kept_values or used + cost <= budget:
            kept_values.add(index)
            used += cost
    each = max(1, min(most, budget // max(used, 1)))
    return tuple(each if index in kept_values else 0 for index in range(len(scenarios)))


def _intervals(booked: BookedScenario) -> int:
    """At most so many intervals of time: shocks that last differently end one by one."""
    return len({(shock.kind, shock.hours, shock.days) for shock in booked.scenario.shocks})


def run_scenario(
    context: StressContext, booked: BookedScenario, most: int = MOST_VARIANTS
) -> ScenarioResult:
    """Run every variant of a scenario.

    Shocks whose entity is ``each`` at the same level hit the same one; at different levels every
    combination is run.
    """
    shocks = booked.scenario.shocks
    levels = tuple(
        dict.fromkeys(shock.level for shock in shocks if shock.level and shock.entity == "each")
    )
    every = [
        [routed_entity.name for routed_entity in routed_entities(context, level)]
        for level in levels
    ]
    total = 1
    for names in every:
        total *= len(names)
    variants = []
    for chosen in islice(product(*every), most):
        targeted = _targeted(context, shocks, dict(zip(levels, chosen, strict=True)))
        if targeted is not None:
            variants.append(
                ScenarioVariant(
                    entities=tuple(_told(shocks, targeted)),
                    outcome=stress_targeted(context, targeted),
                )
            )
    return ScenarioResult(
        booked=booked, variants=tuple(sorted(variants, key=_badness)), left_out=max(total - most, 0)
    )


def _badness(
    variant: ScenarioVariant,
) -> tuple[Decimal, Decimal, Decimal, tuple[tuple[str, str], ...]]:
    outcome = variant.outcome
    return -outcome.loss, -outcome.unserved_requests, -outcome.degraded_requests, variant.entities


def _targeted(
    context: StressContext, shocks: tuple[Shock, ...], chosen: dict[str, str]
) -> tuple[TargetedShock, ...] | None:
    """Shocks with what each hits; ``None``: one of them has nothing to hit."""
    named: dict[int, frozenset[Label]] = {}
    for index, shock in enumerate(shocks):
        if shock.level is None or shock.entity == OTHERS:
            continue
        name = shock.entity
        if name == "each":
            name = chosen[shock.level]
        elif name == "largest":
            name = largest_entity(context, shock.level, by_spend=shock.kind in _BY_SPEND)
        if not name:
            return None
        named[index] = frozenset({(shock.level, name)})
    hit = frozenset(label for labels in named.values() for label in labels)
    return tuple(
        (
            shock,
            _others(context, shock.level, hit)
            if shock.level and shock.entity == OTHERS
            else named.get(index),
        )
        for index, shock in enumerate(shocks)
    )


def _others(context: StressContext, level: str, hit: frozenset[Label]) -> frozenset[Label]:
    """All labels of a level, standby ones included, that no other shock hits."""
    return frozenset(label for label in context.users if label[0] == level and label not in hit)


def _format(level: str, name: str) -> str:
    text = level.replace("_", " ")
    return f"every other {text}" if name == OTHERS else f"{text} {name}"


def _told(
    shocks: tuple[Shock, ...], targeted: tuple[TargetedShock, ...]
) -> Iterator[tuple[str, str]]:
    seen = set()
    for shock, (_, targets) in zip(shocks, targeted, strict=True):
        if shock.level is None or targets is None:
            continue
        label = (shock.level, OTHERS) if shock.entity == OTHERS else next(iter(targets))
        if label not in seen:
            seen.add(label)
            yield label
