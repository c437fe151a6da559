"""Bounds that a schema tells in words: clients move there what a vendor's structured output does not take.

LiteLLM sends Anthropic ``"description": "Note: minimum value: 3."`` in the place of ``"minimum":
3``, and a model reads it.
"""

import re
from typing import Any

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


def told_bounds(schema: dict[str, Any]) -> dict[str, Any]:
    """The bounds that a schema's own description tells, as keywords; those it has already are left out."""
    text = schema.get("description")
    if not isinstance(text, str) or "Note: " not in text:
        return {}
    note = text[text.rindex("Note: ") :][:_LONGEST_NOTE]
    found: dict[str, Any] = {
        _NUMBERS[words]: _number(value) for words, value in _TOLD.findall(note)
    }
    if multiple := _MULTIPLE.search(note):
        found["multipleOf"] = _number(multiple[1])
    if _UNIQUE in note:
        found["uniqueItems"] = True
    return {key: value for key, value in found.items() if key not in schema}


def _number(written: str) -> float:
    return float(written) if "." in written else int(written)
