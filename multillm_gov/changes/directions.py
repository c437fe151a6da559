"""Which way a changed limit moved: the rules that every kind of change shares."""

from collections.abc import Collection
from typing import Protocol, Self, TypeVar

from multillm_gov.changes.change import Direction


class Ordered(Protocol):
    """Anything with a less-than."""

    def __lt__(self, other: Self, /) -> bool:
        """Whether it is less."""


L = TypeVar("L", bound=Ordered)


def lower_is_tighter(before: L | None, after: L | None) -> Direction:
    """For ceilings. ``None`` is no limit: adding one tightens, removing one loosens."""
    if before == after:
        return Direction.CHANGED
    if before is None:
        return Direction.TIGHTENED
    if after is None:
        return Direction.LOOSENED
    return Direction.TIGHTENED if after < before else Direction.LOOSENED


def higher_is_tighter(before: L | None, after: L | None) -> Direction:
    """For floors. ``None`` is no limit."""
    if before is None or after is None:
        return lower_is_tighter(before, after)
    return lower_is_tighter(after, before)


def present_is_tighter(before: object, after: object) -> Direction:
    """For what protects by being there: an owner, an output schema. Another value is neither better nor worse."""
    if bool(before) == bool(after):
        return Direction.CHANGED
    return Direction.TIGHTENED if after else Direction.LOOSENED


def more_is_tighter(before: Collection[object], after: Collection[object]) -> Direction:
    """For sets of demands: every demand kept and one added tightens; partly other ones prove nothing."""
    old, new = set(before), set(after)
    if old == new:
        return Direction.CHANGED
    if old < new:
        return Direction.TIGHTENED
    return Direction.LOOSENED if new < old else Direction.CHANGED


def fewer_is_tighter(before: Collection[object], after: Collection[object]) -> Direction:
    """For sets of what is allowed, where none given means that anything is."""
    old, new = set(before), set(after)
    if not old or not new:
        return present_is_tighter(old, new)
    return more_is_tighter(new, old)


def neither(_before: object, _after: object) -> Direction:
    """For what has no direction."""
    return Direction.CHANGED
