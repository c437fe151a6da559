"""``regex``: the answer matches a pattern, found anywhere in it."""

from multillm_gov.evaluation.bench.scoring import Expectation, Unscorable

ACCEPTED_FROM = 1.0


def score(answer: str, expectation: Expectation) -> float | Unscorable:
    """1 where the pattern is found in the answer, else 0.

    Patterns come from pull requests, so they run in an engine without backtracking, in time linear
    in the answer.
    """
    pattern = (
        expectation.scorer.pattern
        if expectation.scorer.pattern is not None
        else expectation.expected
    )
    if not isinstance(pattern, str):
        return Unscorable(why="`regex` needs a `pattern`, or a text as `expected`")
    import jsonschema_rs  # `check` looks at cases too, and loads it only for those that need it

    prefix = "(?i)" if expectation.scorer.ignore_case else ""
    try:
        options = jsonschema_rs.RegexOptions(size_limit=1_000_000)
        matcher = jsonschema_rs.validator_for(
            {"type": "string", "pattern": prefix + pattern}, pattern_options=options
        )
    except (ValueError, jsonschema_rs.ValidationError):
        return Unscorable(
            why="`pattern` is no pattern that runs in linear time (no look-around, no "
            "back-reference)"
        )
    return float(matcher.is_valid(answer))
