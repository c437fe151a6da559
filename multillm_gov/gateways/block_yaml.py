"""Plain data as block YAML: the same bytes on every run, hundreds of thousands of lines a second.

PyYAML's emitter takes five times as long as all of a check of 10,000 task classes.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from multillm_gov.documents.scalars import format_scalar

_spelled = lru_cache(maxsize=65_536)(format_scalar)
_WORDS: dict[object, str] = {None: "null", True: "true", False: "false"}


def write_block(data: Mapping[str, Any]) -> str:
    """Mappings, lists, texts, numbers and truth values; keys in their own order.

    Raises:
        TypeError: a value of another kind.
    """
    return "\n".join(_mapping(data, "")) + "\n"


def _mapping(data: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            yield f"{indent}{_spelled(key)}:"
            yield from _mapping(value, indent + "  ")
        elif isinstance(value, list | tuple) and value:
            yield f"{indent}{_spelled(key)}:"
            yield from _list(value, indent)
        else:
            yield f"{indent}{_spelled(key)}: {scalar(value)}"


def _list(items: list[Any] | tuple[Any, ...], indent: str) -> Iterator[str]:
    inner = indent + "  "
    for item in items:
        if isinstance(item, Mapping) and item:
            lines = _mapping(item, inner)
            yield f"{indent}- {next(lines)[len(inner) :]}"
            yield from lines
        elif isinstance(item, list | tuple) and item:
            raise TypeError("a list in a list has no block form here")
        else:
            yield f"{indent}- {scalar(item)}"


def scalar(value: object) -> str:
    """One value on one line.

    Raises:
        TypeError: it is no text, number, truth value, null, empty mapping or empty list.
    """
    if isinstance(value, str):
        return _spelled(value)
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal | float):
        return _number(Decimal(str(value)))
    if value in ({}, (), []):
        return "{}" if isinstance(value, Mapping) else "[]"
    raise TypeError(f"{type(value).__name__} has no spelling in YAML")


def _number(value: Decimal) -> str:
    """Without an exponent, which YAML 1.1 readers take for a text."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
