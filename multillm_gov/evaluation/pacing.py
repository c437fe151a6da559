"""When a call is sent again, and how long to wait before."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.client import CallFailure
from multillm_gov.evidence.verdict import Verdict

RETRIED: frozenset[Verdict] = frozenset({"rate-limited", "unreachable", "provider-fault"})
"""What may be gone a moment later. Everything else would fail the same way again."""


class RunLimits(Struct, frozen=True, kw_only=True):
    """Limits of a run."""

    concurrency: int = 8
    """Calls in flight, all providers together."""
    provider_concurrency: int | None = None
    """Calls in flight at one provider; ``None``: as many as together."""
    attempts: int = 3
    """Times that one call is sent at most."""
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 20.0
    """Of a backoff."""
    patience_seconds: float = 60.0
    """Longest ``Retry-After`` waited for; beyond it the result is ``rate-limited``."""
    total_seconds: float | None = None
    """After which nothing more is sent, and what is in flight is given up."""
    grace_seconds: float = 5.0
    """Beyond its own timeout after which a call is given up, should its client not do so."""


class Time(Struct, frozen=True, kw_only=True):
    """The clock, the wait and the dice, handed in."""

    now: Callable[[], float]
    """Seconds, monotonic."""
    sleep: Callable[[float], Awaitable[None]]
    chance: Callable[[], float]
    """A number from 0 up to 1."""


class RunConditions(Struct, frozen=True, kw_only=True):
    """What a run may spend of money, time and connections."""

    limits: RunLimits
    budget: Budget
    time: Time


def wait_before_retry(
    failure: CallFailure, attempt: int, limits: RunLimits, chance: float
) -> float | None:
    """Seconds to wait before the call is sent again; ``None``: it is not.

    A call that may have been billed is never sent again, so that the worst case of a plan holds
    whatever happens. The wait doubles with each attempt and is drawn from all of its length (full
    jitter), so that calls which failed together do not return together; never is it shorter than
    ``Retry-After``.

    Args:
        failure: How the last attempt ended.
        attempt: How many were made.
        limits: Those of the run.
        chance: A number from 0 up to 1.
    """
    if failure.verdict not in RETRIED or failure.may_bill or attempt >= limits.attempts:
        return None
    wait = chance * min(
        limits.longest_wait_seconds, limits.first_wait_seconds * 2.0 ** (attempt - 1)
    )
    if failure.retry_after_seconds is None:
        return wait
    if failure.retry_after_seconds > limits.patience_seconds:
        return None
    return max(failure.retry_after_seconds, 0.0) + wait
