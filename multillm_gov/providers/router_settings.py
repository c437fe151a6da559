"""The exported configuration made ready for drills: as it stands, but for addresses."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from multillm_gov.evaluation.client import CallFailure
from multillm_gov.evaluation.drills.drill import Drill
from multillm_gov.providers.addresses import NO_KEY, Address, Addressing

_NOWHERE = {"api_base": "http://127.0.0.1:9/v1", "api_key": NO_KEY}
"""For a fallback without an address: it fails as it would in earnest."""
_REFERENCE = "os.environ/"
_OF_OPERATION = frozenset({"max_budget", "budget_duration", "tags"})
"""Parameters that count and limit what runs: a drill is no traffic of its task class."""
_CHECKS = "optional_pre_call_checks"
"""Setting of the router that enforces rate limits."""
_CHAINS = ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")


class Addresses(Struct, frozen=True, kw_only=True):
    """Where the calls of a drill go."""

    fallbacks: Addressing
    faulty: Addressing
    """Of routed models: an address on this machine that fails."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """Where references to variables lead."""


def arguments_of(
    configuration: Mapping[str, Any], leg: int, drills: Mapping[str, Drill], addresses: Addresses
) -> dict[str, Any]:
    """Arguments of the router in which one routed model of each task class fails.

    Args:
        configuration: As `gateways.litellm.configuration` makes it.
        leg: Position in ``route`` of the models that fail; the others are left out.
        drills: By task class, one whose chain is that of the failing model.
        addresses: Where calls go.
    """
    settings = dict(configuration["router_settings"])
    settings.pop(_CHECKS, None)
    for key in _CHAINS:
        settings[key] = [chain for chain in settings[key] if not drills.keys().isdisjoint(chain)]
    return {"model_list": list(_entries(configuration, leg, drills, addresses)), **settings}


def places_of(drill: Drill) -> dict[str, int]:
    """Ids of the deployments that a drill may call, with their position in its chain."""
    fallbacks = (f"{drill.task.name}:fallback-{number}" for number in range(1, len(drill.chain)))
    ids = (f"{drill.task.name}:route-{drill.leg + 1}", *fallbacks)
    return {_own_id(name, drill.leg): position for position, name in enumerate(ids)}


def _entries(
    configuration: Mapping[str, Any], leg: int, drills: Mapping[str, Drill], addresses: Addresses
) -> Iterator[dict[str, Any]]:
    for entry in configuration["model_list"]:
        info = entry["model_info"]
        drill = drills.get(info["task_class"])
        is_routed = entry["model_name"] == info["task_class"]
        if drill is not None and (
            not is_routed or info["id"] == f"{info['task_class']}:route-{leg + 1}"
        ):
            yield _entry(entry, drill, addresses, is_routed=is_routed)


def _entry(
    entry: Mapping[str, Any], drill: Drill, addresses: Addresses, *, is_routed: bool
) -> dict[str, Any]:
    name = str(entry["model_info"]["id"])
    position = 0 if is_routed else int(name.rpartition("-")[2])
    addressing = addresses.faulty if is_routed else addresses.fallbacks
    address = addressing(drill.chain[position], drill.call.mode)
    given = entry["litellm_params"]
    parameters = {
        key: value
        for key, value in given.items()
        if key not in _OF_OPERATION and not _is_unset(value, addresses.environment)
    }
    if isinstance(address, CallFailure):
        address = Address(model=parameters["model"], arguments=_NOWHERE)
    if address.arguments:
        parameters = {
            key: value for key, value in parameters.items() if not str(value).startswith(_REFERENCE)
        }
    return {
        "model_name": entry["model_name"],
        "litellm_params": {**parameters, "model": address.model, **address.arguments},
        "model_info": {**entry["model_info"], "id": _own_id(name, drill.leg)},
    }


def _own_id(deployment: str, leg: int) -> str:
    """Fallbacks stand in the router of every leg, and are distinguished by it."""
    return f"{deployment}@{leg + 1}"


def _is_unset(value: object, environment: Mapping[str, str]) -> bool:
    """Whether a reference names no variable: the provider's client then reports what it lacks."""
    text = str(value)
    return text.startswith(_REFERENCE) and text.removeprefix(_REFERENCE) not in environment
