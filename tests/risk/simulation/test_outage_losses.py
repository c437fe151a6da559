"""Simulated outage losses against closed forms and exact availability, at three seeds, within Monte
Carlo error."""

from math import sqrt

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multillm_gov.portfolio.risk import Risk
from multillm_gov.risk.availability.availability import expected_loss_per_year
from multillm_gov.risk.simulation.assumptions import assumptions_of
from multillm_gov.risk.simulation.chains import chains_of
from multillm_gov.risk.simulation.losses import simulate_losses
from multillm_gov.risk.simulation.outages import MOST_A_YEAR, outage_rates
from multillm_gov.risk.simulation.simulation import Sampling, affordable_years, simulate
from oracles.compound_poisson import YearlyHours

SEEDS = (1, 2, 3)
YEARS = 20_000
ASSUMED = assumptions_of(Risk())


def within(simulated: float, expected: float, error: float, errors: float = 3.0) -> bool:
    return abs(simulated - expected) <= errors * error


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("outages", [2.4, 6.0])
def test_single_vendor_with_exponential_outages_is_the_table(
    seed, outages, system_of, costs_of
) -> None:
    """Method 3.3: one vendor, no fallback, 1.5 h: mean, deviation, quantiles and shortfalls."""
    u = outages * 1.5 / 8760
    system = system_of([u], [([[0]], 0.0, 10_000.0)])
    found = simulate(
        system,
        costs_of(),
        ASSUMED,
        sampling=Sampling(years=YEARS, seed=seed, lengths="exponential"),
    ).loss
    exact = YearlyHours(outages=outages, mean_hours=1.5)
    assert within(found.expected.value, 10_000 * exact.mean, found.standard_error)
    assert within(found.deviation, 10_000 * exact.deviation, found.deviation * sqrt(2.5 / YEARS))
    assert within(found.none, exact.none, sqrt(exact.none / YEARS))
    for level, estimate in ((0.50, found.median), (0.95, found.p95), (0.99, found.p99)):
        half = (estimate.high - estimate.low) / 2 / 1.96
        assert within(estimate.value, 10_000 * exact.quantile(level), half, 3.5), level
    half = (found.shortfall95.high - found.shortfall95.low) / 2 / 1.96
    assert within(found.shortfall95.value, 10_000 * exact.shortfall(0.95), half)


@pytest.mark.parametrize("seed", SEEDS)
def test_lengths_are_lognormal_with_the_declared_mean_and_sigma(seed, system_of, costs_of) -> None:
    """Yearly hours of lambda outages with E[D^2] = theta^2 e^(s^2): deviation sqrt(lambda
    E[D^2])."""
    system = system_of([0.003], [([[0]], 0.0, 1.0)])
    found = simulate(system, costs_of(), ASSUMED, sampling=Sampling(years=YEARS, seed=seed)).loss
    rate = 8760 * 0.003 / 1.5
    assert within(found.expected.value, 8760 * 0.003, found.standard_error)
    assert found.deviation == pytest.approx(1.5 * sqrt(rate * np.exp(1.2**2)), rel=0.05)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("coverage", [0.0, 0.5, 0.9, 1.0])
def test_expected_loss_is_value_times_hours_times_exact_unavailability(
    seed, coverage, system_of, costs_of
) -> None:
    """A chain of three with a shared cause in two hops, one in all, and one task class without
    fallback."""
    system = system_of(
        [0.02, 0.03, 0.01, 0.04, 0.005, 0.002],
        [
            ([[0, 4, 5], [1, 4, 5], [2, 3, 5]], coverage, 3_000.0),
            ([[3, 5]], 0.5, 500.0),
            ([[1, 2], [0]], 0.5, 700.0),
        ],
        mean_hours=8.0,
    )
    found = simulate(system, costs_of(), ASSUMED, sampling=Sampling(years=YEARS, seed=seed))
    assert found.exact_loss == pytest.approx(expected_loss_per_year(system))
    assert within(
        found.loss.expected.value + found.not_drawn, found.exact_loss, found.loss.standard_error
    )
    assert abs(found.not_drawn) < 0.01 * found.exact_loss


@given(
    unavailability=st.lists(st.floats(0.0, 0.05), min_size=4, max_size=6),
    hops=st.lists(st.sets(st.integers(0, 3), min_size=1, max_size=3), min_size=1, max_size=3),
    coverage=st.floats(0, 1),
)
@settings(max_examples=60, deadline=None)
def test_what_is_drawn_is_exact_up_to_two_at_once(
    system_of, unavailability, hops, coverage
) -> None:
    """The expected draw against the exact loss: their difference is of third order in the
    unavailabilities."""
    tiny = [u / 1_000 for u in unavailability]
    system = system_of(tiny, [(hops, coverage, 1.0)])
    exact = expected_loss_per_year(system)
    at_most = 8760 * 8 * sum(tiny) ** 3 + 1e-9 * exact
    assert chains_of(system).expected_loss == pytest.approx(exact, abs=at_most)


@pytest.mark.parametrize("seed", SEEDS)
def test_joint_outages_of_two_services(seed, system_of, costs_of) -> None:
    """Method 3.3: (300 h, 1.5 h) with (500 h, 1 h): U 9.930388e-6, .1449837 joint outages a year,
    .6 h each."""
    system = system_of([1.5 / 301.5, 1.0 / 501.0], [([[0], [1]], 1.0, 1.0)])
    system = msgspec.structs.replace(
        system,
        components=(
            system.components[0],
            msgspec.structs.replace(system.components[1], mean_hours=1.0),
        ),
    )
    found = simulate(
        system,
        costs_of(),
        ASSUMED,
        sampling=Sampling(years=100_000, seed=seed, lengths="exponential"),
    )
    assert found.exact_loss == pytest.approx(8760 * 9.930388e-6, rel=1e-6)
    assert found.not_drawn == pytest.approx(0, abs=1e-12)
    assert within(found.loss.expected.value, found.exact_loss, found.loss.standard_error)
    drawn = simulate_losses(chains_of(system), 100_000, seed=seed, sigma=1.2, lengths="exponential")
    assert within(len(drawn.hours) / 100_000, 0.1449837, sqrt(1.02 * 0.1449837 / 100_000)), (
        "some come in clusters"
    )
    assert within(drawn.hours.mean(), 0.6, 0.6 / sqrt(len(drawn.hours)))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("beta", "both"),
    [(0.0, 0.0001), (0.1, 0.001081081081081081), (1.0, 0.01)],
    ids=["independent", "some", "all"],
)
def test_beta_factor_and_its_limits(seed, beta, both, system_of, costs_of) -> None:
    """Two channels of .01 with a part beta in common, as one component each of them depends on;
    exact
    as published."""
    shared = beta * 0.01
    own = (0.01 - shared) / (1 - shared)
    system = system_of([shared, own, own], [([[0, 1], [0, 2]], 1.0, 1.0)])
    found = simulate(system, costs_of(), ASSUMED, sampling=Sampling(years=YEARS, seed=seed))
    assert found.exact_loss == pytest.approx(8760 * both, rel=1e-12)
    assert within(
        found.loss.expected.value + found.not_drawn, 8760 * both, found.loss.standard_error
    )
    alone = simulate(
        system_of([shared, own, own], [([[0, 1]], 0.0, 1.0)]),
        costs_of(),
        ASSUMED,
        sampling=Sampling(years=YEARS, seed=seed),
    )
    assert within(alone.loss.expected.value, 87.6, alone.loss.standard_error), (
        "the marginal is preserved"
    )


def yearly(system, costs, seed: int = 7) -> np.ndarray:
    sampling = Sampling(years=3_000, seed=seed)
    return np.array(simulate(system, costs, ASSUMED, sampling=sampling).yearly_losses)


def test_more_unavailability_never_lowers_a_year(system_of, costs_of) -> None:
    tasks = [([[0, 2], [1, 2]], 0.5, 10.0), ([[1]], 0.9, 3.0)]
    before = yearly(system_of([0.002, 0.003, 0.001], tasks), costs_of())
    for raised in ([0.004, 0.003, 0.001], [0.002, 0.009, 0.001], [0.002, 0.003, 0.0011]):
        after = yearly(system_of(raised, tasks), costs_of())
        assert (after >= before - 1e-9).all()
        assert after.sum() > before.sum()


def test_more_value_and_less_coverage_never_lower_a_year(system_of, costs_of) -> None:
    parts = [0.002, 0.003]
    hops = [[0], [1]]
    before = yearly(system_of(parts, [(hops, 0.9, 10.0)]), costs_of())
    assert yearly(system_of(parts, [(hops, 0.9, 20.0)]), costs_of()) == pytest.approx(2 * before)
    assert (yearly(system_of(parts, [(hops, 0.5, 10.0)]), costs_of()) >= before - 1e-9).all()


def test_more_in_common_costs_more(system_of, costs_of) -> None:
    """Over beta, with the marginals kept: mean and worst years of a covered chain rise."""
    found = []
    for beta in (0.0, 0.02, 0.10, 0.45, 1.0):
        shared, own = beta * 0.01, (0.01 - beta * 0.01) / (1 - beta * 0.01)
        system = system_of([shared, own, own], [([[0, 1], [0, 2]], 1.0, 1.0)])
        found.append(
            simulate(system, costs_of(), ASSUMED, sampling=Sampling(years=YEARS, seed=1)).loss
        )
    means = [loss.expected.value for loss in found]
    worst = [loss.shortfall95.value for loss in found]
    assert means == sorted(means)
    assert worst == sorted(worst)


def test_a_component_has_the_same_history_in_every_portfolio(system_of, costs_of) -> None:
    tasks = [([[0], [1]], 0.5, 10.0)]
    before = yearly(system_of([0.002, 0.003], tasks), costs_of())
    beside = system_of([0.002, 0.003, 0.05], [*tasks, ([[2]], 0.0, 0.0), ([[2]], 0.9, 0.0)])
    assert (yearly(beside, costs_of()) == before).all()
    assert not (yearly(system_of([0.002, 0.003], tasks), costs_of(), seed=8) == before).all()


def test_what_is_always_away_is_lost_as_far_as_nothing_takes_over(system_of, costs_of) -> None:
    """A retired model answers nothing: its requests go to the next hop, as far as that is
    covered. What is lost is a fact beside the outages."""
    parts = [1.0, 0.01, 0.0]
    for tasks, lost in (
        ([([[0], [2]], 0.9, 10.0)], 0.1 * 87_600),
        ([([[0]], 0.9, 10.0)], 87_600),
        ([([[2], [0]], 0.9, 10.0)], 0.0),
        ([([[0], [0]], 0.9, 10.0)], 87_600),
    ):
        found = simulate(
            system_of(parts, tasks), costs_of(), ASSUMED, sampling=Sampling(years=1_000)
        )
        assert found.retired_loss == pytest.approx(lost)
        assert found.loss.expected.value == pytest.approx(0, abs=1e-6)
        assert found.exact_loss == pytest.approx(0, abs=1e-6)
    found = simulate(
        system_of(parts, [([[0], [1]], 0.9, 10.0)]),
        costs_of(),
        ASSUMED,
        sampling=Sampling(years=YEARS),
    )
    assert found.not_drawn == pytest.approx(0, abs=1e-9)
    assert found.retired_loss == pytest.approx(87_600 * 0.1)
    assert within(found.loss.expected.value, 87_600 * 0.9 * 0.01, found.loss.standard_error)


def test_many_coverages_are_mixtures_of_tenths_with_the_same_mean(system_of, costs_of) -> None:
    system = system_of([0.02, 0.03], [([[0], [1]], n / 37, 1.0 + n) for n in range(38)])
    chains = chains_of(system)
    assert chains.bands <= 12
    assert chains.expected_loss == pytest.approx(expected_loss_per_year(system), rel=1e-12)


def test_outages_too_frequent_to_tell_apart_are_lumped(system_of, costs_of) -> None:
    system = system_of([0.4], [([[0]], 0.0, 1.0)], mean_hours=1e-9)
    (pace,) = outage_rates(system.components)
    assert (pace.outages, pace.mean_hours) == pytest.approx((MOST_A_YEAR, 0.4 * 8760 / MOST_A_YEAR))
    found = simulate(system, costs_of(), ASSUMED, sampling=Sampling(years=1_000))
    assert within(found.loss.expected.value, 0.4 * 8760, found.loss.standard_error)


def test_large_portfolios_get_fewer_years(system_of, costs_of) -> None:
    system = system_of([0.5] * 200, [([[n]], 0.0, 1.0) for n in range(200)], mean_hours=1e-6)
    found = simulate(system, costs_of(), ASSUMED, sampling=Sampling(years=1_000))
    assert within(found.loss.expected.value, 200 * 4380, found.loss.standard_error)
    assert affordable_years(10**9, chains_of(system), costs_of()) < 50_000


def test_a_result_that_leaves_out_much_says_so(system_of, costs_of) -> None:
    """Thirty components that are away half of the time, in one hop: two at once are not enough to
    tell."""
    found = simulate(
        system_of([0.5] * 30, [([list(range(30))], 0.0, 1.0)]),
        costs_of(),
        ASSUMED,
        sampling=Sampling(years=1_000),
    )
    assert not found.sound
    assert simulate(
        system_of([0.01], [([[0]], 0.0, 1.0)]), costs_of(), ASSUMED, sampling=Sampling(years=1_000)
    ).sound


def test_an_empty_system_loses_nothing(system_of) -> None:
    assert chains_of(system_of([], [])).expected_loss == 0


def test_nothing_to_lose_and_nothing_to_spend(system_of, costs_of) -> None:
    found = simulate(system_of([], []), costs_of(), ASSUMED, sampling=Sampling(years=500))
    assert (found.years, found.loss.expected.value, found.cost.p99.value) == (500, 0, 0)
    assert found.loss.none == 1
    assert found.contributions == ()


def test_losses_of_blocks_do_not_depend_on_threads_or_on_how_many_follow(
    system_of, monkeypatch
) -> None:
    chains = chains_of(
        system_of([0.01, 0.02, 0.01], [([[0], [1]], 0.5, 1.0), ([[1, 2]], 0.9, 2.0)])
    )
    settings = {"seed": 5, "sigma": 1.2, "lengths": "lognormal"}
    longer = simulate_losses(chains, 4_500, **settings)
    monkeypatch.setattr("multillm_gov.risk.simulation.losses.threads_for", lambda _: 1)
    assert (simulate_losses(chains, 4_500, **settings).total == longer.total).all()
    assert (simulate_losses(chains, 2_300, **settings).total == longer.total[:2_300]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_nine_node_example_as_drawn(seed, system_of, costs_of) -> None:
    """Method 3.3: gateway, AWS, Azure, GCP, Bedrock, Anthropic, Azure OpenAI, OpenAI, Vertex;
    153,779.14 a year."""
    parts = [0.0005, 0.001, 0.001, 0.001, 0.001, 0.002, 0.0015, 0.002, 0.0012]
    tasks = [
        ([[0, 1, 4], [0, 1, 5]], 1.0, 5_000.0),
        ([[0, 2, 6]], 0.0, 2_000.0),
        ([[0, 2, 7], [0, 3, 8]], 1.0, 8_000.0),
    ]
    found = simulate(
        system_of(parts, tasks), costs_of(), ASSUMED, sampling=Sampling(years=YEARS, seed=seed)
    )
    assert found.exact_loss == pytest.approx(153_779.13832821746, rel=1e-12)
    assert abs(found.not_drawn) < 1, "three at once are all but nothing"
    assert within(found.loss.expected.value, 153_779.13832821746, found.loss.standard_error)
    exact = [0.0015014970009998851, 0.0029972507499999024, 0.0005065887063987473]
    for part, away, (_, _, value) in zip(found.contributions, exact, tasks, strict=True):
        assert part.expected_loss == pytest.approx(8_760 * away * value, rel=0.05)
