"""How sure a measured proportion is, and how small a change a sample can see."""

from collections.abc import Sequence
from functools import cache
from math import exp, inf, lgamma, log, sqrt

_TINY = 1e-300
_MOST_TERMS = 100_000


def gamma_quantile(probability: float, shape: float, scale: float) -> float:
    """Quantile of a gamma variable; chi-square with n degrees has shape n/2 and scale 2.

    Found by halving an interval until it is one part in 1e12.

    Raises:
        ValueError: the probability is not between 0 and 1, or shape or scale not above 0.
    """
    if not 0 < probability < 1 or shape <= 0 or scale <= 0:
        raise ValueError(
            "a quantile needs a probability between 0 and 1, and shape and scale above 0"
        )
    low, high = 0.0, max(shape, 1.0)
    while gamma_below(high, shape) < probability:
        low, high = high, 2 * high
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if gamma_below(middle, shape) < probability:
            low = middle
        else:
            high = middle
    return scale * high


def gamma_below(amount: float, shape: float) -> float:
    """P(a gamma variable of scale 1 is below ``amount``): the regularized lower incomplete gamma.

    By its series left of the mean, by its continued fraction right of it (W. H. Press et al.,
    Numerical Recipes, 6.2).
    """
    if amount <= 0:
        return 0.0
    front = exp(shape * log(amount) - amount - lgamma(shape))
    if amount < shape + 1:
        return front * _series(amount, shape)
    return 1 - front * _fraction(amount, shape)


def _series(amount: float, shape: float) -> float:
    term = total = 1 / shape
    for step in range(1, _MOST_TERMS):
        term *= amount / (shape + step)
        total += term
        if term < total * 1e-16:
            break
    return total


def _fraction(amount: float, shape: float) -> float:
    """By the modified method of Lentz."""
    lead = amount + 1 - shape
    up, down = 1 / _TINY, 1 / lead
    value = down
    for step in range(1, _MOST_TERMS):
        factor = step * (shape - step)
        lead += 2
        down = 1 / (lead + factor * down or _TINY)
        up = lead + factor / up or _TINY
        value *= up * down
        if abs(up * down - 1) < 1e-15:
            break
    return value


def wilson_interval(
    share: float, sample_size: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Two-sided Wilson score interval of a proportion (0..1).

    Source: E. B. Wilson, Probable inference, JASA 22 (1927). 450 of 500 gives .870578 to .923322 at
    95%.

    Raises:
        ValueError: no sample, a share outside 0..1, or a confidence that is not between 0 and 1.
    """
    return _wilson(share, sample_size, _quantile((1 + confidence) / 2, confidence))


def scored_interval(
    score: float, sample_size: int, low: float | None, high: float | None
) -> tuple[float, float]:
    """The 95% interval of a score: as recorded, else Wilson's."""
    if low is not None and high is not None:
        return low, high
    return wilson_interval(score, sample_size)


def wilson_lower_bound(share: float, sample_size: int, confidence: float = 0.95) -> float:
    """One-sided lower Wilson bound: the proven share. 450 of 500 gives .875734 at 95%.

    Raises:
        ValueError: as `wilson_interval`.
    """
    return _wilson(share, sample_size, _quantile(confidence, confidence))[0]


def cases_to_prove(share: float, floor: float, confidence: float = 0.95) -> float:
    """Cases at which a share above a floor proves it (one-sided Wilson bound); not rounded.

    The bound L solves (p - L)^2 = z^2 L (1 - L) / n; here for n.

    Raises:
        ValueError: the share is not above the floor; else as `wilson_interval`.
    """
    _refuse_no_proportion(share, 1)
    if not 0 <= floor < share:
        raise ValueError("only a proportion above a floor can prove it")
    return (_quantile(confidence, confidence) / (share - floor)) ** 2 * floor * (1 - floor)


def smallest_visible_drop(
    share: float, sample_size: int, confidence: float = 0.95, power: float = 0.80
) -> float:
    """The smallest detectable drop from a share (0..1); above the share: none is detectable.

    One-sided two-proportion z-test with variances not pooled: n = (z_a + z_b)^2 (p1 q1 + p2 q2) /
    d^2, solved for d. 538 cases an arm see .90 fall to .85 (method 7).

    Raises:
        ValueError: as `wilson_interval`, for the power too.
    """
    _refuse_no_proportion(share, sample_size)
    squared = (_quantile(confidence, confidence) + _quantile(power, power)) ** 2
    skew, size = squared * (2 * share - 1), sample_size + squared
    return (skew + sqrt(skew * skew + 8 * squared * share * (1 - share) * size)) / (2 * size)


def cases_to_see(share: float, drop: float, confidence: float = 0.95, power: float = 0.80) -> float:
    """Cases per arm that detect a drop from a share, not rounded: the inverse of the above.

    Raises:
        ValueError: the drop is not above 0, or larger than the share; else as
            `smallest_visible_drop`.
    """
    _refuse_no_proportion(share, 1)
    if not 0 < drop <= share:
        raise ValueError("a drop lies above 0 and is no larger than the proportion")
    later = share - drop
    spread = share * (1 - share) + later * (1 - later)
    return ((_quantile(confidence, confidence) + _quantile(power, power)) / drop) ** 2 * spread


def _wilson(share: float, sample_size: int, z: float) -> tuple[float, float]:
    _refuse_no_proportion(share, sample_size)
    squared = z * z / sample_size
    center = share + squared / 2
    spread = z * sqrt((share * (1 - share) + squared / 4) / sample_size)
    return max(0.0, (center - spread) / (1 + squared)), min(1.0, (center + spread) / (1 + squared))


def _refuse_no_proportion(share: float, sample_size: int) -> None:
    if sample_size < 1 or not 0 <= share <= 1:
        raise ValueError("a proportion needs a sample and lies in 0..1")


@cache
def _quantile(probability: float, confidence: float) -> float:
    """Standard normal quantile; ``confidence`` is what the caller gave."""
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")
    from statistics import NormalDist  # needed where something was measured only

    return NormalDist().inv_cdf(probability)


def gamma_interval(weights: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Two-sided interval of a compound Poisson process's expected sum, from its amounts.

    Source: M. P. Fay and E. J. Feuer, Confidence intervals for directly standardized rates,
    Statistics in Medicine 16 (1997): gamma quantiles with the sum as mean and the sum of squares as
    variance, the upper end moved by the largest amount. With equal amounts it is Garwood's exact
    Poisson interval: 10 gives 4.795 to 18.390. Nothing seen: 0 to infinity, since the size of what
    was not seen is not known.

    Raises:
        ValueError: an amount that is not above 0, or a confidence that is not between 0 and 1.
    """
    if any(weight <= 0 for weight in weights):
        raise ValueError("an amount that was seen lies above 0")
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")
    if not weights:
        return 0.0, inf

    total, squares, largest = sum(weights), sum(weight * weight for weight in weights), max(weights)
    low = gamma_quantile((1 - confidence) / 2, total * total / squares, squares / total)
    more, spread = total + largest, squares + largest * largest
    return low, gamma_quantile((1 + confidence) / 2, more * more / spread, spread / more)
