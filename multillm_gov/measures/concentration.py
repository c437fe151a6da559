"""How spend, requests or value at stake spread over the entities of a level."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.measures.figures import Concentration, TaskFigures
from multillm_gov.measures.shares import effective_number, hhi, normalize


def concentration(tasks: Iterable[TaskFigures], level: Level, basis: Basis) -> Concentration:
    """Shares of the routed models' entities; fallbacks count only for the fixed cost they incur on standby.

    Task classes without a known spend add nothing on the spend basis. A model that is not known, or
    whose place at the level is not, adds to the one entity ``unknown``: the conservative view
    (method 1.5).
    """
    return at_level(weigh(tasks, basis), level, basis)


Weights = tuple[tuple[ModelFacts | None, Decimal], ...]
"""What all task classes together put on each model, in a basis's unit per month."""


def weigh(tasks: Iterable[TaskFigures], basis: Basis) -> Weights:
    """Sum up by model, which is what every level of one basis has in common."""
    totals: defaultdict[int, Decimal] = defaultdict(Decimal)
    facts: dict[int, ModelFacts | None] = {}
    for task in tasks:
        for one, weight in weights(task, basis):
            facts[id(one)] = one
            totals[id(one)] += weight
    return tuple((facts[key], weight) for key, weight in totals.items())


def at_level(weighed: Weights, level: Level, basis: Basis) -> Concentration:
    """The concentration of weights by model at one level."""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for facts, weight in weighed:
        totals[facts.exposure.at(level) if facts else UNKNOWN] += weight
    return of_totals(totals, level, basis)


def of_totals(totals: dict[str, Decimal], level: Level, basis: Basis) -> Concentration:
    """The concentration of totals already summed by entity."""
    ordered = sorted(
        ((name, weight) for name, weight in totals.items() if weight),
        key=lambda item: (-item[1], item[0]),
    )
    shares = normalize(float(weight) for _, weight in ordered)
    return Concentration(
        level=level,
        basis=basis,
        shares=tuple(zip((name for name, _ in ordered), shares, strict=True)),
        total=sum(totals.values(), Decimal(0)),
        hhi=hhi(shares),
        effective_number=effective_number(shares),
    )


def known_only(whole: Concentration) -> Concentration:
    """The optimistic view: the unknown entity left out, the others scaled to sum to 1."""
    known = [(name, share) for name, share in whole.shares if name != UNKNOWN]
    shares = normalize(share for _, share in known)
    return Concentration(
        level=whole.level,
        basis=whole.basis,
        shares=tuple(zip((name for name, _ in known), shares, strict=True)),
        total=whole.total * (1 - Decimal(str(whole.unknown_share))),
        hhi=hhi(shares),
        effective_number=effective_number(shares),
    )


def share_growth(
    before: Concentration, after: Concentration
) -> tuple[tuple[str, float, float], ...]:
    """Entities whose share grew, with both shares, largest growth first; one that is new grew from 0.

    Empty where one of the two has nothing to share: a first forecast is no growth.
    """
    if not before.shares or not after.shares:
        return ()
    old = dict(before.shares)
    grown = [
        (name, old.get(name, 0.0), share)
        for name, share in after.shares
        if share > old.get(name, 0.0)
    ]
    return tuple(sorted(grown, key=lambda one: (one[1] - one[2], one[0])))


def weights(task: TaskFigures, basis: Basis) -> Iterator[tuple[ModelFacts | None, Decimal]]:
    """What one task class puts on each model, in the basis's unit per month."""
    if basis is Basis.SPEND:
        for leg in task.legs:
            if leg.spend_per_month:
                yield leg.facts, leg.spend_per_month
        for fallback in task.fallbacks:
            if fallback.standby_per_month:
                yield fallback.facts, fallback.standby_per_month
        return
    total = task.requests_per_month if basis is Basis.REQUESTS else task.value_at_stake_per_month
    if total:
        for leg in task.legs:
            yield leg.facts, total * leg.share
