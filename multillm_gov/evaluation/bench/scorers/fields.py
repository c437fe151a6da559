"""``fields``: F1 over the fields of the expected mapping and of the answer's JSON."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from multillm_gov.evaluation.bench.scoring import Expectation, Unscorable

ACCEPTED_FROM = 1.0
_DEEPEST = 64


def score(answer: str, expectation: Expectation) -> float | Unscorable:
    """F1 = 2PR / (P + R): each leaf with its path is one field; list order does not matter.

    Numbers are equal by value and texts without blanks at their ends; an answer that is no JSON
    object scores 0.
    """
    if not isinstance(expectation.expected, dict):
        return Unscorable(why="`fields` needs a mapping as `expected`")
    try:
        given = json.loads(answer)
    except (ValueError, RecursionError):
        return 0.0
    if not isinstance(given, dict):
        return 0.0
    wanted, counts = Counter(_leaves(expectation.expected)), Counter(_leaves(given))
    hits = sum((wanted & counts).values())
    total = wanted.total() + counts.total()
    return 2 * hits / total if total else 1.0


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:  # noqa: ANN401 - JSON
    if len(path) > _DEEPEST:
        yield path, "too deep"
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, str(key)))
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, (*path, "[]"))
    else:
        yield path, _spelled(value)


def _spelled(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return f"{value}"
    if isinstance(value, int | float):
        return f"number {float(value)!r}" if abs(value) < 1e300 else f"number {value}"
    return f"text {str(value).strip()}"
