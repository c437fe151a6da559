"""The references of method 2.4, 3.3 and 4, to their last printed digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.risk.retirement import any_retirement_chance, retirement_chance
from oracles.closed_forms import (
    Lognormal,
    NormalSum,
    beta_factor_unavailability,
    joint_chance,
)
from oracles.compound_poisson import YearlyHours

EXACT = 1e-12
"""Relative: the references have 16 digits, computed elsewhere with other libraries."""


@pytest.mark.parametrize(
    ("outages", "deviation", "none", "quantiles", "shortfalls"),
    [
        (
            2.4,
            3.2863353450309964,
            0.09071795328941251,
            {
                0.50: 2.8149457842761327,
                0.90: 8.08046767061381,
                0.95: 10.029578966366433,
                0.99: 14.226885189747538,
            },
            {0.95: 12.624257914228622, 0.99: 16.64947761250651},
        ),
        (
            6,
            5.196152422706632,
            0.0024787521766663585,
            {
                0.50: 8.238494377161736,
                0.90: 16.006271366789548,
                0.95: 18.660810298307005,
                0.99: 24.17824524727866,
            },
            {0.95: 22.0648696920081, 0.99: 27.255769678733365},
        ),
    ],
)
def test_compound_poisson(
    outages: float,
    deviation: float,
    none: float,
    quantiles: dict[float, float],
    shortfalls: dict[float, float],
) -> None:
    year = YearlyHours(outages=outages, mean_hours=1.5)
    assert year.mean == pytest.approx(outages * 1.5, rel=EXACT)
    assert year.deviation == pytest.approx(deviation, rel=EXACT)
    assert year.none == pytest.approx(none, rel=EXACT)
    assert {level: year.quantile(level) for level in quantiles} == pytest.approx(
        quantiles, rel=1e-9
    )
    assert {level: year.shortfall(level) for level in shortfalls} == pytest.approx(
        shortfalls, rel=1e-9
    )


def test_value_at_risk_of_ten_thousand_an_hour() -> None:
    assert 10_000 * YearlyHours(outages=2.4, mean_hours=1.5).quantile(0.95) == pytest.approx(
        100_295.79, abs=0.005
    )


def test_a_year_without_outage_is_a_quantile_of_nothing() -> None:
    rare = YearlyHours(outages=0.01, mean_hours=2.0)
    assert rare.quantile(0.95) == 0
    assert rare.shortfall(0.95) == pytest.approx(0.01 * 2.0 / 0.05, rel=EXACT)


@given(outages=st.floats(0.01, 60), hours=st.floats(0.1, 50), level=st.floats(0.5, 0.999))
def test_compound_poisson_quantile_is_where_the_rest_begins(
    outages: float, hours: float, level: float
) -> None:
    year = YearlyHours(outages=outages, mean_hours=hours)
    quantile = year.quantile(level)
    if quantile:
        assert year.exceeds(quantile) == pytest.approx(1 - level, abs=1e-9)
    assert year.shortfall(level) >= quantile
    assert year.exceeds(0) == pytest.approx(1 - year.none, abs=1e-12)


@pytest.mark.parametrize(
    ("variation", "mu", "sigma", "median", "q95", "q99", "es95", "car95", "over"),
    [
        (
            *(0.25, 11.482613154062012, 0.24622067706923975, 97014.25001453326, 145453.26740316514),
            *(172027.23782520706, 161923.08022936428, 45453.26740316514, 0.1939064087857858),
        ),
        (
            *(0.10, 11.507950299543644, 0.0997513451195927, 99503.7190209989, 117245.65890478603),
            *(125493.1719367426, 122321.5251525459, 17245.658904786033, 0.03021548487684833),
        ),
    ],
)
def test_lognormal_cost(*, variation, mu, sigma, median, q95, q99, es95, car95, over) -> None:
    cost = Lognormal(mean=100_000, variation=variation)
    measured = (
        *(cost.mu, cost.sigma, cost.quantile(0.5), cost.quantile(0.95), cost.quantile(0.99)),
        *(cost.shortfall(0.95), cost.relative_at_risk(0.95), cost.exceeds(120_000)),
    )
    assert measured == pytest.approx((mu, sigma, median, q95, q99, es95, car95, over), rel=1e-11)
    assert cost.exceeds(0) == 1
    assert Lognormal(mean=1, variation=0).exceeds(0.9) == 1


@pytest.mark.parametrize(
    ("rho", "deviation", "at_risk", "above"),
    [
        (0.0, 11_747.34, 19_322.66, 0.100821),
        (0.3, 14_717.34, 24_207.86, 0.154053),
        (1.0, 20_000, 32_897.07, 0.226627),
    ],
)
def test_sum_of_three_tasks(rho: float, deviation: float, at_risk: float, above: float) -> None:
    total = NormalSum(means=(40e3, 35e3, 25e3), deviations=(8e3, 7e3, 5e3), correlation=rho)
    assert total.deviation == pytest.approx(deviation, abs=0.005)
    assert total.relative_at_risk(0.95) == pytest.approx(at_risk, abs=0.005)
    assert total.exceeds(115_000) == pytest.approx(above, abs=5e-7)


@pytest.mark.parametrize(
    ("chances", "rho", "both"),
    [
        ((0.01, 0.02), 0.2, 0.0006070889235458035),
        ((0.01, 0.02), 0.5, 0.0020602001704276155),
        ((0.01, 0.02), 0.9, 0.007446251417304672),
        ((0.01, 0.02), 0.0, 2.0e-4),
        ((0.01, 0.02), 1.0, 0.01),
    ],
)
def test_gaussian_copula(chances: tuple[float, ...], rho: float, both: float) -> None:
    assert joint_chance(chances, rho) == pytest.approx(both, rel=1e-9)


def test_gaussian_copula_of_three_and_its_limits() -> None:
    assert joint_chance((0.01,) * 3, 0.2) == pytest.approx(2.415881e-5, abs=5e-12)
    assert joint_chance((0.01,) * 3, 0.5) == pytest.approx(3.657353e-4, abs=5e-11)
    assert joint_chance((0.0, 0.5), 0.5) == 0
    assert joint_chance((1.0, 0.3), 0.5) == pytest.approx(0.3)
    assert joint_chance((1.0, 0.01, 0.02), 0.5) == pytest.approx(0.0020602001704276155, rel=1e-9)
    with pytest.raises(ValueError, match="from 0 to 1"):
        joint_chance((0.1, 0.2), -0.1)


def test_an_indicator_correlation_is_not_rho() -> None:
    p, q = 0.01, 0.02
    both = joint_chance((p, q), 0.5)
    assert (both - p * q) / (p * (1 - p) * q * (1 - q)) ** 0.5 == pytest.approx(0.134, abs=5e-4)


def test_retirements_without_a_date() -> None:
    assert retirement_chance(18.1, 12) == pytest.approx(0.3684, abs=5e-5)
    assert any_retirement_chance(18.1, 3, 5) == pytest.approx(0.4370, abs=1e-4)
    assert any_retirement_chance(18.1, 12, 8) == pytest.approx(0.9747, abs=5e-5)


@pytest.mark.parametrize(
    ("u", "beta", "count", "expected"),
    [
        (0.01, 0.1, 2, 0.001081081081081081),
        (0.01, 0.1, 3, 0.0010007304601899196),
        (0.005, 0.1, 2, 0.0005202601300650326),
        (0.002, 0.05, 2, 0.00010361036103610362),
        (0.002, 0.05, 3, 0.00010000686037200581),
        (0.01, 0.0, 2, 0.0001),
        (0.01, 1.0, 2, 0.01),
        (1.0, 1.0, 2, 1.0),
    ],
)
def test_beta_factor(u: float, beta: float, count: int, expected: float) -> None:
    assert beta_factor_unavailability(u, beta, count) == pytest.approx(expected, rel=EXACT)
