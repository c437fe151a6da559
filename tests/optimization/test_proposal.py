"""Rounding to what is written: hundredths of a percent that keep every row."""

import numpy as np
import pytest
from msgspec.structs import replace

from multillm_gov.optimization.problem import Limit
from multillm_gov.optimization.proposal import STEPS, rounded
from multillm_gov.optimization.solving import solve
from optimization.instances import random_problem, tiny


@pytest.mark.parametrize("seed", range(25))
def test_rounded_shares_keep_every_row(seed: int) -> None:
    """Splits lie exactly on floors; the nearest rounding would miss about half of them."""
    # Limits with a little to spare, as those on shares have; floors with nothing to spare.
    problem = random_problem(seed, tasks=12, cap=0.6)
    kept = tuple(
        replace(limit, value=limit.value - 1e-4) if limit.unit == "share" else limit
        for limit in problem.limits
    )
    answer = solve(replace(problem, limits=kept))
    if answer.shares is None:
        return
    shares = rounded(problem, answer.shares)
    assert np.allclose(shares * STEPS, np.round(shares * STEPS), atol=1e-6)
    assert np.allclose(np.bincount(problem.task_of, weights=shares), 1.0)
    assert np.abs(shares - answer.shares).max() < 2 / STEPS
    for limit in problem.limits:
        for row in limit.rows:
            used = float(row.coefficients(limit.value) @ shares[row.options])
            size = float(np.abs(row.coefficients(limit.value)).max())
            assert used <= row.at_most(limit.value) + 1e-8 * size, limit.name


def test_rounding_goes_the_way_that_keeps_the_floor() -> None:
    """T1 meets its floor at 75% exactly, T2 at five sevenths: rounded up, not to the nearest."""
    problem = tiny()
    shares = rounded(problem, solve(problem).found)
    assert shares == pytest.approx([0, 0.75, 0.25, 0, 0.7143, 0.2857])
    assert float(np.array([0.84, 0.70]) @ shares[4:]) >= 0.80
    floor = Limit(name="none", unit="none")
    assert rounded(replace(problem, limits=(floor,)), np.array([0, 0.71424, 0.28576, 0, 1, 0.0]))[
        1
    ] == pytest.approx(0.7142)
    up = replace(problem, limits=(replace(problem.limits[0], value=0.80 + 0.08 * 0.71424),))
    assert rounded(up, np.array([0, 0.71424, 0.28576, 0, 1, 0.0]))[1] == pytest.approx(0.7143)
