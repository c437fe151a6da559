"""Forward stress: what shocks that happen together do to each task class and to the whole (method 9).

All shocks start at one moment, each lasts its own time. The time is cut where one of them ends, and
each piece is compared with everyday operation at the same demand:

- a request is *unserved* when the routed model is away or full and the failover is not covered, or
every fallback is
  away or full: demand less what the routed model answers less coverage times what the fallbacks can
  answer;
- *value at risk* is the value at stake of the time, times the unserved share plus the share of
  answers that drift makes unacceptable (share * n * delta q * value at stake per request, method
  7);
- *added cost* is what the answers cost more than as many cost before; lasting changes are counted
over one month;
- a task class *recovers* with the end of the last piece in which a shock leaves some of its
  requests unserved or degraded.

At the busiest time demand and value run at the declared peak factor. Pure, and linear in chains for
each piece.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from multillm_gov.portfolio.scenario import ENTITY_WORDS, Shock
from multillm_gov.risk.stress.outcome import StressOutcome
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.shock_kinds import strains_of
from multillm_gov.risk.stress.stress_context import HOURS_PER_MONTH, Label, StressContext
from multillm_gov.risk.stress.stress_totals import Interval, StressTotals

Aimed = tuple[Shock, frozenset[Label] | None]
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
    return stress_aimed(context, tuple((shock, _aims(shock)) for shock in shocks))


def stress_aimed(context: StressContext, aimed: Sequence[Aimed]) -> StressOutcome:
    """The same for shocks that hit several entities each."""
    strains = tuple(strain for shock, aims in aimed for strain in strains_of(shock, aims, context))
    tally = StressTotals(context, strains)
    for piece in _pieces(strains):
        tally.add(piece)
    return tally.outcome()


def _aims(shock: Shock) -> frozenset[Label] | None:
    if shock.level is None:
        return None
    if shock.entity in ENTITY_WORDS:
        raise ValueError(f"`{shock.entity}` is no entity: resolve the scenario's variants first")
    return frozenset({(shock.level, shock.entity)})


def _pieces(strains: Sequence[ShockEffect]) -> list[Interval]:
    """Stretches of time in which the same strains last; also cut at the end of the first month, where caps end."""
    last = max((strain.hours for strain in strains), default=Decimal(0))
    by_hand = {strain.rerouted_after for strain in strains if strain.rerouted_after is not None}
    cuts = {HOURS_PER_MONTH, *by_hand, *(strain.hours for strain in strains)}
    ends = sorted(cut for cut in cuts if 0 < cut <= last)
    return [
        Interval(
            start=start, end=end, strains=tuple(strain for strain in strains if strain.hours >= end)
        )
        for start, end in pairwise((Decimal(0), *ends))
    ]
