"""The chain of fallbacks as it would run: what stands by, what is the same deployment twice, what one loss takes."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN, Level
from multillm_gov.measures.figures import FallbackFigures, LegFigures, TaskFigures

Deployment = tuple[str, str, tuple[str, ...]]
"""Model, provider and regions: what fails, and is limited, as one."""


def deployment(name: str, facts: ModelFacts | None) -> Deployment:
    """What a routed name stands for: two spellings of one model at one provider and place are one deployment."""
    if facts is None or UNKNOWN in (facts.exposure.model, facts.exposure.provider):
        return name, UNKNOWN, ()
    return facts.exposure.model, facts.exposure.provider, facts.regions


def standing_by(task: TaskFigures, as_of: date) -> tuple[FallbackFigures, ...]:
    """The fallbacks that would answer: known, not retired, and neither repeated nor the only routed model again."""
    seen = {deployment(leg.model, leg.facts) for leg in task.legs} if len(task.legs) == 1 else set()
    found = []
    for fallback in task.fallbacks:
        key = deployment(fallback.model, fallback.facts)
        if fallback.facts is None or fallback.facts.retired_on(as_of) or key in seen:
            continue
        seen.add(key)
        found.append(fallback)
    return tuple(found)


class Cut(Struct, frozen=True, kw_only=True):
    """An entity whose loss alone takes requests of a task class: a cut of size one (method 3.3)."""

    level: Level
    entity: str
    share: Decimal
    """Share of the requests lost (0..1)."""
    proved: bool
    """``False``: some model of the chain is not known to hang elsewhere."""


def cuts(task: TaskFigures, level: Level, standby: tuple[FallbackFigures, ...]) -> Iterator[Cut]:
    """Every cut of size one at a level, in order of the route.

    A request goes to the routed model its weight gives it to, then down the fallbacks in order. An entity's loss takes
    the share of each routed model that hangs on it when every fallback hangs on it too, or there is none.
    """
    behind = {_entity(fallback, level) for fallback in standby}
    known = behind - {UNKNOWN}
    if len(known) > 1:
        return
    shares: dict[tuple[str, bool], Decimal] = {}
    for leg in task.legs:
        entity = _entity(leg, level)
        if entity != UNKNOWN and not known <= {entity}:
            continue
        named = next(iter(known)) if entity == UNKNOWN and known else entity
        key = named, not standby or (UNKNOWN not in behind and entity != UNKNOWN)
        shares[key] = shares.get(key, Decimal(0)) + leg.share
    for (entity, proved), share in shares.items():
        if share:
            yield Cut(level=level, entity=entity, share=share, proved=proved)


def _entity(part: LegFigures | FallbackFigures, level: Level) -> str:
    return part.facts.exposure.at(level) if part.facts else UNKNOWN
