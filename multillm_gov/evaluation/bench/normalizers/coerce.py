"""``coerce``: numbers and switches that an answer gives as text, where the schema asks for one."""

import re
from typing import Any

from multillm_gov.evaluation.bench.scoring import Draft

_DEEPEST = 50
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST = 40


def normalize(draft: Draft, schema: dict[str, Any]) -> Draft:
    """Text becomes the number, integer, boolean or null that ``type`` requires, if it is one.

    Only ``properties`` and ``items`` are followed: what a schema composes of several says no single
    type.
    """
    if not draft.is_read:
        return draft
    value = _coerce(draft.value, schema, 0)
    return draft if value == draft.value else Draft(text=draft.text, value=value, is_read=True)


def _coerce(value: Any, schema: Any, depth: int) -> Any:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return value
    if isinstance(value, dict) and isinstance(schema.get("properties"), dict):
        properties = schema["properties"]
        return {key: _coerce(each, properties.get(key), depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_coerce(each, schema.get("items"), depth + 1) for each in value]
    return _from_text(value.strip(), value, schema.get("type")) if isinstance(value, str) else value


def _from_text(text: str, value: str, wanted: object) -> Any:  # noqa: ANN401
    if wanted == "boolean" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if wanted == "null" and text.lower() in {"", "null", "none"}:
        return None
    if wanted in {"number", "integer"} and len(text) <= _LONGEST and _NUMBER.fullmatch(text):
        number = float(text)
        if number.is_integer() and abs(number) < 2**53:
            return int(number)
        return number if wanted == "number" and abs(number) != float("inf") else value
    return value
