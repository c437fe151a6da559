"""A mapping whose further keys hang on one of them (a policy's on its rule), as one JSON Schema."""

from collections.abc import Iterable
from typing import Any

import msgspec

from multillm_gov.documents.schema import json_schema


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """The further keys that go with some values of the deciding key."""

    names: tuple[str, ...]
    """Values of the deciding key that mean this variant; the first one is preferred."""
    description: str
    keys: type[msgspec.Struct]


def variant_schema(
    common: type[msgspec.Struct], deciding: str, variants: Iterable[Variant]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of a mapping, and the definitions it refers to.

    One ``if``/``then`` a variant: an editor that knows the deciding key's value offers and checks
    that variant's keys only, and says one thing about a mistake where ``oneOf`` would name every
    variant.

    Args:
        common: The keys every variant has, the deciding one among them.
        deciding: The key whose value decides.
        variants: All of them; their order does not matter.

    Raises:
        ValueError: a variant has a common key too, or two definitions differ under one name.
    """
    schema = json_schema(common)
    definitions: dict[str, Any] = schema.pop("$defs", {})
    schema.pop("$schema")
    shared = dict.fromkeys(schema["properties"], True)
    ordered = sorted(variants, key=lambda variant: variant.names)
    schema["properties"][deciding] = {
        "description": schema["properties"][deciding].get("description", ""),
        "enum": [name for variant in ordered for name in variant.names],
        # Not in the standard, which lets it pass; editors show it beside each name they offer.
        "enumDescriptions": [variant.description for variant in ordered for _ in variant.names],
    }
    branches = []
    for variant in ordered:
        own = json_schema(variant.keys)
        _merge(definitions, own.pop("$defs", {}))
        if clash := shared.keys() & own["properties"].keys():
            raise ValueError(f"{variant.names[0]} has common keys too: {sorted(clash)}")
        decided = {"properties": {deciding: {"enum": list(variant.names)}}, "required": [deciding]}
        keys = {"properties": {**own["properties"], **shared}, "additionalProperties": False}
        branches.append(
            {"if": decided, "then": keys | {key: own[key] for key in ("required",) if key in own}}
        )
    return schema | ({"allOf": branches} if branches else {}), definitions


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for name, definition in more.items():
        if into.setdefault(name, definition) != definition:
            raise ValueError(f"two types are called {name}")
