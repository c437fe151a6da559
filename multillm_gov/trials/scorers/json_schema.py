"""``json-schema``: the answer is JSON that satisfies the task class's output schema, or the one in ``expected``."""

import json

from multillm_gov.trials.scoring import Expectation, Unscorable

ACCEPTED_FROM = 1.0


def score(answer: str, held: Expectation) -> float | Unscorable:
    """1 where the answer, as it is, satisfies the schema, else 0."""
    schema = held.expected if isinstance(held.expected, dict) else held.output_schema
    if schema is None:
        return Unscorable(why="`json-schema` needs an `output_schema` of the task class, or a schema as `expected`")
    import jsonschema_rs  # `check` looks at cases too, and loads it only for those that need it

    try:
        options = jsonschema_rs.RegexOptions(size_limit=1_000_000)
        validator = jsonschema_rs.validator_for(schema, pattern_options=options)
    except (ValueError, jsonschema_rs.ValidationError):
        return Unscorable(why="the schema is no JSON Schema, or has a pattern that does not run in linear time")
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        return 0.0
    return float(validator.is_valid(value))
