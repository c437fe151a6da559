"""A level that wanders and drifts, as far as daily amounts show it."""

from itertools import pairwise
from math import exp, log, sqrt

from msgspec import Struct

_DRIFT = 0.002
"""Standard deviation of the drift's prior, as a share of a day's spend: 0.2% a day doubles a year.
Measured on synthetic years (`benchmarks/usage.py`), not tuned per series."""
NEAR_DAYS = 28
"""Days ahead for which the drift of the known days speaks."""
_RATIOS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Variance of the level's daily step by that of a day's scatter."""


class Belief(Struct, frozen=True):
    """What one restlessness of the level says of level and drift after the last day."""

    likelihood: float
    """Log, up to a constant."""
    scatter: float
    """Variance of a day."""
    level: float
    drift: float
    """Of the level, a day."""
    level_variance: float
    shared: float
    """Covariance of level and drift."""
    drift_variance: float
    step: float
    """Variance of the level's step from one day to the next."""


Beliefs = list[tuple[float, Belief]]
"""With their weights, which sum to 1."""


def weighed_beliefs(residuals: list[float], size: float) -> Beliefs:
    """A belief for each restlessness of the level, weighed by how well it explains the days.

    Args:
        residuals: Amounts without weekday and weekend means.
        size: Mean amount of a day.
    """
    found = [_filtered(residuals, ratio, size) for ratio in _RATIOS]
    best = max(each.likelihood for each in found)
    total = sum(exp(each.likelihood - best) for each in found)
    return [(exp(each.likelihood - best) / total, each) for each in found]


def _filtered(residuals: list[float], ratio: float, size: float) -> Belief:
    """Kalman filter of a level that steps and drifts (Harvey 1989, section 2.3.2).

    The drift is the same every day and not known: a normal prior around none keeps it from being
    read into noise, in place of a test that either trusts a trend or ignores it.

    Args:
        residuals: Amounts without weekday and weekend means.
        ratio: Variance of the level's daily step by that of a day's scatter.
        size: Mean amount of a day.
    """
    steps = [after - before for before, after in pairwise(residuals)]
    scale = max(sum(each * each for each in steps) / 2 / len(steps), 1e-12)
    level, drift = 0.0, 0.0
    var, cov, wide = (0.5 * size) ** 2 / scale, 0.0, (_DRIFT * size) ** 2 / scale
    total = determinant = 0.0
    for residual in residuals:
        level += drift
        var, cov = var + 2 * cov + wide + ratio, cov + wide
        error, spread = residual - level, var + 1
        total += error * error / spread
        determinant += log(spread)
        gain, turn = var / spread, cov / spread
        level += gain * error
        drift += turn * error
        var, cov, wide = var * (1 - gain), cov * (1 - gain), wide - turn * cov
    count = len(residuals)
    scatter = (total or 1e-12) / (count - 2)
    return Belief(
        likelihood=-count / 2 * log(scatter) - determinant / 2,
        scatter=scatter, level=level, drift=drift, level_variance=var * scatter,
        shared=cov * scatter, drift_variance=wide * scatter, step=ratio * scatter,
    )  # fmt: skip


def sum_variance(beliefs: Beliefs, leads: list[int]) -> float:
    """Of the sum of days ahead: scatter, level, drift, steps to come, and what beliefs differ in.

    Args:
        beliefs: With their weights.
        leads: Days from the last known one to each day ahead.
    """
    days, last = len(leads), leads[-1]
    reach = sum(damped(lead) for lead in leads)
    moved = sum(min(last - step, days) ** 2 for step in range(last))
    center = sum(weight * (each.level * days + each.drift * reach) for weight, each in beliefs)
    drift = sum(weight * each.drift for weight, each in beliefs)
    doubt = 2 * drift * sum(lead - damped(lead) for lead in leads)
    return doubt**2 + sum(
        weight
        * (
            each.scatter * days
            + each.level_variance * days**2
            + 2 * each.shared * days * reach
            + each.drift_variance * reach**2
            + each.step * moved
            + (each.level * days + each.drift * reach - center) ** 2
        )
        for weight, each in beliefs
    )


def turn_variance(leads: list[int], size: float) -> float:
    """Of the sum of days ahead: a drift beyond four weeks that the known days do not show yet.

    What grew may stop, and what stood still may grow: beyond four weeks the drift is as little
    known as before any day was.

    Args:
        leads: Days from the last known one to each day ahead.
        size: Mean amount of a day.
    """
    return (_DRIFT * size * sum(max(lead - NEAR_DAYS, 0) for lead in leads)) ** 2


def drift_error(beliefs: Beliefs, drift: float) -> float:
    """Twice the standard error of the drift: a smaller one is not worth a word."""
    return 2 * sqrt(
        sum(weight * (each.drift_variance + (each.drift - drift) ** 2) for weight, each in beliefs)
    )


def damped(lead: int) -> float:
    """Days over which a drift goes on: those beyond four weeks count for three quarters.

    Whether it goes on in full or fades is not known: the variance has twice the difference.
    """
    return min(lead, NEAR_DAYS) + max(lead - NEAR_DAYS, 0) * 0.75
