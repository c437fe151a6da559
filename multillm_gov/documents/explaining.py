"""Why a value does not fit its type: every flaw in it, at its place."""

import re
from collections.abc import Callable, Iterator
from copy import copy
from functools import cache, reduce
from itertools import islice, takewhile
from operator import getitem
from typing import Any, cast

import jsonschema_rs
import msgspec

from multillm_gov.documents.document import Document
from multillm_gov.documents.schema import cached_schema
from multillm_gov.documents.schema_errors import find_schema_flaws
from multillm_gov.documents.schema_flaw import SchemaError, SchemaFlaw, without_consequences
from multillm_gov.finding import Flaw
from multillm_gov.location import Pointer

MAX_SCHEMA_FLAWS = 100
"""Flaws reported per conversion; more of them add nothing to a reader."""

_FREE_KEY = "[...]"
"""How the decoder writes a key of a mapping with free keys."""

FindMisfit = Callable[[object], msgspec.ValidationError | None]
"""Why the decoder refuses a value, if it does."""


def explain_misfit(
    document: Document,
    pointer: Pointer,
    kind: type[Any],
    value: object,
    error: msgspec.ValidationError,
    refusal: FindMisfit,
) -> tuple[Flaw, ...]:
    """All flaws of a value that the decoder refused, in order of place; at least one."""
    schema = cached_schema(kind)
    errors = _validator(kind).iter_errors(value)  # type: ignore[arg-type] # as in `cached_schema`
    schema_flaws = islice(
        find_schema_flaws(cast("Iterator[SchemaError]", errors), schema), MAX_SCHEMA_FLAWS
    )
    flaws = {
        _flaw(document, pointer, schema_flaw): None
        for schema_flaw in without_consequences(schema_flaws)
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
    refusal: FindMisfit,
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
