"""Whether a JSON Schema fits OpenAI's strict mode, which refuses all others outright."""

from collections.abc import Iterator, Mapping
from typing import Any

_REFUSED = frozenset(
    {
        "allOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "dependentRequired",
        "dependentSchemas",
        "patternProperties",
    }
)
_LISTS = ("anyOf", "prefixItems")
_MAPPINGS = ("properties", "$defs", "definitions")
_DEEPEST = 64


def is_strict(schema: object) -> bool:
    """Whether all objects are closed, all keys required, and no unsupported keyword is used.

    What is not strict is requested loosely, and followed as well as may be; the root must be an
    object.
    """
    return isinstance(schema, Mapping) and schema.get("type") == "object" and _is_strict(schema, 0)


def _is_strict(schema: object, depth: int) -> bool:
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return False
    if _REFUSED & schema.keys():
        return False
    properties = schema.get("properties")
    if schema.get("type") == "object" or isinstance(properties, Mapping):
        names = set(properties) if isinstance(properties, Mapping) else set()
        if (
            schema.get("additionalProperties") is not False
            or set(schema.get("required") or ()) != names
        ):
            return False
    return all(_is_strict(part, depth + 1) for part in _parts(schema))


def _parts(schema: Mapping[str, Any]) -> Iterator[object]:
    for name in _MAPPINGS:
        if isinstance(schema.get(name), Mapping):
            yield from schema[name].values()
    for name in _LISTS:
        if isinstance(schema.get(name), list):
            yield from schema[name]
    if "items" in schema:
        yield schema["items"]
