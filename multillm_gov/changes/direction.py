"""Which way a changed limit moved: the rules that every kind of change shares."""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any, Protocol, Self, TypeVar

from msgspec import Struct

from multillm_gov.changes.change import Direction
from multillm_gov.portfolio.policy import Tighter

Judge = Callable[[Any, Any], Direction]


class RuleFacts(Struct, frozen=True, kw_only=True):
    """What comparing a policy needs of its rule."""

    name: str
    defaults: Mapping[str, object] = {}
    """The value that each parameter has where a policy does not give it."""
    tighter: Mapping[str, Tighter] = {}
    """For each parameter, which values are tighter."""


RuleLookup = Callable[[str], RuleFacts]
"""From a rule's name or id, as a policy writes it."""


def as_written(name: str) -> RuleFacts:
    """What is known of a rule without the rule book: its name as the policy gives it."""
    return RuleFacts(name=name)


def parameter_direction(tighter: Tighter, before: object, after: object) -> Direction:
    """The direction of one parameter, whatever a file may hold there.

    ``None`` stands for a limit that is not there: adding a limit tightens, removing one loosens.
    """
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        before, after = _shares(before, after)
    return judge_values(tighter, _members(before), _members(after))


def _shares(before: object, after: object) -> tuple[object, object]:
    """The shares of limits with parts (``{n: 2, share: 0.8}``), if all else is equal."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        others = [
            {key: value for key, value in limit.items() if key != "share"}
            for limit in (before, after)
        ]
        return (before.get("share"), after.get("share")) if others[0] == others[1] else (None, None)
    return (None if before is None else 0), (None if after is None else 0)


def _members(value: object) -> object:
    """The entries of a list as YAML would show them, so that any two can be compared."""
    return frozenset(map(format_parameter, value)) if isinstance(value, list) else value


def format_parameter(value: object) -> str:
    """A parameter as YAML would show it on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{key}: {format_parameter(entry)}" for key, entry in sorted(value.items()))
            + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(format_parameter(entry) for entry in value) + "]"
    return str(value)


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
    if types == (frozenset,):
        before, after = before or frozenset(), after or frozenset()
    return judge(before, after)
