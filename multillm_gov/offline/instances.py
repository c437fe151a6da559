"""A minimal instance of a JSON Schema: what a model with structured output would at least answer.

Clients move bounds into words where a vendor's structured output does not take them: LiteLLM sends
Anthropic ``"description": "Note: minimum value: 3."`` for ``"minimum": 3``, and a model reads it.
"""

import re
from typing import Any

from multillm_gov.offline.patterns import text_matching

_NUMBERS = {
    "minimum number of items": "minItems",
    "maximum number of items": "maxItems",
    "minimum value": "minimum",
    "maximum value": "maximum",
    "exclusive minimum value": "exclusiveMinimum",
    "exclusive maximum value": "exclusiveMaximum",
    "minimum length": "minLength",
    "maximum length": "maxLength",
    "minimum number of properties": "minProperties",
    "maximum number of properties": "maxProperties",
}
_NUMBER = r"(-?\d{1,15}(?:\.\d{1,15})?)(?![\d.]*\d)"
_TOLD = re.compile(rf"\b({'|'.join(sorted(_NUMBERS, key=len, reverse=True))}): {_NUMBER}")
_MULTIPLE = re.compile(rf"\bmust be a multiple of {_NUMBER}")
_UNIQUE = "all array items must be unique"
_LONGEST_NOTE = 2_000


def noted_bounds(schema: dict[str, Any]) -> dict[str, Any]:
    """The bounds that a schema's description states in words, as keywords it does not have."""
    text = schema.get("description")
    if not isinstance(text, str) or "Note: " not in text:
        return {}
    note = text[text.rindex("Note: ") :][:_LONGEST_NOTE]
    values_by_name: dict[str, Any] = {
        _NUMBERS[words]: _noted_number(value) for words, value in _TOLD.findall(note)
    }
    if multiple := _MULTIPLE.search(note):
        values_by_name["multipleOf"] = _noted_number(multiple[1])
    if _UNIQUE in note:
        values_by_name["uniqueItems"] = True
    return {key: value for key, value in values_by_name.items() if key not in schema}


def _noted_number(written: str) -> float:
    return float(written) if "." in written else int(written)


_DEEPEST = 24
_MOST_ITEMS = 200
_LONGEST_TEXT = 10_000
_FORMATS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T09:00:00Z",
    "time": "09:00:00Z",
    "email": "someone@example.org",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "ipv4": "192.0.2.1",
    "hostname": "example.org",
}
Schema = dict[str, Any]


def minimal_instance(schema: Schema) -> object:
    """The smallest value that satisfies a schema: required keys, first choices, lowest numbers.

    Local references are followed, to a depth of 24; ``not``, ``if`` and remote references are not
    looked at.
    """
    return _instance(schema, schema, 0)


def _instance(schema: object, root: Schema, depth: int) -> object:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return None
    schema = _resolved(schema, root)
    schema = {**schema, **noted_bounds(schema)}
    if "const" in schema:
        return schema["const"]
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf"):
        options = schema.get(choice)
        if isinstance(options, list) and options:
            rest = {key: value for key, value in schema.items() if key != choice}
            first = _resolved(options[0], root) if isinstance(options[0], dict) else {}
            return _instance(_merged(rest, first), root, depth + 1)
    kind = schema.get("type")
    return _of_type(
        kind[0] if isinstance(kind, list) and kind else kind or _implied(schema),
        schema,
        root,
        depth,
    )


def _of_type(kind: object, schema: Schema, root: Schema, depth: int) -> object:
    if kind == "object":
        return _object(schema, root, depth)
    if kind == "array":
        return _array(schema, root, depth)
    if kind == "string":
        return _text(schema)
    if kind == "integer" or kind == "number":  # noqa: PLR1714 # a nonsensical kind may not be hashable
        return _number(schema, whole=kind == "integer")
    return False if kind == "boolean" else None


def _implied(schema: Schema) -> str:
    if "properties" in schema or "required" in schema:
        return "object"
    if "items" in schema or "prefixItems" in schema:
        return "array"
    if "minimum" in schema or "maximum" in schema:
        return "number"
    return (
        "string" if "pattern" in schema or "minLength" in schema or "format" in schema else "null"
    )


def _resolved(schema: Schema, root: Schema) -> Schema:
    """The schema with its local reference and all parts of ``allOf`` in it."""
    for _ in range(_DEEPEST):
        reference = schema.get("$ref")
        parts = schema.get("allOf")
        if isinstance(reference, str) and reference.startswith("#"):
            target: Any = root
            for step in reference[1:].split("/")[1:]:
                target = (
                    target.get(step.replace("~1", "/").replace("~0", "~"))
                    if isinstance(target, dict)
                    else None
                )
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            schema = _merged(target if isinstance(target, dict) else {}, rest)
        elif isinstance(parts, list):
            merged = {key: value for key, value in schema.items() if key != "allOf"}
            for part in parts[:_MOST_ITEMS]:
                merged = _merged(merged, _resolved(part, root) if isinstance(part, dict) else {})
            schema = merged
        else:
            break
    return schema


def _merged(values_by_name: Schema, other: Schema) -> Schema:
    both = {**values_by_name, **other}
    if isinstance(values_by_name.get("properties"), dict) and isinstance(
        other.get("properties"), dict
    ):
        both["properties"] = {**values_by_name["properties"], **other["properties"]}
    if isinstance(values_by_name.get("required"), list) and isinstance(other.get("required"), list):
        both["required"] = list(dict.fromkeys([*values_by_name["required"], *other["required"]]))
    return both


def _object(schema: Schema, root: Schema, depth: int) -> Schema:
    properties = schema.get("properties")
    known = properties if isinstance(properties, dict) else {}
    required = schema.get("required")
    wanted = [key for key in required if isinstance(key, str)] if isinstance(required, list) else []
    least = _count(schema.get("minProperties"))
    wanted += [key for key in known if key not in wanted][: max(least - len(wanted), 0)]
    return {key: _instance(known.get(key, {}), root, depth + 1) for key in wanted[:_MOST_ITEMS]}


def _array(schema: Schema, root: Schema, depth: int) -> list[object]:
    fixed = schema.get("prefixItems")
    items = (
        [_instance(part, root, depth + 1) for part in fixed[:_MOST_ITEMS]]
        if isinstance(fixed, list)
        else []
    )
    wanted = min(_count(schema.get("minItems")), _MOST_ITEMS)
    part = schema.get("items")
    choices = part.get("enum") if isinstance(part, dict) else None
    for number in range(len(items), wanted):
        if isinstance(choices, list) and schema.get("uniqueItems") and number < len(choices):
            items.append(choices[number])
            continue
        item = _instance(part, root, depth + 1)
        if schema.get("uniqueItems") and item in items:
            item = (
                f"{item}{number}"
                if isinstance(item, str)
                else item + number
                if isinstance(item, int)
                else item
            )
        items.append(item)
    return items


def _text(schema: Schema) -> str:
    named = _FORMATS.get(str(schema.get("format")))
    if named is not None:
        return named
    pattern = schema.get("pattern")
    least = min(_count(schema.get("minLength")), _LONGEST_TEXT)
    if isinstance(pattern, str):
        return text_matching(pattern, least)
    most = schema.get("maxLength")
    text = "text" if not isinstance(most, int) else "text"[: max(most, 0)]
    return text + "x" * (least - len(text))


def _number(schema: Schema, *, whole: bool) -> float:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    step = schema.get("multipleOf")
    unit: float = step if isinstance(step, int | float) and step > 0 else 1 if whole else 0
    value: float = 0
    if isinstance(low, int | float) and value < low:
        value = low
    if isinstance(above, int | float) and value <= above:
        value = above + (unit or _half(above, high if high is not None else below))
    if isinstance(high, int | float) and value > high:
        value = high
    if isinstance(below, int | float) and value >= below:
        value = below - (unit or 1)
    if unit:
        value = -(-value // unit) * unit
    return int(value) if whole or value == int(value) else value


def _half(low: float, high: object) -> float:
    return (high - low) / 2 if isinstance(high, int | float) and high > low else 1


def _count(value: object) -> int:
    return max(value, 0) if isinstance(value, int) and not isinstance(value, bool) else 0
