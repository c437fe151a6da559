"""Which way a policy's parameter moved, as far as its name tells.

The convention of the rule book: ``max_*`` is a ceiling, ``min_*`` a floor, ``allow*`` permits, ``exempt*`` excuses,
``forbid*``, ``deny*`` and ``require*`` demand. A limit added tightens, one removed loosens. Any other name proves
nothing.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from multillm_gov.changes.change import Direction
from multillm_gov.changes.directions import (
    fewer_is_tighter,
    higher_is_tighter,
    lower_is_tighter,
    more_is_tighter,
    neither,
    present_is_tighter,
)

RuleFacts = tuple[str, Mapping[str, object]]
"""A rule's name, and the value that each parameter has where a policy does not give it."""
RuleLookup = Callable[[str], RuleFacts]
"""From a rule's name or id, as a policy writes it."""

_CEILINGS = ("max_", "most_", "cap_", "ceiling_")
_FLOORS = ("min_", "least_", "floor_")
_DEMANDS = ("require", "forbid", "deny", "denied", "forbidden", "block")
_PERMITS = ("allow", "accept", "permit")
_EXEMPTS = ("exempt", "except", "ignore")
"""Permits whose absence is the tightest state: no list of exemptions means that nothing is exempt."""
Judge = Callable[[Any, Any], Direction]


def as_written(name: str) -> RuleFacts:
    """What is known of a rule without the rule book: its name as the policy gives it, no defaults."""
    return name, {}


def parameter_direction(name: str, before: object, after: object) -> Direction:
    """The direction of one parameter; ``None`` stands for a limit that is not there."""
    given = [value for value in (before, after) if value is not None]
    if all(isinstance(value, bool) for value in given):
        return _switch(name)(before, after)
    if all(isinstance(value, int | float | Decimal) for value in given):
        return _limit(name)(before, after)
    if all(isinstance(value, list) for value in given):
        return _set(name)(_members(before), _members(after))
    return Direction.CHANGED


def _limit(name: str) -> Judge:
    if name.startswith(_CEILINGS):
        return lower_is_tighter
    return higher_is_tighter if name.startswith(_FLOORS) else neither


def _switch(name: str) -> Judge:
    if name.startswith(_DEMANDS):
        return present_is_tighter
    return _reversed(present_is_tighter) if name.startswith((*_PERMITS, *_EXEMPTS)) else neither


def _set(name: str) -> Judge:
    if name.startswith(_EXEMPTS):
        return _reversed(more_is_tighter)
    if name.startswith(_PERMITS):
        return fewer_is_tighter
    return more_is_tighter if name.startswith(_DEMANDS) else neither


def _reversed(judge: Judge) -> Judge:
    return lambda before, after: judge(after, before)


def _members(value: object) -> frozenset[str]:
    """The entries of a list as YAML would show them; whatever a hostile file puts there can be compared."""
    return frozenset(map(spell_parameter, value)) if isinstance(value, list) else frozenset()


def spell_parameter(value: object) -> str:
    """A parameter as YAML would show it on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {spell_parameter(entry)}" for key, entry in sorted(value.items())) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(spell_parameter(entry) for entry in value) + "]"
    return str(value)
