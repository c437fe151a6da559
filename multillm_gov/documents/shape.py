"""From plain data to a type; what does not fit becomes flaws at the exact key or value."""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from multillm_gov.documents.document import Document
from multillm_gov.documents.mistakes import Mistake, SchemaError, find_mistakes, without_echoes
from multillm_gov.documents.schema import cached_schema
from multillm_gov.finding import Flaw
from multillm_gov.location import Pointer
from multillm_gov.units import Exact

if TYPE_CHECKING:
    import jsonschema_rs

MAX_SCHEMA_FLAWS = 100
"""Flaws reported per conversion; more of them add nothing to a reader."""

T = TypeVar("T")


def convert(
    document: Document, pointer: Pointer, kind: type[T], value: object = msgspec.UNSET, *, explain: bool = True
) -> tuple[T | None, tuple[Flaw, ...]]:
    """Turn the value at a pointer into a type.

    Args:
        document: Where the value stands.
        pointer: Route to it; it must exist.
        kind: A type that `json_schema` can describe.
        value: What to convert instead of all that stands there (a part of a mapping).
        explain: Whether to look for the flaws; without, a misfit costs no more than a fit.

    Returns:
        The typed value, or nothing and one flaw per real mistake, in order of place.
    """
    if value is msgspec.UNSET:
        value = document.data
        for step in pointer:
            value = cast("Any", value)[step]
    try:
        return msgspec.convert(value, kind, strict=True, dec_hook=_decode), ()
    except msgspec.ValidationError as error:
        return None, _flaws(document, pointer, kind, value, error) if explain else ()


def _decode(kind: type[Any], value: object) -> object:
    if issubclass(kind, Exact):
        return kind.decode(value)
    raise NotImplementedError(f"{kind.__name__} cannot be decoded")


def _flaws(
    document: Document, pointer: Pointer, kind: type[Any], value: object, error: msgspec.ValidationError
) -> tuple[Flaw, ...]:
    schema = cached_schema(kind)
    errors = _validator(kind).iter_errors(value)  # type: ignore[arg-type] # as in `cached_schema`
    found = islice(find_mistakes(cast("Iterator[SchemaError]", errors), schema), MAX_SCHEMA_FLAWS)
    flaws = {_flaw(document, pointer, mistake): None for mistake in without_echoes(found)}
    if not flaws:
        flaws = {_flaw(document, pointer, _as_decoder_says(error)): None}
    return tuple(sorted(flaws, key=lambda flaw: (flaw.location.line, flaw.location.column, flaw.message)))


@cache
def _validator(kind: type[Any]) -> "jsonschema_rs.Draft202012Validator":
    # Only a portfolio with a mistake pays for the engine that explains it.
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(cached_schema(kind), validate_formats=True)


def _flaw(document: Document, pointer: Pointer, mistake: Mistake) -> Flaw:
    route = (*pointer, *mistake.pointer)
    return Flaw(
        kind="schema",
        message=mistake.message,
        location=document.locate(route, on_key=mistake.on_key),
        remedy=mistake.remedy,
        subject=str(route[1]) if len(route) > 1 and isinstance(route[1], str) else "",
    )


def _as_decoder_says(error: msgspec.ValidationError) -> Mistake:
    """The decoder's own words, where the schema finds nothing: what it refuses is never lost."""
    message, _, path = str(error).partition(" - at `")
    steps: list[str | int] = []
    for part in path.rstrip("`").removeprefix("$").replace("[", ".[").split(".")[1:]:
        if part == "[...]":
            break
        steps.append(int(part[1:-1]) if part.startswith("[") else part)
    return Mistake(tuple(steps), message, "Correct the value as its schema describes it (`govern schema`).")
