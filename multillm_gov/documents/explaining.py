"""Why a value does not fit its type: every flaw in it, at its place."""

from collections.abc import Iterator
from functools import cache
from itertools import islice
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


def explain_misfit(
    document: Document,
    pointer: Pointer,
    kind: type[Any],
    value: object,
    error: msgspec.ValidationError,
) -> tuple[Flaw, ...]:
    """All flaws of a value that the decoder refused, in order of place; at least one."""
    schema = cached_schema(kind)
    errors = _validator(kind).iter_errors(value)  # type: ignore[arg-type] # as in `cached_schema`
    found = islice(
        find_schema_flaws(cast("Iterator[SchemaError]", errors), schema), MAX_SCHEMA_FLAWS
    )
    flaws = {_flaw(document, pointer, each): None for each in without_consequences(found)}
    if not flaws:
        flaws = {_flaw(document, pointer, _as_decoder_says(error)): None}
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


def _as_decoder_says(error: msgspec.ValidationError) -> SchemaFlaw:
    """The decoder's own words, where the schema finds nothing: what it refuses is never lost."""
    message, _, path = str(error).partition(" - at `")
    message = message.replace("Invalid RFC3339 encoded date", "there is no such date")
    steps: list[str | int] = []
    for part in path.rstrip("`").removeprefix("$").replace("[", ".[").split(".")[1:]:
        if part == "[...]":
            break
        steps.append(int(part[1:-1]) if part.startswith("[") else part)
    return SchemaFlaw(
        tuple(steps), message, "Correct the value as its schema describes it (`govern schema`)."
    )
