"""What a month or a year will cost, from daily spend: with an interval, or none where data is thin.

Weekday and weekend means (method 2.2), a trend where it is significant, and three sources of
error: the days' own scatter, the estimated level, and the steps that a wandering level still takes.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import exp, log, sqrt
from statistics import NormalDist, mean

from msgspec import Struct

LEAST_DAYS = 10
"""Days of history below which only a run rate is given, without an interval."""
_TREND_DAYS = 28
_TREND_GAIN = 4.0
"""Log-likelihood by which a slope must fit better: it is extrapolated, a level is not."""
_RATIOS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Variance of the level's daily step by that of a day's scatter."""
_LONGEST = 120
"""Days of history that are used: older ones say little of the level."""


class Forecast(Struct, frozen=True, kw_only=True):
    """Spend from the first day of a period to its last, what is spent already included."""

    spent: float
    expected: float
    low_80: float | None
    high_80: float | None
    low_95: float | None
    high_95: float | None
    """``None``: too few days for an interval."""
    method: str
    per_day: tuple[tuple[date, float], ...] = ()
    """Expected spend of each day to come."""


def forecast(daily: Mapping[date, float], first: date, last: date) -> Forecast:
    """Forecast a period from all known days, those before the period included.

    Args:
        daily: Spend by day; a day between two known ones that is missing had no spend.
        first: First day of the period.
        last: Last day of the period.

    Raises:
        ValueError: no day is known.
    """
    through = max(daily)
    start = max(min(daily), through - timedelta(days=_LONGEST - 1))
    history = [(day, daily.get(day, 0.0)) for day in _days(start, through)]
    spent = sum(amount for day, amount in daily.items() if first <= day <= last)
    ahead = list(_days(max(through + timedelta(days=1), first), last))
    if not ahead:
        return _settled(spent)
    weekend = {day.weekday() >= 5 for day, _ in history[-28:]}
    if len(history) < LEAST_DAYS or len(weekend) < 2:
        rate = mean(amount for _, amount in history)
        return Forecast(
            spent=spent, expected=spent + rate * len(ahead), low_80=None, high_80=None,
            low_95=None, high_95=None, per_day=tuple((day, rate) for day in ahead),
            method=f"run rate of {len(history)} days; too few for an interval",
        )  # fmt: skip
    return _modelled(history, ahead, spent)


def _settled(spent: float) -> Forecast:
    return Forecast(spent=spent, expected=spent, low_80=spent, high_80=spent, low_95=spent,
                    high_95=spent, method="the period is over")  # fmt: skip


class _Fit(Struct, frozen=True):
    groups: dict[bool, list[float]]
    """Amounts of weekdays and of weekend days, without the slope."""
    slope: float
    levels: tuple[tuple[float, float, float, float, float], ...]
    """Of each possible restlessness of the level: weight, scatter, level, its variance, step
    variance; none: too few days to tell, the level stands still."""
    likelihood: float

    @property
    def means(self) -> dict[bool, float]:
        """Mean of weekdays and of weekend days."""
        return {key: mean(values) for key, values in self.groups.items()}


def _modelled(history: list[tuple[date, float]], ahead: list[date], spent: float) -> Forecast:
    fit = _fit(history, 0.0)
    if len(history) >= _TREND_DAYS:
        trended = _fit(history, _slope(history))
        if trended.likelihood > fit.likelihood + _TREND_GAIN:
            fit = trended
    through = history[-1][0]
    middle = history[0][0].toordinal() + (len(history) - 1) / 2
    level = sum(each[0] * each[2] for each in fit.levels)
    per_day = [
        (day, max(fit.means[_is_weekend(day)] + level
                  + fit.slope * _damped(day, through, middle), 0.0))
        for day in ahead
    ]  # fmt: skip
    expected = sum(amount for _, amount in per_day)
    error, freedom = _error(fit, ahead, through)
    bounds = {}
    for share in (0.80, 0.95):
        half = _student(0.5 + share / 2, freedom) * error
        bounds[share] = (spent + max(expected - half, 0.0), spent + expected + half)
    trend = f", trend {fit.slope:+,.2f} a day" if fit.slope else ""
    moving = ", level free to move" if fit.levels else ""
    return Forecast(
        spent=spent,
        expected=spent + expected,
        low_80=bounds[0.80][0],
        high_80=bounds[0.80][1],
        low_95=bounds[0.95][0],
        high_95=bounds[0.95][1],
        method=f"weekday and weekend means of {len(history)} days{trend}{moving}",
        per_day=tuple(per_day),
    )


def seasonal_sum(
    groups: Mapping[bool, Sequence[float]], counts: Mapping[bool, int]
) -> tuple[float, float, int]:
    """Expected sum of days to come, its standard error and degrees of freedom (method 2.2).

    Args:
        groups: Amounts of weekdays (``False``) and of weekend days (``True``).
        counts: Days to come of each.
    """
    means = {key: mean(values) for key, values in groups.items()}
    freedom = max(sum(map(len, groups.values())) - len(groups), 1)
    squares = sum((each - means[key]) ** 2 for key, values in groups.items() for each in values)
    spread = sum(counts.values()) + sum(counts[key] ** 2 / len(groups[key]) for key in counts)
    expected = sum(counts[key] * means[key] for key in counts)
    return expected, sqrt(squares / freedom * spread), freedom


def _fit(history: list[tuple[date, float]], slope: float) -> _Fit:
    """Means around a slope, and a level that wanders around them as far as the days show."""
    middle = (len(history) - 1) / 2
    groups: dict[bool, list[float]] = {True: [], False: []}
    flat = [(day, amount - slope * (index - middle)) for index, (day, amount) in
            enumerate(history)]  # fmt: skip
    for day, amount in flat:
        groups[_is_weekend(day)].append(amount)
    means = {key: mean(values) for key, values in groups.items()}
    residuals = [amount - means[_is_weekend(day)] for day, amount in flat]
    if len(history) < _TREND_DAYS:
        return _Fit(groups, slope, (), 0.0)
    found = [_filtered(residuals, ratio) for ratio in _RATIOS]
    best = max(each[0] for each in found)
    total = sum(exp(each[0] - best) for each in found)
    return _Fit(groups, slope, tuple((exp(each[0] - best) / total, *each[1:]) for each in found),
                best)  # fmt: skip


def _filtered(residuals: list[float], ratio: float) -> tuple[float, float, float, float, float]:
    """Kalman filter of a local level: log-likelihood, scatter, level, its variance, step variance.

    ``ratio`` is the variance of a day's step by that of its scatter (Harvey 1989, section 4.2).
    """
    state, variance = 0.0, max(ratio * 10, 1 / len(residuals))
    total = determinant = 0.0
    for each in residuals:
        predicted = variance + ratio
        error, spread = each - state, predicted + 1
        total += error * error / spread
        determinant += log(spread)
        gain = predicted / spread
        state += gain * error
        variance = predicted * (1 - gain)
    count = len(residuals)
    scatter = (total or 1e-12) / (count - 2)
    likelihood = -count / 2 * log(scatter) - determinant / 2
    return likelihood, scatter, state, variance * scatter, ratio * scatter


def _error(fit: _Fit, ahead: Sequence[date], through: date) -> tuple[float, int]:
    """Standard error of the days ahead: scatter, level, and the steps it has yet to take."""
    days = len(ahead)
    if not fit.levels:
        counts = {key: sum(1 for day in ahead if _is_weekend(day) is key) for key in (True, False)}
        _, error, freedom = seasonal_sum(fit.groups, counts)
        return error, freedom
    last = (ahead[-1] - through).days
    moved = sum(min(last - step, days) ** 2 for step in range(last))
    center = sum(weight * level for weight, _, level, _, _ in fit.levels)
    variance = sum(
        weight * (scatter * days + (spread + (level - center) ** 2) * days**2 + step * moved)
        for weight, scatter, level, spread, step in fit.levels
    )
    return sqrt(variance), max(sum(map(len, fit.groups.values())) // 4, 3)


def _slope(history: list[tuple[date, float]]) -> float:
    """Daily growth by least squares on weekly means."""
    whole = [history[end - 7 : end] for end in range(len(history), 6, -7)][::-1]
    means = [mean(amount for _, amount in week) for week in whole]
    middle = (len(means) - 1) / 2
    spread = sum((index - middle) ** 2 for index in range(len(means)))
    return sum((index - middle) * each for index, each in enumerate(means)) / spread / 7


def _damped(day: date, through: date, middle: float) -> float:
    """Days from the middle of history, the future ones beyond four weeks counted for half."""
    ahead = (day - through).days
    return through.toordinal() - middle + min(ahead, 28) + max(ahead - 28, 0) / 2


def _student(probability: float, freedom: int) -> float:
    """Quantile of Student's t, by Hill's expansion: exact to 1e-3 from three degrees on."""
    z = NormalDist().inv_cdf(probability)
    n = float(freedom)
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    g4 = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + g1 / n + g2 / n**2 + g3 / n**3 + g4 / n**4


def _is_weekend(day: date) -> bool:
    return day.weekday() >= 5


def _days(first: date, last: date) -> Sequence[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def breaking_day(outlook: Forecast, cap: float) -> date | None:
    """The day on which a cap is expected to be spent; ``None``: not within the period."""
    spent = outlook.spent
    for day, amount in outlook.per_day:
        spent += amount
        if spent > cap:
            return day
    return None
