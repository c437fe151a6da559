"""Plain data as JSON, amounts exact."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def write_json(data: Mapping[str, Any]) -> str:
    """Indented by two, keys in their own order."""
    return json.dumps(data, indent=2, ensure_ascii=False, default=_number) + "\n"


def _number(value: object) -> float | int:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no spelling in JSON")
    return int(value) if value == value.to_integral_value() else float(value)
