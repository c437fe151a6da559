"""Which of several verdicts speaks for a probe, and whose fault each verdict is."""

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

`inconclusive` comes after every verdict that was shown and before ``pass``, which takes all checks to agree.
"""
PORTFOLIO_FAULTS: frozenset[Verdict] = frozenset(
    {"retired", "not-found", "context", "refused-by-filter", "contract", "cost", "latency"}
)
"""What a change of the portfolio mends: findings, exit 1. Every other verdict but ``pass`` says that the job could not
be done (exit 3): a key, a network, a provider, or a probe that showed nothing.
"""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The first in `ORDER` of those given; ``inconclusive`` where there are none."""
    return min(verdicts, key=ORDER.index, default="inconclusive")
