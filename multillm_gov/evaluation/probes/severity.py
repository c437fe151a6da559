"""Which of several verdicts speaks for a probe."""

from collections.abc import Iterable

from multillm_gov.evidence.verdict import Verdict

ORDER: tuple[Verdict, ...] = (
    "credentials",
    "retired",
    "not-found",
    "context",
    "refused-by-filter",
    "contract",
    "cost",
    "latency",
    "unreachable",
    "provider-fault",
    "rate-limited",
    "time-out",
    "inconclusive",
    "pass",
)
"""Worst first: what leaves nothing else to judge, then what the portfolio can mend, then what the world did.

`inconclusive` comes after every verdict that was shown and before ``pass``, which takes all checks
to agree.
"""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The first in `ORDER` of those given; ``inconclusive`` where there are none."""
    return min(verdicts, key=ORDER.index, default="inconclusive")
