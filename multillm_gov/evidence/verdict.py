"""Verdicts of a probe, a closed list; each says what to do."""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta

Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Digest = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]
Verdict = Literal[
    "pass",
    "credentials",
    "not-found",
    "retired",
    "rate-limited",
    "timeout",
    "refused-by-filter",
    "context",
    "contract",
    "latency",
    "cost",
    "unreachable",
    "provider-fault",
    "inconclusive",
]
"""``inconclusive`` is what could not be judged; it is never taken for ``pass``."""

WHAT_TO_DO: dict[Verdict, str] = {
    "pass": "",
    "credentials": "Set a valid key for the provider in the environment, or ask its owner to renew "
    "it.",
    "not-found": "Check the model's name with `govern catalog show`, and that your account may use "
    "it.",
    "retired": "Move to the successor that `govern catalog show` names.",
    "rate-limited": "Raise the provider's limit, or probe with less concurrency.",
    "timeout": "Raise `--timeout`, or use a model that answers within the task's latency limit.",
    "refused-by-filter": "Change the prompt or the canary input, or agree on the filter with the "
    "provider.",
    "context": "Use a model with a larger context window, or send less.",
    "contract": "Correct the prompt, declare a normalizer, or use a model with native structured "
    "output.",
    "latency": "Use a faster model, shorten the answer, or raise the limit if the task allows it.",
    "cost": "Raise `--max-usd`, use a cheaper model, or correct the declared tokens per request.",
    "unreachable": "Check the network, the base address and the provider's status page.",
    "provider-fault": "Try again later; if it persists, run `govern drill` and open a case with "
    "the provider.",
    "inconclusive": "Run the probe again; the result is inconclusive.",
}

PORTFOLIO_FAULTS: frozenset[Verdict] = frozenset(
    {"retired", "not-found", "context", "refused-by-filter", "contract", "cost", "latency"}
)
"""What a change of the portfolio fixes; the others but ``pass`` mean that the job was not done.
"""
PROVING: frozenset[Verdict] = frozenset({"pass", *PORTFOLIO_FAULTS})
"""What shows something of a model; the rest shows that nothing could be shown."""
WORST_FIRST: tuple[Verdict, ...] = (
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
    "timeout",
    "inconclusive",
    "pass",
)
"""What leaves nothing else to judge, then what the portfolio can fix, then what the world did.

`inconclusive` comes after every verdict that was shown and before ``pass``, which takes all checks
to agree.
"""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The first in `WORST_FIRST` of those given; ``inconclusive`` where there are none."""
    return min(verdicts, key=WORST_FIRST.index, default="inconclusive")
