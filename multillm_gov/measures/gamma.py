"""The gamma distribution's probabilities and quantiles, for any shape."""

from math import exp, lgamma, log

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
