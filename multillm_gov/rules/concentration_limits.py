"""Limits on a concentration, judged by the worse end of what is not known."""

from collections.abc import Iterator

from msgspec import Struct

from multillm_gov.dimensions import UNKNOWN, Level
from multillm_gov.measures.figures import Concentration
from multillm_gov.rules.entity_exposure import describe_basis, describe_entity
from multillm_gov.units import AtLeastOne, Share, format_share
from multillm_gov.words import code

ROUNDING = 1e-9
"""Shares are floats: a share that equals its limit must not break it."""


class ConcentrationLimits(Struct, frozen=True, kw_only=True):
    """What a policy limits; ``None``: it does not."""

    share: Share | None
    hhi: float | None
    effective_number: AtLeastOne | None
    top: tuple[int, Share] | None
    """How many of the largest, and the share they may have together."""


class Breach(Struct, frozen=True):
    """One limit that is exceeded."""

    limit: str
    """Name of the parameter."""
    entity: str
    """The entity above the share limit, or the largest."""
    message: str
    value: float
    """The worse end where something is not known."""
    allowed: float
    doubtful: bool = False
    """Whether the better end would hold."""


def breaches(found: Concentration, limits: ConcentrationLimits) -> Iterator[Breach]:
    """Every limit that is exceeded, or may be."""
    yield from _shares(found, limits)
    yield from _indexes(found, limits)


def _shares(found: Concentration, limits: ConcentrationLimits) -> Iterator[Breach]:
    """Entities above the limit, and the largest that may be: all that is not known may be there."""
    if limits.share is None:
        return
    limit = float(limits.share)
    allowed = f"the limit is {format_share(limit)}"
    largest, reach = found.largest
    for entity, share in found.shares:
        most = reach if entity == largest else share
        if (entity == UNKNOWN and entity != largest) or most <= limit + ROUNDING:
            continue
        who, basis = describe_entity(found.level, entity), _of(found)
        message = f"{who} carries {format_share(share)} of {basis}"
        if entity != UNKNOWN and most > share + ROUNDING:
            message = (
                f"{who} carries between {format_share(share)} and {format_share(most)} of {basis} "
                f"({format_share(most - share)} is at a {found.level} not known)"
            )
        yield Breach("max_share", entity, f"{message}; {allowed}", most, limit, share <= limit)


def _indexes(found: Concentration, limits: ConcentrationLimits) -> Iterator[Breach]:
    """Limits on the whole, judged by the worse end where something is not known."""
    largest, share = found.largest
    lead = f"{code(largest)} carries {'up to ' if found.unknown_share else ''}{format_share(share)}"
    if limits.hhi is not None and found.hhi > limits.hhi + ROUNDING:
        message = (
            f"the HHI of {_of(found)} by {found.level} is "
            f"{span(f'{found.best_hhi:,.0f}', f'{found.hhi:,.0f}')} points; the limit is "
            f"{limits.hhi:,.0f} ({lead})"
        )
        doubtful = found.best_hhi <= limits.hhi
        yield Breach("max_hhi", largest, message, found.hhi, limits.hhi, doubtful)
    least = limits.effective_number
    if least is not None and found.effective_number < float(least) - ROUNDING:
        ends = f"{found.effective_number:.2f}", f"{found.best_effective_number:.2f}"
        message = (
            f"the effective number by {found.level}, weighted by {_of(found)}, is "
            f"{span(*ends)}; the limit is {least:.2f} ({lead})"
        )
        doubtful = found.best_effective_number >= float(least)
        number = found.effective_number
        yield Breach("min_effective_number", largest, message, number, float(least), doubtful)
    if limits.top is not None and found.top(limits.top[0]) > float(limits.top[1]) + ROUNDING:
        count, most = limits.top
        low = sum(part for name, part in found.shares[:count] if name != UNKNOWN)
        ends = format_share(low), format_share(found.top(count))
        message = (
            f"the {_top(count, found.level)} {span(*ends)} of {_of(found)}; the limit is "
            f"{format_share(most)} ({lead})"
        )
        doubtful = low <= float(most)
        yield Breach("max_top_n", largest, message, found.top(count), float(most), doubtful)


def span(low: str, high: str) -> str:
    """Both ends of what is known; one where they are the same."""
    return low if low == high else f"between {low} and {high}"


def _top(count: int, level: Level) -> str:
    return f"largest {level} carries" if count == 1 else f"{count} largest by {level} carry"


def _of(found: Concentration) -> str:
    return describe_basis(found.basis)
