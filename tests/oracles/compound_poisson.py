"""A year's hours away: a Poisson number of outages of exponential length, in closed form (method
3.3)."""

from collections.abc import Iterator
from math import exp, sqrt

from msgspec import Struct

from multillm_gov.risk.simulation.outages import most_likely_below, poisson_chance

_HALVINGS = 200


class YearlyHours(Struct, frozen=True, kw_only=True):
    """``outages`` a year on average (lambda), each ``mean_hours`` long on average (theta)."""

    outages: float
    mean_hours: float

    @property
    def mean(self) -> float:
        """Of the hours: lambda theta."""
        return self.outages * self.mean_hours

    @property
    def deviation(self) -> float:
        """Of the hours: theta sqrt(2 lambda)."""
        return self.mean_hours * sqrt(2 * self.outages)

    @property
    def none(self) -> float:
        """P(no outage in a year)."""
        return exp(-self.outages)

    def exceeds(self, hours: float) -> float:
        """P(S > hours): the sum over n of Pois(n; lambda) P(Pois(hours / theta) < n)."""
        return sum(chance * least for chance, least, _ in self._terms(hours))

    def quantile(self, confidence: float) -> float:
        """The least hours that are not exceeded with this probability; 0 where a year without
        outage is as likely."""
        if self.none >= confidence:
            return 0.0
        low, high = 0.0, self.mean + self.deviation
        while self.exceeds(high) > 1 - confidence:
            high *= 2
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if not low < middle < high:
                break
            low, high = (middle, high) if self.exceeds(middle) > 1 - confidence else (low, middle)
        return high

    def shortfall(self, confidence: float) -> float:
        """Mean of the worst years: E[S; S > q] is the sum of Pois(n) n theta P(Pois(q / theta) <=
        n)."""
        hours = self.quantile(confidence)
        beyond = sum(
            chance * number * self.mean_hours * most
            for number, (chance, _, most) in self._numbered(hours)
        )
        at_quantile = (1 - confidence) - self.exceeds(hours)
        return (beyond + hours * at_quantile) / (1 - confidence)

    def _numbered(self, hours: float) -> Iterator[tuple[int, tuple[float, float, float]]]:
        return enumerate(self._terms(hours), 1)

    def _terms(self, hours: float) -> Iterator[tuple[float, float, float]]:
        """For n = 1, 2, ...: Pois(n; lambda), then P(Pois(hours / theta) < n) and P(... <= n)."""
        least = 0.0
        most = poisson_chance(0, hours / self.mean_hours)
        for number in range(1, most_likely_below(self.outages) + 1):
            least, most = most, most + poisson_chance(number, hours / self.mean_hours)
            yield poisson_chance(number, self.outages), least, most
