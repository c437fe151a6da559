"""``numeric``: the answer's last number is the expected one, within a tolerance."""

import re
from decimal import Decimal, InvalidOperation

from multillm_gov.evaluation.bench.scoring import Expectation, Unscorable

ACCEPTED_FROM = 1.0
_NUMBER = re.compile(r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d{1,40})(?:\.\d{1,40})?(?:[eE][-+]?\d{1,3})?")


def score(answer: str, expectation: Expectation) -> float | Unscorable:
    """1 if the last number of the answer is within ``tolerance`` (absolute; default 0), else 0."""
    try:
        wanted = Decimal(str(expectation.expected))
    except InvalidOperation:
        wanted = Decimal("NaN")
    if isinstance(expectation.expected, bool) or not wanted.is_finite():
        return Unscorable(why="`numeric` needs a number as `expected`")
    values = _NUMBER.findall(answer)
    if not values:
        return 0.0
    given = Decimal(values[-1].replace(",", "").replace("−", "-"))
    return float(abs(given - wanted) <= (expectation.scorer.tolerance or Decimal(0)))
