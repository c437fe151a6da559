"""A policy's parameters in two states: which way one moved, and how a reader sees it."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from multillm_gov.changes.change import Direction
from multillm_gov.changes.direction import judge_values
from multillm_gov.portfolio.policy import Tighter


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
