"""Simulated spend against closed forms: demand, price moves, retirements, caps."""

import tracemalloc
from math import exp, log, sqrt

import msgspec
import numpy as np
import pytest

from multillm_gov.portfolio.risk import PriceShocks, Risk
from multillm_gov.reporting.shared.tables import rounded
from multillm_gov.reporting.stress.status import allotted
from multillm_gov.risk.retirement import retirement_chance
from multillm_gov.risk.simulation import expenses
from multillm_gov.risk.simulation.assumptions import Assumptions, assumptions_of
from multillm_gov.risk.simulation.expenses import simulate_expenses
from multillm_gov.risk.simulation.simulation import Sampling, simulate
from multillm_gov.units import Amount, Positive, Share
from oracles.closed_forms import Lognormal, NormalSum, joint_chance

SEEDS = (1, 2, 3)
YEARS = 20_000
ASSUMED = assumptions_of(Risk())


def assuming(**values: float) -> Assumptions:
    """No price moves, and what is given."""
    still = {"moderate_chance": 0.0, "severe_chance": 0.0, "retirement_months": 1e9, **values}
    changed = {
        name: msgspec.structs.replace(getattr(ASSUMED, name), value=value)
        for name, value in still.items()
    }
    return msgspec.structs.replace(ASSUMED, **changed)


def near(estimate, expected: float, errors: float = 3.5) -> bool:
    return abs(estimate.value - expected) <= errors * (estimate.high - estimate.low) / 2 / 1.96


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("variation", [0.25, 0.10])
def test_demand_alone_is_the_lognormal_table(seed, variation, system_of, costs_of, line) -> None:
    """Method 2.4: m = 100,000; quantiles, shortfall, relative cost at risk, chance of 120%."""
    costs = costs_of([line(100_000)], caps=[10_000])
    found = simulate(
        system_of([], []),
        costs,
        assuming(demand_variation=variation),
        sampling=Sampling(years=YEARS, seed=seed),
    )
    exact = Lognormal(mean=100_000, variation=variation)
    assert abs(found.cost.expected.value - 100_000) <= 3 * found.cost.standard_error
    assert near(found.cost.median, exact.quantile(0.5))
    assert near(found.cost.p95, exact.quantile(0.95))
    assert near(found.cost.p99, exact.quantile(0.99))
    assert near(found.cost.shortfall95, exact.shortfall(0.95))
    assert found.cost.relative_at_risk95 == pytest.approx(exact.relative_at_risk(0.95), rel=0.03)
    over = exact.exceeds(120_000)
    (cap,) = found.caps
    assert abs(cap.chance - over) <= 3 * sqrt(over * (1 - over) / YEARS)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("common", [0.0, 0.3, 1.0])
def test_small_variation_is_the_sum_of_normals(seed, common, system_of, costs_of, line) -> None:
    """Three tasks whose logarithms correlate by the common share; at a variation of 1% they are all
    but normal."""
    means = (40e3, 35e3, 25e3)
    costs = costs_of(*([line(mean)] for mean in means))
    assumed = assuming(demand_variation=0.01, demand_common_share=common)
    found = simulate(
        system_of([], []), costs, assumed, sampling=Sampling(years=YEARS, seed=seed)
    ).cost
    exact = NormalSum(
        means=means, deviations=tuple(0.01 * mean for mean in means), correlation=common
    )
    assert found.deviation == pytest.approx(exact.deviation, rel=4 / sqrt(2 * YEARS))
    assert near(found.p95, 100_000 + exact.relative_at_risk(0.95))


@pytest.mark.parametrize("seed", SEEDS)
def test_price_moves_come_at_the_declared_chances(seed, costs_of, line) -> None:
    """From a uniform moment of the year: mean factor 1 + sum p (f - 1) / 2; the dearest month shows
    all of it."""
    costs = costs_of([line(1_200)], caps=[134.0])
    found = simulate_expenses(
        costs,
        assuming(demand_variation=0.0, moderate_chance=0.2, severe_chance=0.05),
        YEARS,
        seed=seed,
    )
    mean = 1_200 * (1 + (0.2 * 0.35 + 0.05 * 1.0) / 2)
    assert abs(found.total.mean() - mean) <= 3 * found.total.std() / sqrt(YEARS)
    assert found.total.min() == 1_200
    assert found.total.max() < 2_400
    assert abs(found.caps_broken[0] - 0.25) <= 3 * sqrt(0.25 * 0.75 / YEARS), (
        "either move breaks 134 a month"
    )
    severe = (found.total > 1_200 * 1.35).mean()
    assert abs(severe - 0.05 * (1 - 0.35)) <= 3 * sqrt(0.0325 / YEARS), (
        "a doubling before 65% of the year is over"
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_vendors_move_together_as_the_copula_says(seed, rho, costs_of, line) -> None:
    """Two vendors' severe moves at once: Phi2(z, z; rho) of their chances."""
    costs = costs_of(
        [line(1_200, vendor="a")], [line(1_200, vendor="b")], caps=[199.9, 199.9], ceiling=399.9
    )
    assumed = assuming(demand_variation=0.0, severe_chance=0.05, price_correlation=rho)
    found = simulate_expenses(costs, assumed, YEARS, seed=seed)
    both = joint_chance((0.05, 0.05), rho)
    assert abs(found.ceiling_broken - both) <= 3 * sqrt(both / YEARS)
    assert found.caps_broken == pytest.approx([0.05, 0.05], abs=3 * sqrt(0.05 / YEARS))


def test_a_dated_retirement_reprices_from_its_day(costs_of, line) -> None:
    costs = costs_of(
        [line(1_000, retires_after=0.25, successor_factor=3.0)], [line(1_000, retires_after=1.5)]
    )
    (by_task,) = simulate_expenses(costs, assuming(demand_variation=0.0), 1_000, seed=1).drawn()
    assert by_task[:, 0] == pytest.approx(1_000 * (0.25 + 0.75 * 3))
    assert by_task[:, 1] == pytest.approx(1_000)


def test_a_cheaper_successor_saves_but_the_dearest_month_is_before_it(costs_of, line) -> None:
    costs = costs_of([line(1_200, retires_after=0.5, successor_factor=0.5)], caps=[99.9])
    found = simulate_expenses(costs, assuming(demand_variation=0.0), 1_000, seed=1)
    assert found.total == pytest.approx(900)
    assert found.caps_broken[0] == 1


def test_a_retirement_without_a_known_successor_is_a_moderate_move(costs_of, line) -> None:
    found = simulate_expenses(
        costs_of([line(1_000, retires_after=0.0)]), assuming(demand_variation=0.0), 1_000, seed=1
    )
    assert found.total == pytest.approx(1_350)


@pytest.mark.parametrize("seed", SEEDS)
def test_models_without_a_date_go_at_a_constant_hazard(seed, costs_of, line) -> None:
    costs = costs_of([line(1_000, retires_after=None, successor_factor=2.0)])
    found = simulate_expenses(
        costs, assuming(demand_variation=0.0, retirement_months=18.1), YEARS, seed=seed
    )
    chance = retirement_chance(18.1, 12)
    assert abs((found.total > 1_000).mean() - chance) <= 3 * sqrt(chance * (1 - chance) / YEARS)
    life = 18.1 / 12 / log(2)
    left = 1 - life * (1 - exp(-1 / life))
    assert abs(found.total.mean() - 1_000 * (1 + left)) <= 3 * found.total.std() / sqrt(YEARS)


def test_a_retirement_and_a_price_move_multiply(costs_of, line) -> None:
    """After both, the successor's price times the vendor's factor; the mean is the integral over
    the year."""
    costs = costs_of([line(1.0, vendor="v", retires_after=0.5, successor_factor=3.0)])
    found = simulate_expenses(
        costs, assuming(demand_variation=0.0, severe_chance=1.0), YEARS, seed=1
    )
    moments = np.linspace(0, 1, 100_001)
    expected = 1 + (1 - moments) + 2 * 0.5 + 2 * (1 - np.maximum(0.5, moments))
    assert abs(found.total.mean() - expected.mean()) <= 3 * found.total.std() / sqrt(YEARS)
    assert found.total.max() <= expected.max() + 1e-9


def test_fixed_cost_does_not_move(costs_of, line) -> None:
    costs = costs_of([line(0.0)])
    fixed = msgspec.structs.replace(
        costs,
        tasks=(
            msgspec.structs.replace(costs.tasks[0], fixed_per_year=12_000.0, monthly_cap=1_000.0),
        ),
    )
    found = simulate_expenses(fixed, assuming(severe_chance=1.0), 1_000, seed=1)
    assert (found.total == 12_000).all()
    assert found.caps_broken[0] == 0, "a cap that is met exactly holds"


def test_a_vendor_and_a_task_class_have_the_same_history_in_every_portfolio(costs_of, line) -> None:
    before = simulate_expenses(costs_of([line(100)]), ASSUMED, 2_000, seed=3)
    beside = simulate_expenses(
        costs_of([line(100)], [line(900, vendor="other", model="m")]), ASSUMED, 2_000, seed=3
    )
    assert next(beside.drawn())[:, 0] == pytest.approx(before.total, rel=1e-12)
    longer = simulate_expenses(costs_of([line(100)]), ASSUMED, 4_500, seed=3)
    assert (longer.total[:2_000] == before.total).all()


def test_threads_change_nothing(costs_of, line, monkeypatch) -> None:
    costs = costs_of(
        *([line(100 + n, vendor=f"v{n % 3}", model=f"m{n}", retires_after=None)] for n in range(20))
    )
    two = simulate_expenses(costs, ASSUMED, 5_000, seed=3)
    monkeypatch.setattr("multillm_gov.risk.simulation.expenses.threads_for", lambda _: 1)
    one = simulate_expenses(costs, ASSUMED, 5_000, seed=3)
    assert (next(one.drawn()) == next(two.drawn())).all()


def test_declared_figures_replace_priors() -> None:
    risk = Risk(
        demand_variation=Amount("0.4"),
        price_shocks=PriceShocks(severe_chance=Share("0.5"), moderate_factor=Positive("1.5")),
    )
    assumed = assumptions_of(risk)
    assert (assumed.demand_variation.value, assumed.demand_variation.origin) == (0.4, "declared")
    assert (assumed.severe_chance.value, assumed.severe_chance.origin) == (0.5, "declared")
    assert (assumed.moderate_chance.value, assumed.moderate_chance.origin) == (0.2, "assumed")
    assert {one.label: one.value for one in ASSUMED.all} == {
        "Sigma of the length of outages": 1.2,
        "Variation of a year's demand": 0.2,
        "Part of it common to all task classes": 0.5,
        "Moderate repricing, per vendor": 0.2,
        "Moderate repricing": 1.35,
        "Severe repricing, per vendor": 0.05,
        "Severe repricing": 2.0,
        "Life of a model without a retirement date": 18.1,
        "Correlation of vendors' price moves": 0.0,
    }


def test_chances_that_leave_no_room_are_cut(costs_of, line) -> None:
    """Severe moves first: chances of .8 and .6 leave .2 for the moderate one."""
    costs = costs_of([line(1_200)], caps=[199.0])
    found = simulate_expenses(
        costs, assuming(demand_variation=0.0, severe_chance=0.8, moderate_chance=0.6), YEARS, seed=1
    )
    assert found.total.min() > 1_200
    assert found.caps_broken[0] == pytest.approx(0.8, abs=0.01)


def test_declared_extremes_stay_finite(system_of, costs_of, line) -> None:
    """A portfolio may come from a stranger: the largest figures that a file can declare."""
    risk = Risk(
        outage_sigma=Positive("1e9"),
        demand_variation=Amount("1e15"),
        price_shocks=PriceShocks(severe_chance=Share(1), severe_factor=Positive("1e9")),
        retirement_median_months=Positive("1e-9"),
    )
    assumed = assumptions_of(risk)
    assert assumed.outage_sigma.value == 4
    assert "1e+09 is declared" in assumed.outage_sigma.note
    costs = costs_of([line(1e15, retires_after=None, successor_factor=1e9)])
    found = simulate(
        system_of([0.5], [([[0]], 0.0, 1e15)], mean_hours=1e9),
        costs,
        assumed,
        sampling=Sampling(years=1_000),
    )
    assert np.isfinite(found.yearly_losses).all()
    assert np.isfinite(found.yearly_costs).all()
    assert allotted([found.cost.expected.value], rounded(found.cost.expected.value))[0] > 0


def test_task_classes_are_drawn_in_groups_with_the_same_figures(
    costs_of, line, monkeypatch
) -> None:
    """However many fit at once: the streams are keyed by name."""
    costs = costs_of(*([line(1_000.0 + number)] for number in range(11)), caps=[90.0] * 11)
    costs = msgspec.structs.replace(costs, monthly_ceiling=990.0)
    whole = simulate_expenses(costs, ASSUMED, 1_500, seed=4)
    weights = np.random.default_rng(1).random((3, 1_500))
    monkeypatch.setattr(expenses, "_MOST_AT_ONCE", 4)
    grouped = simulate_expenses(costs, ASSUMED, 1_500, seed=4)
    assert grouped.total == pytest.approx(whole.total, rel=1e-12)
    assert (grouped.caps_broken == whole.caps_broken).all()
    assert grouped.ceiling_broken == whole.ceiling_broken > 0
    assert grouped.parts(weights) == pytest.approx(whole.parts(weights), rel=1e-12)


def test_memory_does_not_grow_with_the_task_classes(costs_of, line) -> None:
    """Spend of all task classes is never held at once: a block of years would have six arrays of
    20 MB."""
    costs = costs_of(*([line(1_000.0)] for _ in range(2_500)))
    tracemalloc.start()
    try:
        simulate_expenses(costs, ASSUMED, 100, seed=1).parts(np.ones((1, 100)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60 * 2**20
