"""Forecasts against the worked figures of docs/method.md, and their honesty on simulated spend."""

import random
from datetime import date, timedelta
from math import exp, sin

import pytest

from multillm_gov.measures.consumption.forecast import (
    breaking_day,
    forecast,
    seasonal_sum,
)
from multillm_gov.measures.consumption.outlook import burn_rates

FIRST = date(2025, 6, 1)


def test_the_worked_example_of_the_method() -> None:
    """Method 2.2: 38,000 spent in twelve days, twelve weekdays and six weekend days to come."""
    weekdays = [3000, 3100, 3200, 3300, 3400, 3500, 3600, 3700, 3800, 3900]
    expected, error, freedom = seasonal_sum({False: weekdays, True: [1800, 1700]},
                                            {False: 12, True: 6})  # fmt: skip
    assert 38_000 + expected == 89_900
    assert freedom == 10
    assert 2.228139 * error == pytest.approx(4_557.18, abs=0.01)


def test_thin_data_has_no_interval() -> None:
    found = forecast({FIRST: 10.0, FIRST + timedelta(days=2): 20.0}, FIRST, date(2025, 6, 30))
    assert found.low_95 is None
    assert found.expected == pytest.approx(30 + 10 * 27)
    assert "too few" in found.method


def test_a_period_that_is_over_is_known() -> None:
    daily = {FIRST + timedelta(days=n): 1.0 for n in range(60)}
    found = forecast(daily, FIRST, date(2025, 6, 30))
    assert (found.spent, found.expected, found.low_95, found.high_95) == (30, 30, 30, 30)


def test_the_day_a_cap_breaks_and_the_burn_rates() -> None:
    daily = {FIRST + timedelta(days=n): 10.0 for n in range(14)}
    daily[FIRST + timedelta(days=13)] = 10.0
    found = forecast(daily, FIRST, date(2025, 6, 30))
    assert found.expected == pytest.approx(300)
    assert breaking_day(found, 205) == date(2025, 6, 21)
    assert breaking_day(found, 301) is None
    assert burn_rates(daily, 150, 30) == {1: 2.0, 3: 2.0, 7: 2.0}


def simulated(seed: int, *, growth: float, wander: float) -> dict[date, float]:
    """A year as gateways show it: quiet weekends, noise with a heavy side, growth, a level that
    wanders."""
    draw = random.Random(seed)
    level, daily = 1_000.0, {}
    for offset in range(365):
        day = date(2025, 1, 1) + timedelta(days=offset)
        level *= exp(growth / 365 + draw.gauss(0, wander))
        weekend = 0.45 if day.weekday() >= 5 else 1.0
        daily[day] = level * weekend * exp(draw.gauss(0, 0.12)) * (1 + 0.03 * sin(offset / 40))
    return daily


@pytest.mark.parametrize(
    ("growth", "wander"), [(0.0, 0.0), (0.0, 0.01), (0.5, 0.005), (0.7, 0.0), (-0.5, 0.005)]
)
def test_intervals_cover_what_they_promise(growth: float, wander: float) -> None:
    """`make bench` measures more of it, against run rate and last month."""
    within_80 = within_95 = count = 0
    for seed in range(25):
        daily = simulated(seed, growth=growth, wander=wander)
        for month in (5, 8, 11):
            first = date(2025, month, 1)
            last = date(2025, month + 1, 1) - timedelta(days=1)
            known = {day: each for day, each in daily.items() if day <= first.replace(day=12)}
            actual = sum(each for day, each in daily.items() if first <= day <= last)
            found = forecast(known, first, last)
            within_80 += found.low_80 <= actual <= found.high_80
            within_95 += found.low_95 <= actual <= found.high_95
            count += 1
    # 75 months: 0.80 and 0.95 less 2.6 standard errors of a count of them.
    assert 0.68 <= within_80 / count <= 0.96
    assert within_95 / count >= 0.885


def test_growth_is_followed_and_noise_is_not() -> None:
    """Half a year that grows by 0.2% a day: the next month is expected within 3%; flat stays."""
    for growth in (0.0, 0.7):
        errors = []
        for seed in range(20):
            daily = simulated(seed, growth=growth, wander=0.0)
            known = {day: each for day, each in daily.items() if day < date(2025, 7, 1)}
            actual = sum(each for day, each in daily.items() if day.month == 7)
            found = forecast(known, date(2025, 7, 1), date(2025, 7, 31))
            errors.append(found.expected / actual - 1)
        assert abs(sum(errors) / len(errors)) <= 0.04, "all years have the same slow season"
        assert max(map(abs, errors)) <= 0.12


def test_a_forecast_scales_with_its_amounts() -> None:
    daily = simulated(3, growth=0.3, wander=0.005)
    known = {day: each for day, each in daily.items() if day < date(2025, 6, 10)}
    span = date(2025, 6, 1), date(2025, 6, 30)
    one, other = forecast(known, *span), forecast({d: a / 1e5 for d, a in known.items()}, *span)
    for name in ("expected", "low_80", "high_80", "low_95", "high_95"):
        assert getattr(other, name) * 1e5 == pytest.approx(getattr(one, name))


@pytest.mark.parametrize(
    ("growth", "wander"), [(0.0, 0.0), (0.0, 0.01), (0.5, 0.005), (0.7, 0.0), (-0.5, 0.005)]
)
@pytest.mark.parametrize("known", [date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30)])
def test_the_intervals_of_a_year_cover_what_they_promise(
    growth: float, wander: float, known: date
) -> None:
    within_80 = within_95 = 0
    for seed in range(20):
        daily = simulated(seed, growth=growth, wander=wander)
        found = forecast({day: each for day, each in daily.items() if day <= known},
                         date(2025, 1, 1), date(2025, 12, 31))  # fmt: skip
        within_80 += found.low_80 <= sum(daily.values()) <= found.high_80
        within_95 += found.low_95 <= sum(daily.values()) <= found.high_95
    # 20 years: 0.80 and 0.95 less two standard errors.
    assert within_80 / 20 >= 0.62
    assert within_95 / 20 >= 0.85


def test_a_year_that_nothing_supports_has_no_interval() -> None:
    """Four days ahead for each known day, and no more."""
    daily = simulated(1, growth=0.0, wander=0.0)
    for days, known in ((60, False), (72, False), (73, True), (100, True)):
        last = date(2025, 1, 1) + timedelta(days=days - 1)
        found = forecast({day: each for day, each in daily.items() if day <= last},
                         date(2025, 1, 1), date(2025, 12, 31))  # fmt: skip
        assert (found.low_80 is not None) is known
        assert ("too few for an interval" in found.method) is not known


def test_a_step_that_was_seen_is_in_the_interval_of_the_year() -> None:
    for seed in range(10):
        daily = {day: amount * (2 if day >= date(2025, 5, 10) else 1)
                 for day, amount in simulated(seed, growth=0.0, wander=0.003).items()}  # fmt: skip
        for known in (date(2025, 6, 30), date(2025, 9, 30)):
            found = forecast({day: each for day, each in daily.items() if day <= known},
                             date(2025, 1, 1), date(2025, 12, 31))  # fmt: skip
            assert found.low_95 <= sum(daily.values()) <= found.high_95
