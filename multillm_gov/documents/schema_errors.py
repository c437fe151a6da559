"""From schema errors to flaws: one message each, in plain words, with what to write."""

from collections.abc import Iterable, Iterator
from typing import Any

from multillm_gov.documents.schema_flaw import SchemaError, SchemaFlaw, Step
from multillm_gov.documents.wanted_keys import how_to_say
from multillm_gov.documents.wording import (
    Spelled,
    closest,
    example,
    format_number,
    format_value,
    type_words,
)
from multillm_gov.location import Pointer


def find_schema_flaws(
    errors: Iterable[SchemaError], schema: dict[str, Any]
) -> Iterator[SchemaFlaw]:
    """One flaw per real error: the branches of a union collapse into the one that was meant."""
    for error in errors:
        name = error.kind.name
        if name in {"anyOf", "oneOf"}:
            yield from _of_union(error, schema)
        else:
            yield from _EXPLAIN.get(name, _other)(error, schema)


def _of_union(error: SchemaError, schema: dict[str, Any]) -> Iterator[SchemaFlaw]:
    branches: list[list[SchemaError]] = getattr(error.kind, "context", None) or []
    here = len(error.instance_path)
    fitting = [
        branch
        for branch in branches
        if not any(
            found.kind.name == "type" and len(found.instance_path) == here for found in branch
        )
    ]
    if fitting:
        meant = max(
            fitting,
            key=lambda branch: (max(len(found.instance_path) for found in branch), -len(branch)),
        )
        yield from find_schema_flaws(meant, schema)
        return
    kinds = [
        type_words(found.kind.types)
        for branch in branches
        for found in branch
        if found.kind.name == "type"
    ]
    yield _wrong_type(
        error, [kind for kind in kinds if kind != type_words(["null"])] or kinds, schema
    )


def _type(error: SchemaError, schema: dict[str, Any]) -> Iterator[SchemaFlaw]:
    yield _wrong_type(error, [type_words(error.kind.types)], schema)


def _wrong_type(error: SchemaError, kinds: list[str], schema: dict[str, Any]) -> SchemaFlaw:
    wanted = " or ".join(dict.fromkeys(kinds))
    spelled = Spelled(error.instance)
    node = _node(schema, error.schema_path[:-1])
    return SchemaFlaw(
        tuple(error.instance_path),
        f"{_name(error)}expected {wanted}, got {spelled.described}",
        spelled.remedy(wanted, example(node, schema)),
    )


def _unknown_keys(error: SchemaError, schema: dict[str, Any]) -> Iterator[SchemaFlaw]:
    known = list(_node(schema, error.schema_path[:-1]).get("properties", {}))
    for key in error.kind.unexpected:
        unused = [name for name in known if name not in error.instance]
        how = how_to_say(key, known)
        meant = closest(key, unused or known)
        if how and f"`{meant}: " not in how:
            meant = ""
        instead = f", and {how}" if how else ""
        listed = ", ".join(f"`{name}`" for name in known)
        allowed = f"known keys: {listed}" if known else "no keys are known here"
        yield SchemaFlaw(
            (*error.instance_path, key),
            f"unknown key `{format_value(key)}`" + (f"; did you mean `{meant}`?" if meant else ""),
            f"Write `{meant}`; {allowed}." if meant else f"Remove it{instead}; {allowed}.",
            on_key=True,
            meant=meant,
        )


def _missing_key(error: SchemaError, schema: dict[str, Any]) -> Iterator[SchemaFlaw]:
    key = error.kind.property
    node = _node(schema, error.schema_path[:-1]).get("properties", {}).get(key, {})
    yield SchemaFlaw(
        (*error.instance_path, key),
        f"key `{key}` is missing{_within(error.instance_path)}",
        f"Add `{key}: {example(node, schema)}`.",
        on_key=True,
        missing=True,
    )


def _within(path: list[Step]) -> str:
    if not path:
        return ""
    names = [step for step in path if isinstance(step, str)]
    inside = f" in `{format_value(names[-1])}`" if names else ""
    return (
        inside
        if isinstance(path[-1], str)
        else f" in item {path[-1] + 1}{inside.replace(' in ', ' of ')}"
    )


def _enum(error: SchemaError, _: dict[str, Any]) -> Iterator[SchemaFlaw]:
    options = [str(option) for option in error.kind.options]
    meant = closest(str(error.instance), options)
    allowed = ", ".join(f"`{option}`" for option in options)
    yield SchemaFlaw(
        tuple(error.instance_path),
        f"{_name(error)}{Spelled(error.instance).described} is not allowed"
        + (f"; did you mean `{meant}`?" if meant else ""),
        f"Write `{meant}`; allowed: {allowed}." if meant else f"Write one of {allowed}.",
    )


def _limit(error: SchemaError, _: dict[str, Any]) -> Iterator[SchemaFlaw]:
    limit = error.kind.limit
    wording, remedy = {
        "minimum": ("the least allowed is", "Write a number of {} or more."),
        "maximum": ("the most allowed is", "Write a number of {} or less."),
        "exclusiveMinimum": ("it must be above", "Write a number above {}."),
        "exclusiveMaximum": ("it must be below", "Write a number below {}."),
    }[error.kind.name]
    yield SchemaFlaw(
        tuple(error.instance_path),
        f"{_name(error)}{format_number(error.instance)} is out of range: {wording} "
        f"{format_number(limit)}",
        remedy.format(format_value(limit)),
    )


def _length(error: SchemaError, _: dict[str, Any]) -> Iterator[SchemaFlaw]:
    limit, size = error.kind.limit, len(error.instance)
    unit = {"L": "character", "I": "item", "P": "key"}[error.kind.name[3]]
    has = f"{size:,} {unit}{'' if size == 1 else 's'}" if size else "nothing"
    wanted = f"{limit:,} {unit}{'' if limit == 1 else 's'}"
    least = error.kind.name.startswith("min")
    yield SchemaFlaw(
        tuple(error.instance_path),
        f"{_name(error)}it holds {has}; at least {wanted} must be there"
        if least
        else f"{_name(error)}it holds {has}; at most {wanted} may be there",
        f"Write at least {wanted}." if least else f"Shorten it to {wanted}.",
    )


def _pattern(error: SchemaError, schema: dict[str, Any]) -> Iterator[SchemaFlaw]:
    yield _bad_text(error, schema, error.kind.pattern, tuple(error.instance_path), on_key=False)


def _bad_name(error: SchemaError, schema: dict[str, Any]) -> Iterator[SchemaFlaw]:
    inner = error.kind.error
    if inner.kind.name == "pattern":
        yield _bad_text(
            inner, schema, inner.kind.pattern, (*error.instance_path, inner.instance), on_key=True
        )
        return
    for flaw in find_schema_flaws([inner], schema):
        yield SchemaFlaw(
            (*error.instance_path, inner.instance), flaw.message, flaw.remedy, on_key=True
        )


def _bad_text(
    error: SchemaError, schema: dict[str, Any], pattern: str, pointer: Pointer, *, on_key: bool
) -> SchemaFlaw:
    described = _node(schema, error.schema_path[:-1]).get("description", "")
    what = "key" if on_key else "text"
    return SchemaFlaw(
        pointer,
        f"{'' if on_key else _name(error)}{what} `{format_value(error.instance)}` does not fit: "
        f"{described or pattern}",
        f"Write a {what} that matches `{pattern}`.",
        on_key=on_key,
    )


def _format(error: SchemaError, _: dict[str, Any]) -> Iterator[SchemaFlaw]:
    wanted = error.kind.format
    remedy = (
        "Write year-month-day, such as 2026-01-31."
        if wanted == "date"
        else f"Write a valid {wanted}."
    )
    yield SchemaFlaw(
        tuple(error.instance_path),
        f"{_name(error)}`{format_value(error.instance)}` is no {wanted}",
        remedy,
    )


def _other(error: SchemaError, _: dict[str, Any]) -> Iterator[SchemaFlaw]:
    yield SchemaFlaw(
        tuple(error.instance_path),
        f"{_name(error)}{Spelled(error.instance).described} breaks `{error.kind.name}` of the "
        "schema",
        "Correct the value as its schema describes it (`govern schema`).",
    )


def _name(error: SchemaError) -> str:
    """The key the value stands under, for the head of a message."""
    names = [step for step in error.instance_path if isinstance(step, str)]
    return f"`{format_value(names[-1])}`: " if names else ""


def _node(schema: dict[str, Any], path: list[Step]) -> dict[str, Any]:
    """The part of the schema that an error speaks of."""
    node: Any = schema
    for step in path:
        node = node[step]
    return node if isinstance(node, dict) else {}


_EXPLAIN = {
    "type": _type,
    "additionalProperties": _unknown_keys,
    "required": _missing_key,
    "enum": _enum,
    "minimum": _limit,
    "maximum": _limit,
    "exclusiveMinimum": _limit,
    "exclusiveMaximum": _limit,
    "minLength": _length,
    "maxLength": _length,
    "minItems": _length,
    "maxItems": _length,
    "minProperties": _length,
    "maxProperties": _length,
    "pattern": _pattern,
    "propertyNames": _bad_name,
    "format": _format,
}
