"""Whether a fallback depends on something the routed models depend on too."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts, entities_of
from multillm_gov.dimensions import IN_HOUSE, UNKNOWN, Level
from multillm_gov.measures.failover import Failover
from multillm_gov.measures.figures import FallbackFigures, TaskFigures

OTHER_VENDOR_AND_CLOUD = (Level.VENDOR, Level.PROVIDER, Level.CLOUD)
"""What a fallback must not share to survive the loss of a vendor, provider or cloud (method 9)."""


def shared_levels(first: ModelFacts, second: ModelFacts) -> tuple[Level, ...]:
    """Levels at which both are known to depend on the same entity."""
    return tuple(
        level
        for level in Level
        if (entities_of(first, level) & entities_of(second, level)) - {UNKNOWN, _NO_LAW[level]}
    )


_NO_LAW = dict.fromkeys(Level, "") | {Level.JURISDICTION: IN_HOUSE}
"""What is no entity to share: two models that run in-house are subject to no law in common."""


def unproved_levels(first: ModelFacts, second: ModelFacts) -> tuple[Level, ...]:
    """Levels at which it is not known whether they share: one of the two is unknown."""
    return tuple(
        level
        for level in Level
        if UNKNOWN in entities_of(first, level) | entities_of(second, level)
    )


def has_independent_fallback(
    task: TaskFigures,
    levels: Collection[Level] = OTHER_VENDOR_AND_CLOUD,
    *,
    benefit_of_doubt: bool = False,
    fallbacks: Sequence[FallbackFigures] | None = None,
) -> bool:
    """Whether some fallback shares none of the levels with any routed model.

    Args:
        task: The task class.
        levels: What must not be shared.
        benefit_of_doubt: Whether what is not known counts as not shared.
        fallbacks: Those to look at, such as the usable ones; ``None``: all that are declared.
    """
    apart = frozenset(levels)
    return any(
        apart.isdisjoint(fallback.shared_with_primary)
        and (benefit_of_doubt or apart.isdisjoint(fallback.unproved_with_primary))
        for fallback in (task.fallbacks if fallbacks is None else fallbacks)
        if fallback.facts is not None
    )


class IndependentValue(Struct, frozen=True, kw_only=True):
    """Share of the value at stake (0..1) with an independent fallback; 1 without any value."""

    declared: float
    """As written."""
    possible: float
    """Usable on the day, should what is not known prove to be elsewhere."""
    usable: float
    """Would take over on the day."""
    proved: float
    """Would take over, and a recent drill of the chain survived."""


def independent_value(
    tasks: Iterable[TaskFigures],
    failover: Failover,
    levels: Sequence[Level] = OTHER_VENDOR_AND_CLOUD,
) -> IndependentValue:
    """How much of the value at stake has an independent fallback: declared, usable, proved."""
    total = Decimal(0)
    sums = {
        "declared": Decimal(0),
        "possible": Decimal(0),
        "usable": Decimal(0),
        "proved": Decimal(0),
    }
    apart = frozenset(levels)
    for task in tasks:
        value = task.value_at_stake_per_month
        total += value
        if not value or not task.fallbacks:
            continue
        fallbacks = failover.usable(task)
        usable = has_independent_fallback(task, apart, fallbacks=fallbacks)
        counts = {
            "declared": has_independent_fallback(task, apart),
            "possible": has_independent_fallback(
                task, apart, benefit_of_doubt=True, fallbacks=fallbacks
            ),
            "usable": usable,
            "proved": usable and failover.is_proved(task),
        }
        for name, holds in counts.items():
            sums[name] += value if holds else 0
    return IndependentValue(
        **{name: float(covered / total) if total else 1.0 for name, covered in sums.items()}
    )
