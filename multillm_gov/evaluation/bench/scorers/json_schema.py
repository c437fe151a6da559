"""``json-schema``: the answer satisfies the task class's output schema, or ``expected``."""

import json

from multillm_gov.evaluation.bench.scoring import Expectation, Unscorable

ACCEPTED_FROM = 1.0


def score(answer: str, expectation: Expectation) -> float | Unscorable:
    """1 where the answer, as it is, satisfies the schema, else 0."""
    schema = (
        expectation.expected
        if isinstance(expectation.expected, dict)
        else expectation.output_schema
    )
    if schema is None:
        return Unscorable(
            why="`json-schema` needs an `output_schema` of the task class, or a schema as "
            "`expected`"
        )
    from multillm_gov.evaluation.output_schema import (
        OutputSchemaError,
        compile_schema,
    )  # loaded only for cases that need it

    try:
        misfit = compile_schema(schema)
    except OutputSchemaError:
        return Unscorable(
            why="not a JSON Schema, refers outside its file, or has a pattern that does not run in "
            "linear time"
        )
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        return 0.0
    return float(misfit(value) is None)
