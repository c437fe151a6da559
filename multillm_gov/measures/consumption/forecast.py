"""What a month or a year will cost, from daily spend: with an interval, or none where data is thin.

Weekday and weekend means (method 2.2), and a level that may wander and drift. Five sources of
error: the days' own scatter, the estimated level, its drift, the steps it still takes, and, beyond
four weeks, a drift that the known days do not show yet.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import hypot, sqrt
from statistics import NormalDist, mean

import msgspec
from msgspec import Struct

from multillm_gov.measures.consumption.local_level import (
    Beliefs,
    damped,
    drift_error,
    sum_variance,
    turn_variance,
    weighed_beliefs,
)

LEAST_DAYS = 10
"""Days of history below which only a run rate is given, without an interval."""
FARTHEST = 4
"""Days ahead by known day beyond which no interval is given: nothing known supports one."""
_TREND_DAYS = 28
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
    found = _modelled(history, ahead, spent)
    if len(ahead) <= FARTHEST * len(history):
        return found
    return msgspec.structs.replace(
        found, low_80=None, high_80=None, low_95=None, high_95=None,
        method=f"{found.method}; too few for an interval of {len(ahead)} days",
    )  # fmt: skip


def _settled(spent: float) -> Forecast:
    return Forecast(spent=spent, expected=spent, low_80=spent, high_80=spent, low_95=spent,
                    high_95=spent, method="the period is over")  # fmt: skip


def _modelled(history: list[tuple[date, float]], ahead: list[date], spent: float) -> Forecast:
    groups: dict[bool, list[float]] = {True: [], False: []}
    for day, amount in history:
        groups[_is_weekend(day)].append(amount)
    means = {key: mean(values) for key, values in groups.items()}
    beliefs = _beliefs(history, means)
    through = history[-1][0]
    leads = [(day - through).days for day in ahead]
    turn = turn_variance(leads, mean(amount for _, amount in history))
    if not beliefs:
        counts = {key: sum(_is_weekend(day) is key for day in ahead) for key in (True, False)}
        expected, error, freedom = seasonal_sum(groups, counts)
        per_day = [(day, means[_is_weekend(day)]) for day in ahead]
        text = f"weekday and weekend means of {len(history)} days"
        return _with_interval(spent, expected, (hypot(error, sqrt(turn)), freedom), per_day, text)
    level = sum(weight * each.level for weight, each in beliefs)
    drift = sum(weight * each.drift for weight, each in beliefs)
    per_day = [
        (day, max(means[_is_weekend(day)] + level + drift * damped((day - through).days), 0.0))
        for day in ahead
    ]
    error = sqrt(sum_variance(beliefs, leads) + turn)
    trend = f", drift {drift:+,.2f} a day" if abs(drift) > drift_error(beliefs, drift) else ""
    text = f"weekday and weekend means of {len(history)} days{trend}, level free to move"
    expected = sum(amount for _, amount in per_day)
    return _with_interval(spent, expected, (error, max(len(history) // 4, 3)), per_day, text)


def _with_interval(
    spent: float,
    expected: float,
    error: tuple[float, int],
    per_day: list[tuple[date, float]],
    method: str,
) -> Forecast:
    """``error``: standard error of the days ahead, and its degrees of freedom."""
    ends = []
    for share in (0.80, 0.95):
        half = _student(0.5 + share / 2, error[1]) * error[0]
        ends += [spent + max(expected - half, 0.0), spent + expected + half]
    return Forecast(
        spent=spent, expected=spent + expected, low_80=ends[0], high_80=ends[1], low_95=ends[2],
        high_95=ends[3], method=method, per_day=tuple(per_day),
    )  # fmt: skip


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
    squares = sum((value - means[key]) ** 2 for key, values in groups.items() for value in values)
    spread = sum(counts.values()) + sum(counts[key] ** 2 / len(groups[key]) for key in counts)
    expected = sum(counts[key] * means[key] for key in counts)
    return expected, sqrt(squares / freedom * spread), freedom


def _beliefs(history: list[tuple[date, float]], means: Mapping[bool, float]) -> Beliefs:
    """Beliefs with their weights (sum 1); none below four weeks, where the level stands still."""
    if len(history) < _TREND_DAYS:
        return []
    residuals = [amount - means[_is_weekend(day)] for day, amount in history]
    size = mean(amount for _, amount in history)
    return weighed_beliefs(residuals, size)


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
