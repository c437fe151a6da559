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

    Task classes without a known spend add nothing on the spend basis. A model that is not known, or whose place at the
    level is not, adds to the one entity ``unknown``: the conservative view (method 1.5).
    """
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for task in tasks:
        for facts, weight in weights(task, basis):
            totals[facts.exposure.at(level) if facts else UNKNOWN] += weight
    return of_totals(totals, level, basis)


def of_totals(totals: dict[str, Decimal], level: Level, basis: Basis) -> Concentration:
    """The concentration of totals already summed by entity."""
    ordered = sorted(
        ((name, weight) for name, weight in totals.items() if weight), key=lambda item: (-item[1], item[0])
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
