"""Checking values by a declared output schema, without ever reporting an answer's text."""

from collections.abc import Callable
from typing import Any

import jsonschema_rs

Mismatch = str


class OutputSchemaError(ValueError):
    """The file is not a JSON Schema that answers can be checked by."""


def compile_schema(schema: dict[str, Any]) -> Callable[[Any], Mismatch | None]:
    """A function that returns the schema path a value violates, never the value, or ``None``.

    Nothing is fetched: a reference out of the file makes it no schema. Patterns run in linear time.

    Raises:
        SchemaError: it is no JSON Schema, or needs what is not in the file.
    """
    try:
        options = jsonschema_rs.RegexOptions(size_limit=1_000_000)
        validator = jsonschema_rs.validator_for(
            schema, pattern_options=options, retriever=_fetch_nothing
        )
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
        raise OutputSchemaError("not a JSON Schema, or one that refers outside its file") from error

    def misfit(value: Any) -> Mismatch | None:  # noqa: ANN401 - whatever JSON holds
        for error in validator.iter_errors(value):
            return "/".join(str(step) for step in error.schema_path) or "the schema itself"
        return None

    return misfit


def _fetch_nothing(uri: str) -> Any:  # noqa: ANN401
    raise ValueError(f"{uri} is outside the schema's file")
