"""From plain data to a type; what does not fit becomes flaws at the exact key or value."""

import re
from collections.abc import Callable, Iterator
from copy import copy
from functools import cache, reduce
from itertools import islice, takewhile
from operator import getitem
from typing import Any, TypeVar, cast

import jsonschema_rs
import msgspec

from multillm_gov.documents.document import Document
from multillm_gov.documents.schema import cached_schema
from multillm_gov.documents.schema_errors import find_schema_flaws
from multillm_gov.documents.schema_flaw import SchemaError, SchemaFlaw, without_consequences
from multillm_gov.finding import Flaw
from multillm_gov.location import Pointer
from multillm_gov.units import Exact

MAX_SCHEMA_FLAWS = 100
"""Flaws reported per conversion; more of them add nothing to a reader."""

_FREE_KEY = "[...]"
"""How the decoder writes a key of a mapping with free keys."""

Refusal = Callable[[object], msgspec.ValidationError | None]
"""Why the decoder refuses a value, if it does."""

T = TypeVar("T")


def convert(
    document: Document,
    pointer: Pointer,
    kind: type[T],
    value: object = msgspec.UNSET,
    *,
    explain: bool = True,
) -> tuple[T | None, tuple[Flaw, ...]]:
    """Turn the value at a pointer into a type.

    Args:
        document: Where the value stands.
        pointer: Route to it; it must exist.
        kind: A type that `json_schema` can describe.
        value: What to convert instead of all that stands there (a part of a mapping).
        explain: Whether to look for the flaws; without, a misfit costs no more than a fit.

    Returns:
        The typed value, or nothing and one flaw per real error, in order of place.
    """
    if value is msgspec.UNSET:
        value = document.data
        for step in pointer:
            value = cast("Any", value)[step]
    try:
        return decoded(value, kind), ()
    except msgspec.ValidationError as error:
        if not explain:
            return None, ()
        from multillm_gov.documents.shape import explain_misfit

        return None, explain_misfit(
            document, pointer, kind, value, error, lambda other: _refusal(other, kind)
        )


def sound_entries(document: Document, key: str, kind: type[Any]) -> Iterator[tuple[Any, Any]]:
    """The entries below a key that are sound by themselves, each with its name or index.

    For a file that is not sound as a whole: one broken entry must not hide the others.
    """
    written = document.data.get(key) if isinstance(document.data, dict) else None
    steps = range(len(written)) if isinstance(written, list) else written
    for step in steps if isinstance(steps, range | dict) else ():
        value, _ = convert(document, (key, step), kind, explain=False)
        if value is not None:
            yield step, value


def decoded(value: object, kind: type[T]) -> T:
    """Plain data, its numbers exact, as a value of a type.

    Raises:
        msgspec.ValidationError: it has another shape.
    """
    return msgspec.convert(value, kind, strict=True, dec_hook=_decode)


def _refusal(value: object, kind: type[Any]) -> msgspec.ValidationError | None:
    try:
        decoded(value, kind)
    except msgspec.ValidationError as error:
        return error
    return None


def _decode(kind: type[Any], value: object) -> object:
    if issubclass(kind, Exact):
        return kind.decode(value)
    raise NotImplementedError(f"{kind.__name__} cannot be decoded")


def explain_misfit(
    document: Document,
    pointer: Pointer,
    kind: type[Any],
    value: object,
    error: msgspec.ValidationError,
    refusal: Refusal,
) -> tuple[Flaw, ...]:
    """All flaws of a value that the decoder refused, in order of place; at least one."""
    schema = cached_schema(kind)
    errors = _validator(kind).iter_errors(value)  # type: ignore[arg-type] # as in `cached_schema`
    found = islice(
        find_schema_flaws(cast("Iterator[SchemaError]", errors), schema), MAX_SCHEMA_FLAWS
    )
    flaws = {
        _flaw(document, pointer, schema_flaw): None for schema_flaw in without_consequences(found)
    }
    if not flaws:
        refused = islice(_decoder_flaws(value, error, refusal), MAX_SCHEMA_FLAWS)
        flaws = {_flaw(document, pointer, each): None for each in refused}
    return tuple(
        sorted(flaws, key=lambda flaw: (flaw.location.line, flaw.location.column, flaw.message))
    )


@cache
def _validator(kind: type[Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(cached_schema(kind), validate_formats=True)


def _flaw(document: Document, pointer: Pointer, flaw: SchemaFlaw) -> Flaw:
    route = (*pointer, *flaw.pointer)
    return Flaw(
        kind="schema",
        message=flaw.message,
        location=document.locate(route, on_key=flaw.on_key),
        remedy=flaw.remedy,
        subject=str(route[1]) if len(route) > 1 and isinstance(route[1], str) else "",
    )


def _decoder_flaws(
    value: Any,  # noqa: ANN401 - plain data
    error: msgspec.ValidationError,
    refusal: Refusal,
) -> Iterator[SchemaFlaw]:
    """The decoder's own words, where the schema finds nothing: what it refuses is never lost.

    The decoder does not name the key of a mapping with free keys, so each entry is tried alone.
    """
    message, steps = _message_and_steps(error)
    if _FREE_KEY not in steps:
        yield _refused(steps, message)
        return
    before = steps[: steps.index(_FREE_KEY)]
    for name in reduce(getitem, before, value):
        if refused := refusal(_with_only(value, before, name)):
            message, steps = _message_and_steps(refused)
            after = takewhile(lambda step: step != _FREE_KEY, steps[len(before) + 1 :])
            yield _refused((*before, name, *after), message)


def _message_and_steps(error: msgspec.ValidationError) -> tuple[str, tuple[str | int, ...]]:
    message, _, path = str(error).partition(" - at `")
    message = message.replace("Invalid RFC3339 encoded date", "there is no such date")
    parts = re.findall(r"\[\.\.\.\]|\[\d+\]|[^.\[\]]+", path.rstrip("`").removeprefix("$"))
    return message, tuple(
        int(part[1:-1]) if part.startswith("[") and part != _FREE_KEY else part for part in parts
    )


def _with_only(
    value: Any,  # noqa: ANN401 - plain data
    steps: tuple[str | int, ...],
    name: object,
) -> Any:  # noqa: ANN401
    """The value, whose mapping at the steps has this entry only."""
    if not steps:
        return {name: value[name]}
    changed = copy(value)
    changed[steps[0]] = _with_only(value[steps[0]], steps[1:], name)
    return changed


def _refused(steps: tuple[str | int, ...], message: str) -> SchemaFlaw:
    return SchemaFlaw(
        steps, message, "Correct the value as its schema describes it (`govern schema`)."
    )
