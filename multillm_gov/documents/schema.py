"""JSON Schemas (2020-12) from the types that are decoded and checked."""

import re
from collections.abc import Iterable
from copy import deepcopy
from enum import Enum
from functools import cache
from typing import Any

import msgspec

from multillm_gov.units import Exact

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = "#/$defs/{name}"


class SchemaVariant(msgspec.Struct, frozen=True, kw_only=True):
    """The further keys that go with some values of the deciding key."""

    names: tuple[str, ...]
    """Values of the deciding key that mean this variant; the first one is preferred."""
    description: str
    keys: type[msgspec.Struct]


def variant_schema(
    common: type[msgspec.Struct], deciding: str, variants: Iterable[SchemaVariant]
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


def json_schema(kind: type[Any]) -> dict[str, Any]:
    """The JSON Schema of a type, the same bytes on every run; the caller may change it.

    Titles, descriptions and ranges come from the types; defaults are all written out, those of
    factories included. A default of an `Exact` type must come from a factory, as msgspec cannot
    encode it.
    """
    return deepcopy(cached_schema(kind))


def cached_schema(kind: type[Any]) -> dict[str, Any]:
    """As `json_schema`, shared: not to be changed."""
    return _build(kind)  # type: ignore[arg-type] # mypy looks for the hash of the type's instances


@cache
def _build(kind: type[Any]) -> dict[str, Any]:
    (root,), components = msgspec.json.schema_components(
        (kind,), schema_hook=_hook, ref_template=_REFERENCE
    )
    names = {_REFERENCE.format(name=name): name for name in components}
    for struct in _structs(kind):
        _write_defaults(components[_component(struct, components)], struct)
    if root.get("$ref") in names and not _refers(components, root["$ref"]):
        root = components.pop(names[root["$ref"]])
    definitions = (
        {"$defs": {name: components[name] for name in sorted(components)}} if components else {}
    )
    schema: dict[str, Any] = _polish({"$schema": DIALECT, **root, **definitions})
    return schema


def _hook(kind: type[Any]) -> dict[str, Any]:
    if issubclass(kind, Exact):
        return kind.json_schema()
    raise NotImplementedError(f"{kind.__name__} has no JSON Schema")


def _component(struct: type[msgspec.Struct], components: dict[str, Any]) -> str:
    """The name msgspec gave it: short, or with its module where two types share the short one."""
    qualified = re.sub(r"[^a-zA-Z0-9.\-_]", "_", f"{struct.__module__}.{struct.__qualname__}")
    return qualified if qualified in components else struct.__name__


def _structs(kind: type[Any]) -> list[type[msgspec.Struct]]:
    """Every struct type reachable from a type, in the order met."""
    values_by_key: dict[type[msgspec.Struct], None] = {}
    pending: list[Any] = [msgspec.inspect.type_info(kind)]
    while pending:
        node = pending.pop()
        if isinstance(node, msgspec.inspect.StructType):
            if node.cls in values_by_key:
                continue
            values_by_key[node.cls] = None
        if isinstance(node, msgspec.inspect.Type | msgspec.inspect.Field):
            pending.extend(getattr(node, name) for name in node.__struct_fields__)
        elif isinstance(node, tuple):
            pending.extend(node)
    return list(values_by_key)


def _write_defaults(component: dict[str, Any], struct: type[msgspec.Struct]) -> None:
    for field in msgspec.structs.fields(struct):
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        elif field.default is not msgspec.NODEFAULT:
            default = field.default
        else:
            continue
        component["properties"][field.encode_name]["default"] = plain(default)


def plain(value: object) -> Any:  # noqa: ANN401 - JSON data
    """Any value of our types as JSON data; of a struct, what differs from its defaults."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Exact):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, msgspec.Struct):
        return {
            field.encode_name: plain(current)
            for field in msgspec.structs.fields(value)
            if (current := getattr(value, field.name)) != _default(field)
        }
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain(item) for item in value]
        return sorted(items) if isinstance(value, set | frozenset) else items
    return msgspec.to_builtins(value)


def _default(field: msgspec.structs.FieldInfo) -> object:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _refers(node: object, reference: str) -> bool:
    if isinstance(node, dict):
        return node.get("$ref") == reference or any(
            _refers(item, reference) for item in node.values()
        )
    return isinstance(node, list) and any(_refers(item, reference) for item in node)


def _polish(node: Any, *, is_schema: bool = True) -> Any:  # noqa: ANN401 - JSON data
    """Titles as words, descriptions without markup, whole limits as integers."""
    if isinstance(node, list):
        return [_polish(item, is_schema=is_schema) for item in node]
    if isinstance(node, float) and node.is_integer():
        return int(node)
    if not isinstance(node, dict):
        return node
    polished = {}
    for key, item in node.items():
        if is_schema and key == "title":
            polished[key] = _words(item)
        elif is_schema and key == "description":
            polished[key] = item.replace("``", "`").split("\n\n")[0].replace("\n", " ")
        elif is_schema and key == "default":
            polished[key] = item
        elif is_schema and key == "required" and not item:
            continue
        else:
            polished[key] = _polish(
                item, is_schema=not (is_schema and key in {"properties", "$defs"})
            )
    return polished


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()
