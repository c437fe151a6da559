"""A policy's parameters in two states: which way one moved, and how a reader sees it."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from multillm_gov.changes.change import Direction
from multillm_gov.changes.direction import Shape, judge_of

RuleFacts = tuple[str, Mapping[str, object]]
"""A rule's name, and the value that each parameter has where a policy does not give it."""
RuleLookup = Callable[[str], RuleFacts]
"""From a rule's name or id, as a policy writes it."""

_INHERITED = ("lead_days", "max_monthly")
"""Where a policy gives none, a setting holds instead: adding or removing one proves nothing."""


def as_written(name: str) -> RuleFacts:
    """What is known of a rule without the rule book: its name as the policy gives it, no defaults."""
    return name, {}


def parameter_direction(name: str, before: object, after: object) -> Direction:
    """The direction of one parameter, whatever a file may hold there.

    ``None`` stands for a limit that is not there: adding a limit tightens, removing one loosens.
    """
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        before, after = _shares(before, after)
    given = [value for value in (before, after) if value is not None]
    shapes = {_shape(value) for value in given}
    shape = shapes.pop() if len(shapes) == 1 else None
    if shape is None or (name in _INHERITED and len(given) < 2):
        return Direction.CHANGED
    if shape == "list":
        before, after = _members(before), _members(after)
    return judge_of(name, shape)(before, after)


def _shape(value: object) -> Shape | None:
    if isinstance(value, bool):
        return "switch"
    if isinstance(value, int | float | Decimal):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else None


def _shares(before: object, after: object) -> tuple[object, object]:
    """The numbers to judge of limits with parts (``{n: 2, share: 0.8}``): their shares, if all else is equal."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        others = [
            {key: value for key, value in limit.items() if key != "share"}
            for limit in (before, after)
        ]
        return (before.get("share"), after.get("share")) if others[0] == others[1] else (None, None)
    return (None if before is None else 0), (None if after is None else 0)


def _members(value: object) -> frozenset[str]:
    """The entries of a list as YAML would show them, so that any two can be compared."""
    return frozenset(map(format_parameter, value)) if isinstance(value, list) else frozenset()


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
