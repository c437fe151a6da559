"""Two portfolios compared year by year."""

import msgspec
import pytest

from multillm_gov.portfolio.risk import Risk
from multillm_gov.risk.simulation.assumptions import assumptions_of
from multillm_gov.risk.simulation.simulation import Sampling, simulate
from multillm_gov.risk.simulation.simulation_result import difference

ASSUMED = assumptions_of(Risk())


def run(
    system_of,
    costs_of,
    line,
    *,
    u: float = 0.002,
    spend: float = 1_000.0,
    years: int = 8_000,
    seed: int = 1,
):
    system = system_of([0.003, u], [([[0], [1]], 0.5, 100.0)])
    return simulate(
        system, costs_of([line(spend)]), ASSUMED, sampling=Sampling(years=years, seed=seed)
    )


def test_equal_portfolios_differ_by_nothing(system_of, costs_of, line) -> None:
    found = difference(run(system_of, costs_of, line), run(system_of, costs_of, line, years=5_000))
    assert found.years == 5_000
    for amount in (found.loss, found.cost):
        for estimate in (amount.expected, amount.p95, amount.shortfall95):
            assert (estimate.value, estimate.low, estimate.high) == (0, 0, 0)


def test_a_tenth_more_spend_is_a_tenth_more_of_everything(system_of, costs_of, line) -> None:
    before, after = run(system_of, costs_of, line), run(system_of, costs_of, line, spend=1_100.0)
    found = difference(before, after)
    assert found.cost.expected.value == pytest.approx(0.1 * before.cost.expected.value)
    assert found.cost.p95.value == pytest.approx(0.1 * before.cost.p95.value)
    assert found.cost.shortfall95.value == pytest.approx(0.1 * before.cost.shortfall95.value)
    assert found.loss.expected.value == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_common_histories_show_a_change_that_separate_ones_would_drown(
    system_of, costs_of, line, seed
) -> None:
    """The fallback gets worse: exact change .5 * 8,760 * .003 * du * 100 a year, far below the
    spread of one run."""
    before, after = (
        run(system_of, costs_of, line, seed=seed),
        run(system_of, costs_of, line, u=0.02, seed=seed),
    )
    found = difference(before, after).loss.expected
    exact = 0.5 * 8_760 * 0.003 * (0.02 - 0.002) * 100
    assert after.exact_loss - before.exact_loss == pytest.approx(exact)
    half = (found.high - found.low) / 2
    assert abs(found.value - exact) <= 1.5 * half
    assert half < 0.5 * before.loss.standard_error


def test_different_seeds_have_nothing_in_common(system_of, costs_of, line) -> None:
    one = run(system_of, costs_of, line, years=1_000)
    with pytest.raises(ValueError, match="same seed"):
        difference(one, run(system_of, costs_of, line, years=1_000, seed=2))
    with pytest.raises(ValueError, match="same currency"):
        difference(one, msgspec.structs.replace(one, currency="EUR"))
