"""Values and types in plain words, near misses, and examples of what to write."""

import json
import re
from typing import Any

from multillm_gov.documents.scalars import AmbiguousScalarError, resolve

_TYPES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "nothing (null)",
}
_LONGEST = 60
_PLAIN = re.compile(rf"[A-Za-z][A-Za-z0-9_./@-]{{0,{_LONGEST - 1}}}")
_DEEPEST_EXAMPLE = 3


def type_words(names: list[str]) -> str:
    """JSON Schema's type names in words."""
    return " or ".join(_TYPES.get(name, name) for name in names)


def format_value(value: object) -> str:
    """A value as one would write it, short and without control characters; numbers plain."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        value = int(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    shown = "".join(
        character if character.isprintable() else "\ufffd" for character in text[: _LONGEST + 1]
    )
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def format_number(value: float) -> str:
    """A number with thousands separators."""
    if isinstance(value, float) and not value.is_integer():
        return format_value(value)
    return f"{int(value):,}" if abs(value) < 10**_LONGEST else format_value(value)


class Spelled:
    """A value of the wrong type: how a message names it, and what to do about it."""

    def __init__(self, value: object) -> None:
        self.value = value

    @property
    def described(self) -> str:
        """``text "12"``, ``the number 1.5``, ``a list``."""
        value = self.value
        if isinstance(value, str):
            return f'text "{format_value(value)}"' if value else "an empty text"
        if isinstance(value, list | dict):
            return (
                f"a{'' if value else 'n empty'} {'list' if isinstance(value, list) else 'mapping'}"
            )
        if value is None:
            return "nothing"
        return (
            format_value(value) if isinstance(value, bool) else f"the number {format_value(value)}"
        )

    def remedy(self, wanted: str, sample: str) -> str:
        """What to write where ``wanted`` is expected."""
        value = self.value
        if wanted == "text" and isinstance(value, int | float):
            return f'Quote it: "{format_value(value)}".'
        if wanted == "a list" and isinstance(value, str | int | float):
            return f"Write it as a list: {_as_list(value, sample)}."
        if "number" in wanted and isinstance(value, str) and (meant := _number_meant(value)):
            return meant
        instead = ", or remove the key" if value is None else ""
        return f"Write {wanted}, such as `{sample}`{instead}."


def _as_list(value: str | float, sample: str) -> str:
    """A value as the only item; of mappings (`[{model: …}]`), in the first blank."""
    # Only an identifier goes in: other texts would need quotes, and braces could end the mapping.
    if sample.startswith("[{"):
        return (
            sample.replace("…", format_value(value), 1)
            if isinstance(value, str) and _PLAIN.fullmatch(value)
            else sample
        )
    return f"[{format_value(value)}]"


def _number_meant(text: str) -> str:
    """What to do about a text that a person reads as a number; empty where nobody does."""
    try:
        meant = resolve(text)
    except AmbiguousScalarError as scalar:
        return scalar.remedy if text.strip("+-.")[:1].isdigit() else ""
    return (
        f"Remove the quotes: {format_value(meant)}."
        if isinstance(meant, int | float) and meant is not True
        else ""
    )


def closest(word: str, known: list[str]) -> str:
    """The known word that this is a misspelling of; empty for a word of another meaning."""
    if len(word) > _LONGEST:
        return ""
    letters = _letters(word)
    near = [
        (distance, number)
        for number, name in enumerate(known)
        if (distance := _distance(letters, _letters(name))) <= _most_typos(letters)
    ]
    return known[min(near)[1]] if near else ""


def _letters(word: str) -> str:
    return re.sub(r"[\W_]", "", word.lower())[:_LONGEST]


def _most_typos(word: str) -> int:
    """Typos that a word of this length still shows through."""
    return 0 if len(word) < 3 else 1 if len(word) < 8 else 2


def _distance(word: str, other: str) -> int:
    """Letters to insert, drop, replace or swap with a neighbor (optimal string alignment)."""
    if abs(len(word) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for number, letter in enumerate(word, 1):
        last, before, row = before, row, [number]
        for place, wanted in enumerate(other, 1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != wanted))
            swapped = number > 1 and place > 1 and letter == other[place - 2]
            if swapped and word[number - 2] == wanted:
                cost = min(cost, last[place - 2] + 1)
            row.append(cost)
    return row[-1]


def example(node: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> str:
    """A value in flow style that fits a schema: its required keys only, ``…`` for text."""
    while inner := _inside(node, schema):
        node = inner
    if "enum" in node:
        return format_value(node.get("default", node["enum"][0]))
    kind = node.get("type")
    if kind == "object":
        return _mapping_example(node, schema, depth)
    if kind == "array":
        deeper = depth < _DEEPEST_EXAMPLE
        return f"[{example(node.get('items', {}), schema, depth + 1) if deeper else '…'}]"
    if kind in {"integer", "number"}:
        return _number_example(node)
    return {"boolean": "true", "null": "null"}.get(
        str(kind), "2026-01-31" if node.get("format") == "date" else "…"
    )


def _inside(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference means, or the first branch of a union; nothing for other schemas."""
    found: dict[str, Any] = {}
    if "$ref" in node:
        found = schema["$defs"].get(node["$ref"].rpartition("/")[2], {})
    elif union := node.get("anyOf", node.get("oneOf")):
        found = union[0]
    return found


def _mapping_example(node: dict[str, Any], schema: dict[str, Any], depth: int) -> str:
    required = node.get("required", [])
    if depth >= _DEEPEST_EXAMPLE or not required:
        return "{…}"
    inner = (f"{key}: {example(node['properties'][key], schema, depth + 1)}" for key in required)
    return "{" + ", ".join(inner) + "}"


def _number_example(node: dict[str, Any]) -> str:
    least, most = node.get("minimum", node.get("exclusiveMinimum", 0)), node.get("maximum", 1_000)
    if node["type"] == "number" and most <= 1:
        return "0.5"
    return format_value(max(least, min(1_000, most)) if most > least else least)
