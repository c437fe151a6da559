"""``exact``: the answer is the expected text, blanks at its ends aside."""

from multillm_gov.evaluation.bench.scoring import Expectation, Unscorable

ACCEPTED_FROM = 1.0


def score(answer: str, expectation: Expectation) -> float | Unscorable:
    """1 where the texts are equal, else 0; ``ignore_case`` compares without case."""
    if expectation.expected is None or isinstance(expectation.expected, dict | list):
        return Unscorable(why="`exact` needs a text, a number or true or false as `expected`")
    wanted = _spelled(expectation.expected)
    given = answer.strip()
    if expectation.scorer.ignore_case:
        return float(given.casefold() == wanted.casefold())
    return float(given == wanted)


def _spelled(expected: object) -> str:
    return str(expected).lower() if isinstance(expected, bool) else str(expected).strip()
