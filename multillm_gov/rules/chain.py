"""What the loss of one entity takes of a task class, its fallbacks counted as they would run."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from multillm_gov.dimensions import UNKNOWN, Level
from multillm_gov.measures.figures import FallbackFigures, LegFigures, TaskFigures


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

    A request goes to the routed model its weight gives it to, then down the fallbacks in order. An
    entity's loss takes the share of each routed model that hangs on it when every fallback hangs on
    it too, or there is none.
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
