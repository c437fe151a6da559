"""Figures of a simulated amount and how far they can be trusted."""

import numpy as np
import pytest

from multillm_gov.portfolio.risk import Risk
from multillm_gov.reporting.shared.tables import format_rounded
from multillm_gov.risk.simulation.assumptions import assumptions_of
from multillm_gov.risk.simulation.distribution import (
    describe,
    quantile_ranks,
    tail_size,
    waypoints,
    worst_years,
)
from multillm_gov.risk.simulation.simulation import Sampling, simulate

ASSUMED = assumptions_of(Risk())


def test_ranks_of_method_8() -> None:
    assert quantile_ranks(10_000, 0.95) == (9_500, 9_457, 9_543)
    assert quantile_ranks(1, 0.95) == (1, 1, 1)
    assert quantile_ranks(10_000, 0.99)[0] == 9_900
    assert [tail_size(n, 0.95) for n in (1, 10, 20, 100, 10_000, 100_000)] == [
        1,
        1,
        1,
        5,
        500,
        5_000,
    ]


def test_figures_of_the_first_thousand_numbers() -> None:
    amounts = np.random.default_rng(1).permutation(np.arange(1.0, 1_001))
    found = describe(amounts)
    assert (found.expected.value, found.median.value, found.p95.value, found.p99.value) == (
        500.5,
        500,
        950,
        990,
    )
    assert found.shortfall95.value == 975.5
    assert found.relative_at_risk95 == 449.5
    assert found.deviation == pytest.approx(288.8194, abs=1e-4)
    assert found.standard_error == pytest.approx(288.8194 / 1_000**0.5, abs=1e-5)
    assert (found.p95.low, found.p95.high) == (936, 964)
    assert found.none == 0
    assert set(amounts[worst_years(amounts)]) == set(range(951, 1_001))


def test_intervals_hold_what_they_promise() -> None:
    """Of 400 runs over a known law, about 95% hold the true mean, quantile and shortfall."""
    generator = np.random.default_rng(7)
    true = {"expected": 1.0, "p95": -np.log(0.05), "shortfall95": 1 - np.log(0.05)}
    held = dict.fromkeys(true, 0)
    for _ in range(400):
        found = describe(generator.standard_exponential(2_000))
        for name, value in true.items():
            estimate = getattr(found, name)
            held[name] += estimate.low <= value <= estimate.high
    assert all(0.91 < count / 400 < 0.99 for count in held.values()), held


def test_waypoints_end_at_the_whole_run_and_narrow_on_the_way() -> None:
    amounts = np.random.default_rng(1).standard_exponential(16_000)
    found = waypoints(amounts)
    assert [point.years for point in found] == [1_000 * n for n in range(1, 17)]
    last, whole = found[-1], describe(amounts)
    assert (last.expected, last.p95, last.shortfall95) == (
        whole.expected,
        whole.p95,
        whole.shortfall95,
    )
    assert found[0].p95.high - found[0].p95.low > 2.5 * (last.p95.high - last.p95.low)
    assert [point.years for point in waypoints(amounts[:3])] == [1, 2, 3]


def test_parts_sum_to_the_whole(system_of, costs_of, line) -> None:
    """Euler allocation of mean, shortfall and deviation, of losses and of cost."""
    system = system_of(
        [0.01, 0.02, 0.004],
        [([[0], [1]], 0.9, 100.0), ([[1, 2]], 0.0, 40.0), ([[2], [0]], 0.5, 7.0)],
    )
    costs = costs_of(
        [line(100, retires_after=None)], [line(40, vendor="b")], [line(500, model="m")]
    )
    found = simulate(system, costs, ASSUMED, sampling=Sampling(years=5_000, seed=11))
    parts = found.contributions
    assert [part.name for part in parts] == ["task-0", "task-1", "task-2"]
    for name, whole in (
        ("expected_loss", found.loss.expected.value),
        ("loss_shortfall", found.loss.shortfall95.value),
        ("loss_deviation", found.loss.deviation),
        ("expected_cost", found.cost.expected.value),
        ("cost_shortfall", found.cost.shortfall95.value),
        ("cost_deviation", found.cost.deviation),
    ):
        assert sum(getattr(part, name) for part in parts) == pytest.approx(whole, rel=1e-12), name


def test_a_part_is_what_it_would_be_alone_where_it_is_alone(system_of, costs_of) -> None:
    system = system_of([0.01], [([[0]], 0.0, 100.0), ([[0]], 0.0, 300.0)])
    found = simulate(system, costs_of(), ASSUMED, sampling=Sampling(years=2_000, seed=1))
    assert found.contributions[0].loss_shortfall == pytest.approx(found.loss.shortfall95.value / 4)
    assert found.contributions[1].loss_deviation == pytest.approx(found.loss.deviation * 3 / 4)


def test_same_seed_same_result(system_of, costs_of, line) -> None:
    system = system_of([0.01, 0.02], [([[0], [1]], 0.5, 100.0)])
    costs = costs_of([line(100, retires_after=None)], caps=[9.0], ceiling=10.0)
    first, second = (
        simulate(system, costs, ASSUMED, sampling=Sampling(years=3_000, seed=4), loss_appetite=0.01)
        for _ in range(2)
    )
    assert first == second
    assert first.generator == "PCG64"
    assert first.library == f"numpy {np.__version__}"
    assert {cap.subject for cap in first.caps} == {"portfolio", "task-0"}
    assert (
        first.appetite_chance == sum(loss > 0.01 * 876_000 for loss in first.yearly_losses) / 3_000
    )
    other = simulate(system, costs, ASSUMED, sampling=Sampling(years=3_000, seed=5))
    assert other.yearly_losses != first.yearly_losses
    assert other.yearly_costs != first.yearly_costs


def test_printed_figures_of_a_seed(system_of, costs_of, line) -> None:
    """Rounded as they are printed: what another machine, or another release of numpy, would show
    for the seed."""
    system = system_of([0.01, 0.02, 0.004], [([[0, 2], [1, 2]], 0.9, 100.0), ([[1]], 0.0, 40.0)])
    costs = costs_of([line(1_000, retires_after=None)], [line(400, vendor="b", model="b")])
    printed = []
    for lengths in ("lognormal", "exponential"):
        found = simulate(
            system, costs, ASSUMED, sampling=Sampling(years=2_000, seed=20_261_125, lengths=lengths)
        )
        for one in (found.loss, found.cost):
            printed += [
                format_rounded(value)
                for value in (one.expected.value, one.p95.value, one.shortfall95.value)
            ]
    assert printed == PRINTED


def test_pcg64_is_numpys_promise() -> None:
    """The bits of a key, which no release and no machine may change: uniform numbers are made of
    them alone."""
    from multillm_gov.risk.simulation.streams import stream

    drawn = stream(20_261_125, "outages", "provider:openai", 0).random(3)
    assert [f"{number:.17g}" for number in drawn] == PINNED


PINNED = ["0.90763253454995718", "0.14085444760780397", "0.90218808844555332"]
PRINTED = [
    "11,640",
    "15,360",
    "16,910",
    "1,558",
    "2,210",
    "2,509",
    "11,610",
    "14,180",
    "14,830",
    "1,558",
    "2,210",
    "2,509",
]
