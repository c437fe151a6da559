"""Distributions with a closed form (method 2.4, 3.3 and 4): what the simulation is tested against,
and quick answers.

Probabilities and confidence levels lie strictly between 0 and 1 where a quantile is asked for.
"""

from collections.abc import Callable, Sequence
from math import exp, fsum, log, prod, sqrt
from statistics import NormalDist

from msgspec import Struct

NORMAL = NormalDist()
_REACH = 9.0
"""Standard deviations beyond which a normal factor has no weight that a double could show
(1e-19)."""
_STEPS = 4000


class Lognormal(Struct, frozen=True, kw_only=True):
    """A lognormal amount by its mean and coefficient of variation: sigma^2 = ln(1 + cv^2), mu = ln
    m - sigma^2 / 2."""

    mean: float
    variation: float

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm."""
        return sqrt(log(1 + self.variation**2))

    @property
    def mu(self) -> float:
        """Mean of the logarithm."""
        return log(self.mean) - self.sigma**2 / 2

    def quantile(self, confidence: float) -> float:
        """exp(mu + sigma z)."""
        return exp(self.mu + self.sigma * NORMAL.inv_cdf(confidence))

    def shortfall(self, confidence: float) -> float:
        """Mean of what lies at or above the quantile: m Phi(sigma - z) / (1 - a)."""
        z = NORMAL.inv_cdf(confidence)
        return self.mean * NORMAL.cdf(self.sigma - z) / (1 - confidence)

    def relative_at_risk(self, confidence: float) -> float:
        """Relative cost at risk: the quantile less the mean."""
        return self.quantile(confidence) - self.mean

    def exceeds(self, amount: float) -> float:
        """P(C > amount)."""
        if amount <= 0:
            return 1.0
        return (
            NORMAL.cdf((self.mu - log(amount)) / self.sigma)
            if self.sigma
            else float(self.mean > amount)
        )


class NormalSum(Struct, frozen=True, kw_only=True):
    """A sum of normal amounts, each two of which have the same correlation (0..1)."""

    means: tuple[float, ...]
    deviations: tuple[float, ...]
    correlation: float = 0.0

    @property
    def deviation(self) -> float:
        """Of the sum: sqrt((1 - rho) sum sd^2 + rho (sum sd)^2)."""
        own = fsum(sd * sd for sd in self.deviations)
        return sqrt((1 - self.correlation) * own + self.correlation * fsum(self.deviations) ** 2)

    def relative_at_risk(self, confidence: float) -> float:
        """The quantile less the mean: z times the deviation."""
        return NORMAL.inv_cdf(confidence) * self.deviation

    def exceeds(self, amount: float) -> float:
        """P(sum > amount)."""
        return NORMAL.cdf((fsum(self.means) - amount) / self.deviation)


def joint_chance(chances: Sequence[float], correlation: float) -> float:
    """P(all happen) under a Gaussian copula with one common factor: each two latent normals
    correlate by ``rho``.

    The integral over the factor f of prod Phi((z_i - sqrt(rho) f) / sqrt(1 - rho)); for two it is
    Phi2(z1, z2; rho). Never read an indicator correlation (phi) as ``rho``: .5 of the latter is .13
    of the former at .01 and .02.

    Raises:
        ValueError: the correlation is not in 0..1.
    """
    if not 0 <= correlation <= 1:
        raise ValueError("a common factor has a correlation from 0 to 1")
    uncertain = [chance for chance in chances if chance < 1]
    if not uncertain or min(uncertain) <= 0 or correlation == 1:
        return max(min(uncertain, default=1.0), 0.0)
    if correlation == 0 or len(uncertain) == 1:
        return prod(uncertain)
    bounds = [NORMAL.inv_cdf(chance) for chance in uncertain]
    loading, rest = sqrt(correlation), sqrt(1 - correlation)

    def given(factor: float) -> float:
        return NORMAL.pdf(factor) * prod(
            NORMAL.cdf((bound - loading * factor) / rest) for bound in bounds
        )

    return _integral(given, -_REACH, _REACH)


def _integral(function: Callable[[float], float], start: float, end: float) -> float:
    """Simpson's rule."""
    width = (end - start) / _STEPS
    inner = fsum(
        (4 if step % 2 else 2) * function(start + step * width) for step in range(1, _STEPS)
    )
    return (function(start) + inner + function(end)) * width / 3


def beta_factor_unavailability(unavailability: float, beta: float, count: int) -> float:
    """All of ``count`` equal channels away at once, a part ``beta`` of each one's unavailability
    being shared.

    Marginal-preserving: qc = beta u, qi = (u - qc) / (1 - qc), U = qc + (1 - qc) qi^n (method 3.3).
    """
    shared = beta * unavailability
    own = (unavailability - shared) / (1 - shared) if shared < 1 else 0.0
    return shared + (1 - shared) * own**count
