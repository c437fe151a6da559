"""A benchmark's figures for programs."""

from collections.abc import Sequence
from decimal import Decimal

from multillm_gov.evaluation.bench.outcomes import LeaderboardEntry
from multillm_gov.evaluation.bench.results import BenchResult
from multillm_gov.report import ModelScore

_NANO = Decimal("0.000000001")


def scores_of(results: Sequence[BenchResult]) -> tuple[ModelScore, ...]:
    """Every line of the leaderboards with its duel, for programs."""
    return tuple(_score(result, entry) for result in results for entry in result.entries)


def _score(result: BenchResult, entry: LeaderboardEntry) -> ModelScore:
    duel = next((one for one in result.comparisons if one.challenger == entry.model), None)
    difference = duel.difference if duel is not None else None
    return ModelScore(
        task_class=result.task_class,
        model=entry.model,
        is_incumbent=entry.model == result.incumbent,
        scored=entry.scored,
        inconclusive=entry.inconclusive,
        share=entry.share,
        low=entry.low,
        high=entry.high,
        mean_score=entry.graded,
        usd_per_accepted=None
        if entry.usd_per_accepted is None
        else entry.usd_per_accepted.quantize(_NANO),
        seconds_per_accepted=entry.seconds_per_accepted,
        p50_seconds=entry.p50_seconds,
        p95_seconds=entry.p95_seconds,
        finding="" if duel is None else duel.finding,
        paired=0 if duel is None else duel.cases,
        difference=None if difference is None else difference.mean,
        difference_low=None if difference is None else difference.low,
        difference_high=None if difference is None else difference.high,
        p_value=None if duel is None or duel.test is None else duel.test.p_value,
    )
