"""Whether one model is really better than another on the same cases: paired tests (method 7)."""

from collections.abc import Sequence
from math import comb, sqrt
from random import Random
from statistics import NormalDist, fmean
from typing import Literal

from msgspec import Struct

MOST_EXACT = 10_000
"""Discordant pairs up to which McNemar's test is exact."""


class McNemar(Struct, frozen=True, kw_only=True):
    """Cases that only one of two models had accepted."""

    only_first: int
    only_second: int
    p_value: float
    """Two-sided and exact: the chance of a split at least as uneven, were both equally good."""


class PairedDifference(Struct, frozen=True, kw_only=True):
    """Mean difference of two models' scores on the same cases, second less first."""

    cases: int
    mean: float
    low: float
    high: float
    confidence: float
    """Of the bootstrap interval ``low`` .. ``high``."""


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> McNemar:
    """McNemar's exact test of two models on the same cases, in the same order.

    Source: Q. McNemar, Psychometrika 12 (1947); the exact form is a binomial test of the discordant pairs at one half.

    Raises:
        ValueError: the sides have different lengths.
    """
    pairs = list(zip(first, second, strict=True))
    only_first = sum(one and not other for one, other in pairs)
    only_second = sum(other and not one for one, other in pairs)
    return McNemar(only_first=only_first, only_second=only_second, p_value=_split(only_first, only_second))


def paired_bootstrap(
    first: Sequence[float], second: Sequence[float], *, seed: int, draws: int = 2_000, confidence: float = 0.95
) -> PairedDifference:
    """Percentile bootstrap over cases of the mean difference, second less first.

    Source: B. Efron, Annals of Statistics 7 (1979). The same seed gives the same interval.

    Raises:
        ValueError: no case, different lengths, or a confidence outside 0..1.
    """
    differences = [other - one for one, other in zip(first, second, strict=True)]
    if not differences or not 0 < confidence < 1:
        raise ValueError("a paired comparison needs cases and a confidence between 0 and 1")
    low, high = _percentiles(differences, Random(seed), draws, confidence)  # noqa: S311 - statistics, not secrets
    return PairedDifference(cases=len(differences), mean=fmean(differences), low=low, high=high, confidence=confidence)


def bootstrap_interval(
    scores: Sequence[float], *, seed: int, draws: int = 2_000, confidence: float = 0.95
) -> tuple[float, float]:
    """Percentile bootstrap interval of a mean score; for scores that are not just accepted or not.

    Raises:
        ValueError: no score, or a confidence outside 0..1.
    """
    if not scores or not 0 < confidence < 1:
        raise ValueError("an interval needs scores and a confidence between 0 and 1")
    return _percentiles(scores, Random(seed), draws, confidence)  # noqa: S311 - statistics, not secrets


def two_proportions(before: tuple[int, int], after: tuple[int, int]) -> tuple[float, float]:
    """Standard score and one-sided p of a fall between two unpaired samples, each (accepted, cases), variance pooled.

    450 of 500, then 425 of 500: z = 2.390457, p = .008414 (method 7).

    Raises:
        ValueError: a sample without cases, or with more accepted than cases.
    """
    if any(cases < 1 or not 0 <= accepted <= cases for accepted, cases in (before, after)):
        raise ValueError("a proportion needs cases, and no more accepted ones than there are")
    pooled = (before[0] + after[0]) / (before[1] + after[1])
    spread = sqrt(pooled * (1 - pooled) * (1 / before[1] + 1 / after[1]))
    z = (before[0] / before[1] - after[0] / after[1]) / spread if spread else 0.0
    return z, 1 - NormalDist().cdf(z)


def words_for(difference: PairedDifference, margin: float) -> Literal["better", "not worse", "worse", "not told apart"]:
    """What a paired difference shows of the second model, with a non-inferiority margin on the scores' scale."""
    if difference.low > 0:
        return "better"
    if difference.high < 0:
        return "worse"
    return "not worse" if difference.low > -margin else "not told apart"


def _split(first: int, second: int) -> float:
    """Two-sided binomial probability at one half; beyond ``MOST_EXACT`` by the normal limit with continuity."""
    total, fewer = first + second, min(first, second)
    if not total:
        return 1.0
    if total > MOST_EXACT:
        z = (abs(first - second) - 1) / sqrt(total)
        return min(1.0, 2 * (1 - NormalDist().cdf(z)))
    tail = sum(comb(total, count) for count in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**total))


def _percentiles(values: Sequence[float], random: Random, draws: int, confidence: float) -> tuple[float, float]:
    size = len(values)
    means = sorted(sum(random.choices(values, k=size)) / size for _ in range(draws))
    tail = (1 - confidence) / 2
    return means[int(tail * draws)], means[min(draws - 1, int((1 - tail) * draws))]
