"""Forward stress: what simultaneous shocks do to each task class and in total (method 9).

All shocks start at one moment, each lasts its own time. The time is cut where one of them ends, and
each interval is compared with everyday operation at the same demand:

- a request is *unserved* when the routed model is down or full and the failover is not covered,
  or every fallback is down or full: demand less what the routed model answers less coverage times
  what the fallbacks can answer;
- *value at risk* is the value at stake of the time, times the unserved share plus the share of
  answers that drift makes unacceptable (share * n * delta q * value at stake per request, method
  7);
- *added cost* is what the answers cost more than as many cost before; lasting changes are counted
  over one month;
- a task class *recovers* with the end of the last interval in which a shock leaves some of its
  requests unserved or degraded.

At the busiest time demand and value run at the declared peak factor. Pure, and linear in chains for
each interval.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise

from multillm_gov.plugins import load_plugin
from multillm_gov.portfolio.scenario import ENTITY_WORDS, SHOCKS, Shock
from multillm_gov.risk.stress.outcome import StressOutcome
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.stress_context import Label, StressContext
from multillm_gov.risk.stress.stress_totals import Interval, StressTotals
from multillm_gov.units import HOURS_PER_MONTH

EffectsOf = Callable[[Shock, frozenset[Label] | None, StressContext], tuple[ShockEffect, ...]]


TargetedShock = tuple[Shock, frozenset[Label] | None]
"""A shock and the labels it hits; ``None``: everything."""


def stress(context: StressContext, shocks: tuple[Shock, ...]) -> StressOutcome:
    """The outcome of shocks that hit named entities, or everything where they name no level.

    Args:
        context: What is stressed; see `stress_context`.
        shocks: All of them start at once. An entity that the portfolio does not use is hit without
            effect.

    Raises:
        ValueError: an entity is a word such as ``each``, which `variants` resolves.
    """
    return stress_targeted(context, tuple((shock, _targets(shock)) for shock in shocks))


def stress_targeted(context: StressContext, targeted: Sequence[TargetedShock]) -> StressOutcome:
    """The same for shocks that hit several entities each."""
    effects = tuple(
        effect for shock, targets in targeted for effect in shock_effects(shock, targets, context)
    )
    totals = StressTotals(context, effects)
    for interval in _intervals(effects):
        totals.add(interval)
    return totals.outcome()


def _targets(shock: Shock) -> frozenset[Label] | None:
    if shock.level is None:
        return None
    if shock.entity in ENTITY_WORDS:
        raise ValueError(f"`{shock.entity}` is no entity: resolve the scenario's variants first")
    return frozenset({(shock.level, shock.entity)})


def _intervals(effects: Sequence[ShockEffect]) -> list[Interval]:
    """Intervals with constant effects; also cut at the end of the first month, where caps end."""
    last = max((effect.hours for effect in effects), default=Decimal(0))
    by_hand = {effect.rerouted_after for effect in effects if effect.rerouted_after is not None}
    cuts = {Decimal(HOURS_PER_MONTH), *by_hand, *(effect.hours for effect in effects)}
    ends = sorted(cut for cut in cuts if 0 < cut <= last)
    return [
        Interval(
            start=start, end=end, effects=tuple(effect for effect in effects if effect.hours >= end)
        )
        for start, end in pairwise((Decimal(0), *ends))
    ]


def shock_effects(
    shock: Shock, targets: frozenset[Label] | None, context: StressContext
) -> tuple[ShockEffect, ...]:
    """What a shock does to what it targets at; ``None``: it targets at everything."""
    effects: EffectsOf = load_plugin(SHOCKS, shock.kind, "shock").effects
    return effects(shock, targets, context)
