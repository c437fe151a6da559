"""Digests of plain data: equal data has one digest, however it was written."""

import json
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256


def digest(value: object) -> str:
    """SHA-256 (hex) of the canonical JSON of plain data: sorted keys, no blanks, numbers by value.

    1, 1.0 and ``Decimal("1.00")`` are one number; a decimal keeps all its digits.

    Raises:
        ValueError: the data holds no plain value, or no finite number.
    """
    return sha256(canonical(value).encode()).hexdigest()


def canonical(value: object) -> str:
    """The canonical JSON itself.

    Raises:
        ValueError: as for `digest`.
    """
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=True)
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("a key is no text")
        return (
            "{"
            + ",".join(f"{json.dumps(key)}:{canonical(value[key])}" for key in sorted(value))
            + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(canonical, value)) + "]"
    raise ValueError(f"{type(value).__name__} is no plain data")


def _number(value: float | Decimal) -> str:
    """All significant digits and one exponent (`12e2`), whatever the type and context."""
    sign, digits, exponent = Decimal(repr(value) if isinstance(value, float) else value).as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{value} is no finite number")
    stripped = "".join(map(str, digits)).rstrip("0")
    if not stripped:
        return "0"
    exponent += len(digits) - len(stripped)
    return f"{'-' if sign else ''}{stripped.lstrip('0')}" + (f"e{exponent}" if exponent else "")
