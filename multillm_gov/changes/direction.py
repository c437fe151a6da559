"""Which way a changed limit moved: the rules that every kind of change shares."""

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any, Protocol, Self, TypeVar

from multillm_gov.changes.change import Direction
from multillm_gov.portfolio.policy import Tighter

Judge = Callable[[Any, Any], Direction]


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
    """For what protects by being there, whatever its value: an owner, an output schema."""
    if bool(before) == bool(after):
        return Direction.CHANGED
    return Direction.TIGHTENED if after else Direction.LOOSENED


def more_is_tighter(before: Collection[object], after: Collection[object]) -> Direction:
    """For sets of demands; where some were added and others removed, nothing is proved."""
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


def reversed_judge(judge: Judge) -> Judge:
    """The judge for which what tightened now loosens."""
    return lambda before, after: judge(after, before)


_NUMBER = (int, float, Decimal)
_TIGHTER: dict[Tighter, tuple[tuple[type, ...], Judge]] = {
    "lower": (_NUMBER, lower_is_tighter),
    "lower_or_setting": (_NUMBER, lower_is_tighter),
    "lower_or_none": (_NUMBER, reversed_judge(higher_is_tighter)),
    "higher": (_NUMBER, higher_is_tighter),
    "higher_or_setting": (_NUMBER, higher_is_tighter),
    "fewer": ((frozenset,), fewer_is_tighter),
    "more": ((frozenset,), more_is_tighter),
    "more_or_none": ((frozenset,), reversed_judge(fewer_is_tighter)),
    "present": ((bool, str), present_is_tighter),
    "absent": ((bool, str), reversed_judge(present_is_tighter)),
}


def _shape(value: object) -> type:
    """The kind of values that it can be compared with: a switch is no number."""
    return Decimal if isinstance(value, _NUMBER) and not isinstance(value, bool) else type(value)


def judge_values(tighter: Tighter, before: object, after: object) -> Direction:
    """The direction of a value of which some are tighter; ``None`` is a limit that is not there.

    A list is given as a set of its entries. Values of another type than the direction is about
    prove nothing, and neither does a limit that takes the place of a setting.
    """
    given = [value for value in (before, after) if value is not None]
    if tighter not in _TIGHTER or (tighter.endswith("_or_setting") and len(given) < 2):
        return Direction.CHANGED
    types, judge = _TIGHTER[tighter]
    if (
        not all(isinstance(value, types) for value in given)
        or len({*map(type, given)} & {bool, str}) > 1
    ):
        return Direction.CHANGED
    if types is _NUMBER and any(isinstance(value, bool) for value in given):
        return Direction.CHANGED
    if types is _NUMBER and any(isinstance(value, bool) for value in given):
        return Direction.CHANGED
    if types == (frozenset,):
        before, after = before or frozenset(), after or frozenset()
    return judge(before, after)
