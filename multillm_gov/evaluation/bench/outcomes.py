"""Outcome per model and case, and the leaderboard: shares with intervals, cost and time."""

from collections.abc import Sequence
from decimal import Decimal
from math import floor
from statistics import median

from msgspec import Struct

from multillm_gov.evaluation.bench.preference import Preferences
from multillm_gov.evaluation.percentile import ENOUGH_FOR_P95, nearest_rank
from multillm_gov.evaluation.running import Ending
from multillm_gov.measures.intervals import wilson_interval
from multillm_gov.measures.paired import bootstrap_interval, effective_cases

ENOUGH_TO_DRAW = 20
"""Cases needed for a bootstrap; with fewer, Wilson's interval of the mean is used."""


class CaseOutcome(Struct, frozen=True, kw_only=True):
    """What one model made of one case, over all samples of it."""

    case: str
    accepted: float | None = None
    """Share of the samples that were accepted, 0 or 1 for one sample; ``None``: inconclusive."""
    score: float | None = None
    """Mean graded score (0..1), where there is one."""
    weight: float = 1.0
    why: str = ""
    """Why it is inconclusive, or what is missing; never text of an answer."""
    seconds: tuple[float, ...] = ()
    """Of each answer."""
    usd: Decimal | None = Decimal(0)
    """What all calls for the case cost, judges aside; ``None``: not known."""


class LeaderboardEntry(Struct, frozen=True, kw_only=True):
    """One line of a leaderboard."""

    model: str
    scored: int
    """Cases with a verdict."""
    inconclusive: int
    effective: float
    """Scored cases of one weight that would tell as much."""
    share: float | None
    """Of accepted cases, by weight (0..1); ``None``: nothing was scored."""
    low: float = 0.0
    high: float = 1.0
    """Wilson 95% interval of the share, over effective cases."""
    graded: float | None = None
    """Mean score; ``None``: answers are accepted or not and nothing between."""
    graded_low: float = 0.0
    graded_high: float = 1.0
    """95% interval of the mean score: bootstrap, with few cases Wilson's (which is wider)."""
    usd: Decimal | None = Decimal(0)
    usd_per_accepted: Decimal | None = None
    """Total cost of answers over accepted answers; ``None``: not known, or none was accepted."""
    seconds_per_accepted: float | None = None
    p50_seconds: float | None = None
    p95_seconds: float | None = None
    """Only from twenty answers on."""


def leaderboard_entry(
    model: str, outcomes: Sequence[CaseOutcome], *, seed: int
) -> LeaderboardEntry:
    """The line of one model; what is inconclusive counts neither way."""
    scored = [outcome for outcome in outcomes if outcome.accepted is not None]
    seconds = [second for outcome in outcomes for second in outcome.seconds]
    costs = [outcome.usd for outcome in outcomes]
    usd = None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))
    whole = LeaderboardEntry(
        model=model,
        scored=len(scored),
        inconclusive=len(outcomes) - len(scored),
        effective=effective_cases([case_outcome.weight for case_outcome in scored])
        if scored
        else 0.0,
        share=None,
        usd=usd,
        p50_seconds=median(seconds) if seconds else None,
        p95_seconds=nearest_rank(seconds, 0.95) if len(seconds) >= ENOUGH_FOR_P95 else None,
    )
    return _with_scores(whole, scored, sum(seconds), seed) if scored else whole


def _with_scores(
    whole: LeaderboardEntry, scored: Sequence[CaseOutcome], seconds: float, seed: int
) -> LeaderboardEntry:
    from msgspec.structs import replace

    weights = [outcome.weight for outcome in scored]
    share = weighted_mean([outcome.accepted or 0.0 for outcome in scored], weights)
    low, high = wilson_interval(share, max(1, floor(whole.effective + 1e-9)))
    accepted = sum(outcome.accepted or 0.0 for outcome in scored)
    graded, graded_low, graded_high = _graded(scored, weights, seed)
    return replace(
        whole,
        share=share,
        low=low,
        high=high,
        graded=graded,
        graded_low=graded_low,
        graded_high=graded_high,
        usd_per_accepted=whole.usd / Decimal(str(accepted))
        if whole.usd is not None and accepted
        else None,
        seconds_per_accepted=seconds / accepted if seconds and accepted else None,
    )


def _graded(
    scored: Sequence[CaseOutcome], weights: Sequence[float], seed: int
) -> tuple[float | None, float, float]:
    """Mean score with its interval, where every case has a score and some are neither 0 nor 1."""
    scores = [outcome.score for outcome in scored if outcome.score is not None]
    if len(scores) < len(scored) or all(score in {0.0, 1.0} for score in scores):
        return None, 0.0, 1.0
    mean = weighted_mean(scores, weights)
    if len(scores) >= ENOUGH_TO_DRAW:
        return mean, *bootstrap_interval(scores, weights=weights, seed=seed)
    # A score within 0..1 spreads no wider than a proportion of the same mean, so Wilson's interval
    # is a safe one.
    return mean, *wilson_interval(min(1.0, max(0.0, mean)), max(1, floor(effective_cases(weights))))


def weighted_mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """Mean of values in 0..1 by weight."""
    mean = sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)
    return min(1.0, max(0.0, mean))


Counts = tuple[int, ...]


class BenchRun(Struct, frozen=True, kw_only=True):
    """What a benchmark showed."""

    outcomes: dict[tuple[str, str], tuple[CaseOutcome, ...]]
    """By task class and model, in the order of the cases."""
    counts: dict[tuple[str, str], tuple[Counts, ...]]
    """Function words by case, where answers are prose; all zero where there was no answer."""
    preferred: Preferences
    ending: Ending
    spent_usd: Decimal
    judging_usd: Decimal
    seconds: float
    calls: int
