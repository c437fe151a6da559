"""How spend, requests or value at stake spread over the entities of a level (method 1)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from math import fsum

from multillm_gov.catalog.facts import ModelFacts, entities_of, entity_of
from multillm_gov.dimensions import IN_HOUSE, UNKNOWN, Basis, Level
from multillm_gov.measures.figures import Concentration, TaskFigures
from multillm_gov.measures.shares import POINTS, hhi, normalize

SUPPLIER_LEVELS = frozenset({Level.VENDOR, Level.PROVIDER, Level.CLOUD, Level.JURISDICTION})
"""Where the organization itself is no entity: what runs in-house has no supplier there."""

Weights = tuple[tuple[ModelFacts | None, Decimal], ...]
"""What all task classes together put on each model, in a basis's unit per month."""


def concentration(tasks: Iterable[TaskFigures], level: Level, basis: Basis) -> Concentration:
    """Shares of the routed models' entities; fallbacks add only the fixed cost of their standby.

    Task classes without a known spend add nothing on the spend basis. What is not known at the
    level is an interval (method 1.5): all of it at the largest known entity, or each part at an
    entity of its own.
    """
    return at_level(weigh(tasks, basis), level, basis)


def weigh(tasks: Iterable[TaskFigures], basis: Basis) -> Weights:
    """Sum up by model, which is what every level of one basis has in common."""
    totals: defaultdict[int, Decimal] = defaultdict(Decimal)
    models: dict[int, ModelFacts | None] = {}
    for task in tasks:
        for facts, weight in weights(task, basis):
            models[id(facts)] = facts
            totals[id(facts)] += weight
    return tuple((models[key], weight) for key, weight in totals.items())


def at_level(weighed: Weights, level: Level, basis: Basis) -> Concentration:
    """The concentration of weights by model at one level."""
    if level is Level.JURISDICTION:
        return _of_laws(weighed, basis)
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    apart: defaultdict[str, Decimal] = defaultdict(Decimal)
    for facts, weight in weighed:
        entity = entity_of(facts, level)
        totals[entity] += weight
        if entity == UNKNOWN:
            apart[_stand_in(facts, level)] += weight
    return of_totals(totals, level, basis, apart)


def _stand_in(facts: ModelFacts | None, level: Level) -> str:
    """What distinguishes unknown entities: a provider has one cloud, a model one vendor."""
    if facts is None:
        return ""
    provider = facts.exposure.provider
    return provider if level is Level.CLOUD and provider != UNKNOWN else facts.name


def of_totals(
    totals: Mapping[str, Decimal],
    level: Level,
    basis: Basis,
    apart: Mapping[str, Decimal] | None = None,
) -> Concentration:
    """The concentration of totals already summed by entity.

    Args:
        totals: By entity.
        level: Of the entities.
        basis: Of the totals.
        apart: How the unknown total would spread at best; default: one further entity.
    """
    in_house, suppliers = _split(totals, level)
    unknown = suppliers.pop(UNKNOWN, Decimal(0))
    ordered = sorted(suppliers.items(), key=lambda item: (-item[1], item[0]))
    amounts = [float(weight) for _, weight in ordered]
    worst = [*amounts] or [0.0]
    worst[0] += float(unknown)
    best = [*amounts, *(float(weight) for weight in (apart or {UNKNOWN: unknown}).values())]
    return _measured(
        (*ordered, *([(UNKNOWN, unknown)] if unknown else [])),
        in_house,
        level,
        basis,
        (hhi(normalize(worst)), hhi(normalize(best))),
    )


def _split(totals: Mapping[str, Decimal], level: Level) -> tuple[Decimal, dict[str, Decimal]]:
    """What runs in-house, where that is no supplier, and the rest without empty entities."""
    left = {name: weight for name, weight in totals.items() if weight}
    in_house = left.pop(IN_HOUSE, Decimal(0)) if level in SUPPLIER_LEVELS else Decimal(0)
    return in_house, left


def _measured(
    ordered: tuple[tuple[str, Decimal], ...],
    in_house: Decimal,
    level: Level,
    basis: Basis,
    indexes: tuple[float, float],
    total: Decimal | None = None,
) -> Concentration:
    whole = sum((weight for _, weight in ordered), in_house) if total is None else total
    worst, best = indexes
    return Concentration(
        level=level,
        basis=basis,
        shares=tuple((name, float(weight) / float(whole)) for name, weight in ordered),
        total=whole,
        hhi=worst,
        effective_number=POINTS / worst if worst else 0.0,
        best_hhi=best,
        best_effective_number=POINTS / best if best else 0.0,
        in_house_share=float(in_house) / float(whole) if whole else 0.0,
    )


def _of_laws(weighed: Weights, basis: Basis) -> Concentration:
    """Shares subject to each country's law; a model subject to two laws counts at both.

    The shares therefore do not add up to 1. The index is the chance, in points, that two units
    drawn at random are subject to a common law: with one law a model it is the usual index.
    """
    groups: defaultdict[frozenset[str], Decimal] = defaultdict(Decimal)
    for facts, weight in weighed:
        if weight:
            groups[entities_of(facts, Level.JURISDICTION)] += weight
    total = sum(groups.values(), Decimal(0))
    in_house = groups.pop(frozenset({IN_HOUSE}), Decimal(0))
    shares: defaultdict[str, Decimal] = defaultdict(Decimal)
    for laws, weight in groups.items():
        for law in laws:
            shares[law] += weight
    unknown = shares.pop(UNKNOWN, Decimal(0))
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    largest = ordered[0][0] if ordered else UNKNOWN
    worst = _common(groups, frozenset({largest}))
    best = _common(groups, frozenset())
    named = (*ordered, *([(UNKNOWN, unknown)] if unknown else []))
    return _measured(named, in_house, Level.JURISDICTION, basis, (worst, best), total)


_NOBODY_KNOWS = frozenset({UNKNOWN})
_FEW_GROUPS = 100
"""Different sets of laws up to which each pair is looked at, to the last digit."""


def _common(groups: Mapping[frozenset[str], Decimal], instead: frozenset[str]) -> float:
    """Chance in points that two units share a law, with ``instead`` in place of the unknown."""
    sets = [
        ((laws - _NOBODY_KNOWS) | (instead if UNKNOWN in laws else frozenset()), float(weight))
        for laws, weight in groups.items()
    ]
    total = sum(weight for _, weight in sets)
    if not total:
        return 0.0
    if len(sets) > _FEW_GROUPS:
        return POINTS * _sharing(sets) / total / total
    shared = sum(
        value * other
        for index, (laws, value) in enumerate(sets)
        for position, (others, other) in enumerate(sets)
        if index == position or laws & others
    )
    return POINTS * shared / total / total


def _sharing(sets: Sequence[tuple[frozenset[str], float]]) -> float:
    """The same sum of products in linear time, by inclusion and exclusion.

    Of two groups with k common laws, the non-empty subsets of these, with alternating signs, add up
    to 1 if k > 0. A model has at most a handful of laws, so the subsets are few.
    """
    weights: defaultdict[tuple[str, ...], float] = defaultdict(float)
    lawless = 0.0
    for laws, weight in sets:
        lawless += 0.0 if laws else weight * weight
        for size in range(1, len(laws) + 1):
            for subset in combinations(sorted(laws), size):
                weights[subset] += weight
    return lawless + fsum(
        weight * weight * (1 if len(subset) % 2 else -1) for subset, weight in weights.items()
    )


def share_growth(
    before: Concentration, after: Concentration
) -> tuple[tuple[str, float, float], ...]:
    """Entities whose share grew, with both shares, largest growth first; a new one from 0.

    Empty where one of the two has nothing to share: a first forecast is no growth. The worse end:
    before, what is not known is nobody's; after, all of it is at the largest known entity.
    """
    if not before.shares or not after.shares:
        return ()
    old = dict(before.shares)
    largest, reach = after.largest
    grown = [
        (name, old.get(name, 0.0), most)
        for name, share in after.shares
        if (most := reach if name == largest else share) > old.get(name, 0.0)
        and (name != UNKNOWN or name == largest)
    ]
    return tuple(sorted(grown, key=lambda growth: (growth[1] - growth[2], growth[0])))


def weights(task: TaskFigures, basis: Basis) -> Iterator[tuple[ModelFacts | None, Decimal]]:
    """What one task class puts on each model, in the basis's unit per month."""
    if basis is Basis.SPEND:
        for entry in task.legs:
            if entry.spend_per_month:
                yield entry.facts, entry.spend_per_month
        for fallback in task.fallbacks:
            if fallback.standby_per_month:
                yield fallback.facts, fallback.standby_per_month
        return
    total = task.requests_per_month if basis is Basis.REQUESTS else task.value_at_stake_per_month
    if total:
        for entry in task.legs:
            yield entry.facts, total * entry.share
