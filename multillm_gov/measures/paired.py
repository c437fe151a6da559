"""Whether one model is really better than another on the same cases: paired tests (method 7)."""

from collections.abc import Sequence
from math import comb, sqrt
from statistics import NormalDist
from typing import Literal

from msgspec import Struct

MOST_EXACT = 10_000
"""Discordant pairs up to which McNemar's test is exact."""
_AT_ONCE = 2_000_000
"""Numbers drawn at a time, so that memory stays bounded."""


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
    """Of the interval ``low`` .. ``high``."""


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> McNemar:
    """McNemar's exact test of two models on the same cases, in the same order.

    Source: Q. McNemar, Psychometrika 12 (1947); the exact form is a binomial test of the discordant
    pairs at one half.

    Raises:
        ValueError: the sides have different lengths.
    """
    pairs = list(zip(first, second, strict=True))
    only_first = sum(each and not other for each, other in pairs)
    only_second = sum(other and not each for each, other in pairs)
    return McNemar(
        only_first=only_first, only_second=only_second, p_value=_split(only_first, only_second)
    )


def paired_interval(
    first: Sequence[float],
    second: Sequence[float],
    *,
    weights: Sequence[float] = (),
    confidence: float = 0.95,
) -> PairedDifference:
    """Adjusted Wald interval of the mean difference of scores in 0..1, second less first.

    Source: A. Agresti and Y. Min, Simple improved confidence intervals for comparing matched
    proportions, Statistics in Medicine 24 (2005): half a case more in each cell of the table, so
    two cases more in all, one of which differs. With few cases that all agree it stays wide, where
    a bootstrap would have no width. Graded scores take the same two cases; weighted ones count as
    many as would show as much (`effective_cases`).

    Raises:
        ValueError: no case, different lengths, or a confidence outside 0..1.
    """
    differences = [other - value for value, other in zip(first, second, strict=True)]
    if not differences or not 0 < confidence < 1:
        raise ValueError("a paired comparison needs cases and a confidence between 0 and 1")
    held = list(weights) or [1.0] * len(differences)
    total, cases = sum(held), effective_cases(held)
    mean = sum(weight * each for weight, each in zip(held, differences, strict=True)) / total
    square = (
        sum(weight * each * each for weight, each in zip(held, differences, strict=True)) / total
    )
    size = cases + 2
    center = mean * cases / size
    spread = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(
        ((square * cases + 1) / size - center**2) / size
    )
    low, high = max(-1.0, center - spread), min(1.0, center + spread)
    return PairedDifference(
        cases=len(differences), mean=mean, low=low, high=high, confidence=confidence
    )


def effective_cases(weights: Sequence[float]) -> float:
    """How many cases of one weight would show as much: (sum w)^2 / sum w^2.

    Source: L. Kish, Survey Sampling (1965). Equal weights give their number.

    Raises:
        ValueError: no weight above zero, or a negative one.
    """
    if min(weights, default=0) < 0 or not sum(weights):
        raise ValueError("weights are not negative, and one of them is above zero")
    return sum(weights) ** 2 / sum(weight * weight for weight in weights)


def paired_cases_to_see(
    discordant: float, difference: float, *, confidence: float = 0.95, power: float = 0.80
) -> float:
    """Cases that detect a difference of shares in a one-sided McNemar test; not rounded.

    Source: R. J. Connor, Sample size for testing differences in proportions for the paired-sample
    design, Biometrics 43 (1987): (z_a sqrt(d) + z_b sqrt(d - D^2))^2 / D^2, d the share of cases on
    which the two differ, at least D.

    Raises:
        ValueError: a difference that is not above 0 and at most 1, or a share outside 0..1.
    """
    if not 0 < difference <= 1 or not 0 <= discordant <= 1:
        raise ValueError("a difference lies above 0 and is at most 1, a share of cases in 0..1")
    share = max(discordant, difference)
    wanted, seen = NormalDist().inv_cdf(confidence), NormalDist().inv_cdf(power)
    return float(((wanted * sqrt(share) + seen * sqrt(share - difference**2)) / difference) ** 2)


def paired_bootstrap(
    first: Sequence[float],
    second: Sequence[float],
    *,
    seed: int,
    weights: Sequence[float] = (),
    draws: int = 2_000,
    confidence: float = 0.95,
) -> PairedDifference:
    """Percentile bootstrap over cases of the mean difference, second less first.

    Source: B. Efron, Annals of Statistics 7 (1979). The same seed gives the same interval.

    Raises:
        ValueError: no case, different lengths, or a confidence outside 0..1.
    """
    differences = [other - value for value, other in zip(first, second, strict=True)]
    if not differences or not 0 < confidence < 1:
        raise ValueError("a paired comparison needs cases and a confidence between 0 and 1")
    held = list(weights) or [1.0] * len(differences)
    mean = sum(weight * each for weight, each in zip(held, differences, strict=True)) / sum(held)
    low, high = _percentiles(differences, held, seed, draws, confidence)
    return PairedDifference(
        cases=len(differences), mean=mean, low=low, high=high, confidence=confidence
    )


def bootstrap_interval(
    scores: Sequence[float],
    *,
    seed: int,
    weights: Sequence[float] = (),
    draws: int = 2_000,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Percentile bootstrap interval of a mean score; for scores that are not just accepted or not.

    Raises:
        ValueError: no score, or a confidence outside 0..1.
    """
    if not scores or not 0 < confidence < 1:
        raise ValueError("an interval needs scores and a confidence between 0 and 1")
    return _percentiles(scores, list(weights) or [1.0] * len(scores), seed, draws, confidence)


def words_for(
    difference: PairedDifference, margin: float
) -> Literal["better", "not worse", "worse", "no clear difference"]:
    """What a paired difference shows of the second model, with a non-inferiority margin."""
    if difference.low > 0:
        return "better"
    if difference.high < 0:
        return "worse"
    return "not worse" if difference.low > -margin else "no clear difference"


def _split(first: int, second: int) -> float:
    """Two-sided binomial probability at 1/2; normal limit beyond ``MOST_EXACT``."""
    total, fewer = first + second, min(first, second)
    if not total:
        return 1.0
    if total > MOST_EXACT:
        z = (abs(first - second) - 1) / sqrt(total)
        return min(1.0, 2 * (1 - NormalDist().cdf(z)))
    tail = sum(comb(total, count) for count in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**total))


def _percentiles(
    values: Sequence[float], weights: Sequence[float], seed: int, draws: int, confidence: float
) -> tuple[float, float]:
    """Of the weighted means of samples as large as the given one, drawn from it with repetition."""
    import numpy as np

    held, random = np.asarray(weights, float), np.random.default_rng(seed)
    weighted, size = np.asarray(values, float) * held, len(values)
    rows = max(1, _AT_ONCE // size)
    means = np.empty(draws)
    for start in range(0, draws, rows):
        chosen = random.integers(0, size, (min(rows, draws - start), size))
        means[start : start + rows] = weighted[chosen].sum(axis=1) / held[chosen].sum(axis=1)
    means.sort()
    tail = (1 - confidence) / 2
    return float(means[int(tail * draws)]), float(means[min(draws - 1, int((1 - tail) * draws))])
