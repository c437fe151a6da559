"""From an answer's text to a JSON value, with as few of the declared normalizers as possible."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from multillm_gov.plugins import load_plugin
from multillm_gov.portfolio.allocation import NORMALIZERS

MOST_CHARACTERS = 2_000_000
"""Longest answer that is looked into; more is no structured answer of a probe."""


class Reading(Struct, frozen=True, kw_only=True):
    """What an answer says once it is read."""

    value: Any
    used: tuple[str, ...]
    """Normalizers it took, in the declared order; empty: none."""


class Draft(Struct, frozen=True, kw_only=True):
    """An answer on its way to a value."""

    text: str
    value: Any = None
    is_read: bool = False
    """Whether ``value`` holds what ``text`` says as JSON."""


Normalize = Callable[[Draft, dict[str, Any]], Draft]
"""A normalizer: a better draft or the same one; it uses the schema only for its types."""


def read_json(text: str) -> Draft:
    """The text as a draft, read where it is JSON as it stands."""
    if len(text) > MOST_CHARACTERS:
        return Draft(text=text)
    try:
        return Draft(text=text, value=json.loads(text, parse_constant=_refuse), is_read=True)
    except (ValueError, RecursionError):
        return Draft(text=text)


def normalize(
    text: str, declared: Sequence[str], schema: dict[str, Any], satisfies: Callable[[Any], bool]
) -> Reading | None:
    """The first reading that satisfies the schema, adding normalizers in the declared order.

    A normalizer that changes nothing is not counted as needed. ``None``: none of the readings
    satisfies it.
    """
    draft, used = read_json(text), list[str]()
    for name in ("", *declared):
        if name:
            better = _normalizer(name)(draft, schema)
            if better == draft:
                continue
            draft = better if better.is_read else read_json(better.text)
            used.append(name)
        if draft.is_read and satisfies(draft.value):
            return Reading(value=draft.value, used=tuple(used))
    return None


def _normalizer(name: str) -> Normalize:
    normalize: Normalize = load_plugin(NORMALIZERS, name, "normalizer").normalize
    return normalize


def _refuse(constant: str) -> None:
    """``NaN`` and ``Infinity`` are no JSON, though Python's reader takes them."""
    raise ValueError(constant)
