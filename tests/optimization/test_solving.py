"""The solver against a hand-worked instance, every assignment tried, and another solver."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from benchmarks.optimizer import instance
from multillm_gov.optimization.assembly import assemble
from multillm_gov.optimization.conflicts import find_conflicts, is_feasible
from multillm_gov.optimization.frontier import frontier
from multillm_gov.optimization.highs import Effort, Session
from multillm_gov.optimization.presolve import dominated, tighten
from multillm_gov.optimization.problem import (
    Curve,
    FixedCost,
    Limit,
    Minimum,
    Problem,
    Row,
    Spread,
)
from multillm_gov.optimization.solving import LARGE, extras_of, solve
from optimization.instances import (
    TINY_COSTS,
    TINY_REQUESTS,
    random_problem,
    request_caps,
    spend_caps,
    tiny,
)


def test_hand_worked_instance(oracles: dict[str, Any]) -> None:
    known = oracles["tiny_lp"]
    answer = solve(tiny())
    assert answer.cost == pytest.approx(known["lp"], abs=1e-9)
    assert answer.found == pytest.approx([0, 0.75, 0.25, 0, 5 / 7, 2 / 7], abs=1e-9)
    assert solve(tiny(whole=True)).cost == pytest.approx(known["mip"], abs=1e-9)
    for cap in (60, 50, 45, 40):
        by_requests = solve(tiny(*request_caps(cap / 100)))
        assert by_requests.cost == pytest.approx(known[f"cap{cap}_requests"], abs=1e-8)
        by_spend = solve(tiny(*spend_caps(cap / 100)))
        expected = known[f"cap{cap}_cost"]
        if expected == "infeasible":
            assert by_spend.status == expected
            assert by_spend.shares is None
        else:
            assert by_spend.cost == pytest.approx(expected, abs=1e-8)


def test_every_assignment_of_whole_classes_is_no_cheaper() -> None:
    compared = 0
    for seed in range(40):
        problem = random_problem(seed, whole=True)
        best = _cheapest_of_all(problem)
        answer = solve(problem)
        if best is None:
            assert answer.shares is None
        else:
            assert answer.cost == pytest.approx(best, rel=1e-9)
            compared += 1
    assert compared >= 20


def _cheapest_of_all(problem: Problem) -> float | None:
    by_task = [np.flatnonzero(problem.task_of == task) for task in range(len(problem.tasks))]
    costs = []
    for chosen in product(*by_task):
        shares = np.zeros(problem.size)
        shares[list(chosen)] = 1.0
        if all(
            row.coefficients(limit.value) @ shares[row.options] <= row.at_most(limit.value) + 1e-9
            for limit in problem.limits
            for row in limit.rows
        ):
            costs.append(float(problem.costs @ shares))
    return min(costs, default=None)


def test_another_solver_finds_the_same_cost() -> None:
    for seed in range(50):
        problem = replace(
            random_problem(seed, tasks=8, models=6, cap=0.55), min_share=0.1, max_models=2
        )
        program = assemble(problem).program
        matrix = csr_matrix(
            (program.values, program.indices, program.starts),
            shape=(len(program.row_lower), len(program.costs)),
        )
        other = milp(
            program.costs,
            constraints=LinearConstraint(matrix, program.row_lower, program.row_upper),
            bounds=Bounds(program.lower, program.upper),
            integrality=program.whole.astype(int),
            options={"mip_rel_gap": 1e-9},
        )
        answer = solve(problem)
        if other.status == 2:
            assert answer.shares is None
        else:
            shares = other.x[: problem.size]
            assert answer.cost == pytest.approx(float(problem.costs @ shares), rel=2e-6)


def test_cost_never_rises_when_a_limit_is_relaxed() -> None:
    costs = [solve(tiny(*request_caps(cap))).cost for cap in np.linspace(0.4, 1.0, 13)]
    assert costs == sorted(costs, reverse=True)
    for seed in range(10):
        problem = random_problem(seed, cap=0.5)
        before = solve(problem)
        if before.shares is None:
            continue
        for position, limit in enumerate(problem.limits):
            relaxed = replace(limit, value=limit.value + limit.relaxed_by * 0.05)
            limits = (*problem.limits[:position], relaxed, *problem.limits[position + 1 :])
            assert solve(replace(problem, limits=limits)).cost <= before.cost + 1e-6


def test_ties_keep_what_runs_today() -> None:
    costs = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0]) * 1000
    for keep in range(3):
        today = np.zeros(6)
        today[[keep, 3 + (keep + 1) % 3]] = 1.0
        problem = replace(tiny(), costs=costs, today=today, limits=())
        assert solve(problem).found == pytest.approx(today)
    split = np.array([0.3, 0.7, 0, 0, 0.5, 0.5])
    assert solve(replace(tiny(), costs=costs, today=split, limits=())).found == pytest.approx(split)


def test_an_index_limit_holds_and_costs_no_more_than_needed() -> None:
    weights = np.array([[v == i % 3 for i in range(6)] for v in range(3)]) * TINY_REQUESTS
    spread = Spread(weights=weights, total=1500.0, common=np.eye(3))
    for most in (0.9, 0.6, 0.45, 0.38):
        limit = Limit(name="hhi", value=most, unit="index", spread=spread)
        answer = solve(tiny(limit))
        assert spread.measure(answer.found) <= most + 1e-6
        coarse = min((cost for cost, index in _grid(spread) if index <= most), default=float("inf"))
        assert answer.cost <= coarse + 1e-9
    largest = Spread(weights=weights, total=1500.0, common=np.eye(3), largest=2)
    answer = solve(tiny(Limit(name="top", value=0.8, unit="share", spread=largest)))
    assert largest.measure(answer.found) <= 0.8 + 1e-6
    assert answer.cost > solve(tiny()).cost


def _grid(spread: Spread) -> list[tuple[float, float]]:
    """Cost and index of every allocation on a grid that keeps the floors."""
    steps = [(a / 20, b / 20, 1 - (a + b) / 20) for a in range(21) for b in range(21 - a)]
    first = [s for s in steps if 0.92 * s[0] + 0.88 * s[1] + 0.80 * s[2] >= 0.86]
    second = [s for s in steps if 0.90 * s[0] + 0.84 * s[1] + 0.70 * s[2] >= 0.80]
    costs = TINY_COSTS * TINY_REQUESTS
    return [
        (float(costs @ np.array([*one, *other])), spread.measure(np.array([*one, *other])))
        for one in first
        for other in second
    ]


def test_fixed_costs_are_paid_once() -> None:
    free = solve(tiny(whole=True))
    fixed = FixedCost(name="hosting", options=np.array([1, 4]), amount=100.0)
    answer = solve(replace(tiny(whole=True), fixed_costs=(fixed,)))
    assert free.cost == pytest.approx(10.0)
    assert answer.cost == pytest.approx(25.0)  # A, A instead of B, B and its hosting
    shared = replace(fixed, amount=1.0)
    assert solve(replace(tiny(whole=True), fixed_costs=(shared,))).cost == pytest.approx(11.0)


def test_a_minimum_not_used_up_is_paid_all_the_same() -> None:
    spend = TINY_COSTS * TINY_REQUESTS
    second = Minimum(
        name="B", options=np.array([1, 4]), spend=spend[[1, 4]], amount=12.0, owed=False
    )
    answer = solve(replace(tiny(whole=True), minimums=(second,)))
    assert answer.cost == pytest.approx(12.0)
    assert answer.spend == pytest.approx(10.0)
    owed = replace(second, name="A", options=np.array([0, 3]), spend=spend[[0, 3]], owed=True)
    answer = solve(replace(tiny(whole=True), minimums=(owed,)))
    # 12 owed to A: T1 at A uses 10 of it, so that only 6 are left to pay for T2 at B.
    assert answer.cost == pytest.approx(18.0)
    assert extras_of(tiny(), answer.found)["minimums"] == 0


def test_moves_cost_and_few_models_are_used() -> None:
    today = np.array([1.0, 0, 0, 1.0, 0, 0])
    moved = solve(replace(tiny(today=today), max_models=1))
    assert moved.cost == pytest.approx(10.0)
    dear = replace(tiny(today=today), max_models=1, use_costs=np.where(today > 0, 0.0, 8.0))
    answer = solve(dear)
    assert answer.found == pytest.approx([1, 0, 0, 0, 1, 0])  # only T2's move pays for itself
    assert answer.cost == pytest.approx(10.0 + 6.0 + 8.0)


def test_lost_cache_hits_keep_a_class_together() -> None:
    curve = tuple(
        Curve(option=option, knots=(0.0, 0.5, 1.0), costs=(0.0, 3.0, 0.0)) for option in range(6)
    )
    answer = solve(replace(tiny(), curves=curve))
    assert answer.cost == pytest.approx(10.0)
    assert answer.found == pytest.approx([0, 1, 0, 0, 1, 0])


def test_conflicts_are_irreducible_and_relaxations_enough() -> None:
    problem = tiny(*spend_caps(0.45))
    (conflict,) = find_conflicts(problem)
    assert conflict is not None
    names = [[limit.key for limit in limits] for limits in conflict.policies]
    assert names == [["floor of T1"], ["floor of T2"], ["vendor cap"] * 3]
    for number in range(3):
        rest = [each for place, each in enumerate(conflict.policies) if place != number]
        left = replace(problem, limits=tuple(limit for limits in rest for limit in limits))
        assert is_feasible(left)
    cap = conflict.relaxations[2]
    assert cap.value is not None
    assert is_feasible(tiny(*spend_caps(cap.value)))
    assert not is_feasible(tiny(*spend_caps(cap.value - 1e-4)))
    assert find_conflicts(tiny()) == ()


@pytest.mark.parametrize("seed", range(12))
def test_the_smallest_relaxation_is_enough_and_less_is_not(seed: int) -> None:
    """With the least useful share and the number of models limited, as without."""
    problem = random_problem(seed, cap=0.25, whole=False)
    problem = replace(problem, min_share=0.05 * (seed % 3), max_models=seed % 4)
    for conflict in find_conflicts(problem)[:1]:
        for policy, relaxation in zip(conflict.policies, conflict.relaxations, strict=True):
            others = [limit for limit in problem.limits if limit not in policy]
            if not relaxation.enough:
                assert not is_feasible(replace(problem, limits=tuple(others)))
                continue
            if relaxation.value is None:
                continue
            for by, expected in ((0.0, True), (-1e-4, False)):
                value = relaxation.value + by * relaxation.limit.relaxed_by
                moved = [replace(limit, value=value) for limit in policy]
                tried = replace(problem, limits=(*others, *moved))
                assert is_feasible(tried) is expected


def test_order_of_options_changes_no_cost() -> None:
    problem = random_problem(3)
    order = np.random.default_rng(5).permutation(problem.size)
    place = np.argsort(order)
    limits = tuple(
        replace(limit, rows=tuple(replace(row, options=place[row.options]) for row in limit.rows))
        for limit in problem.limits
    )
    shuffled = replace(
        problem,
        task_of=problem.task_of[order],
        names=tuple(problem.names[option] for option in order),
        costs=problem.costs[order],
        limits=limits,
    )
    assert solve(shuffled).cost == pytest.approx(solve(problem).cost, rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_presolve_loses_no_cheapest_allocation(seed: int) -> None:
    """Against another solver on rows written out here, without bounds or dominance."""
    random = np.random.default_rng(seed)
    problem = random_problem(seed, tasks=6, models=8, cap=0.6)
    use_costs = random.uniform(0, 0.1, problem.size) * problem.costs.mean()
    problem = replace(problem, min_share=0.1, max_models=2, use_costs=use_costs)
    count = problem.size
    shares = np.eye(count)
    one = np.array([problem.task_of == task for task in range(6)], dtype=float)
    rows = [
        (np.hstack([one, np.zeros((6, count))]), 1.0, 1.0),
        (np.hstack([shares, -np.eye(count)]), -np.inf, 0.0),
        (np.hstack([-shares, 0.1 * np.eye(count)]), -np.inf, 0.0),
        (np.hstack([np.zeros((6, count)), one]), -np.inf, 2.0),
    ]
    for limit in problem.limits:
        for row in limit.rows:
            line = np.zeros((1, 2 * count))
            line[0, row.options] = row.coefficients(limit.value)
            rows.append((line, -np.inf, row.at_most(limit.value)))
    other = milp(
        np.append(problem.costs, use_costs),
        constraints=[LinearConstraint(*row) for row in rows],
        bounds=Bounds(0, 1),
        integrality=np.append(np.zeros(count), np.ones(count)),
        options={"mip_rel_gap": 1e-9},
    )
    answer = solve(problem)
    if other.status == 2:
        assert answer.shares is None
    else:
        assert answer.cost == pytest.approx(other.fun, rel=2e-6)
        assert dominated(problem).any() or seed


def test_bounds_of_a_mix_by_hand() -> None:
    """T1: C at .80 reaches .86 with at most half of A at .92: (.92 − .86) / (.92 − .80)."""
    bounds = tighten(tiny())
    assert bounds.largest == pytest.approx([1, 1, 0.5, 1, 1, 0.5], abs=1e-8)
    assert [list(group) for group in bounds.needed] == [[0, 1], [3, 4]]


def test_dominated_options_by_hand() -> None:
    """A dearer and worse model of the same vendor goes; one of another vendor stays."""
    problem = tiny(*request_caps(0.6))
    worse = replace(
        problem,
        costs=np.array([4.0, 5.0, 6.0, 15.0, 6.0, 1.5]),  # T1: A cheapest and best
    )
    assert not dominated(worse).any()  # each is another vendor's
    free = replace(worse, limits=worse.limits[:2])
    assert list(np.flatnonzero(dominated(free))) == [1, 2]
    today = replace(free, today=np.array([0, 1.0, 0, 1, 0, 0]))
    assert list(np.flatnonzero(dominated(today))) == [2]


@pytest.mark.parametrize("mixed", [False, True])
def test_a_large_portfolio_is_solved_to_a_proven_gap(mixed: bool) -> None:
    """30 x 40 takes the way of large ones; the gap holds against the exact answer."""
    problem = instance(30, refused=not mixed)
    quick, exact = solve(problem, Effort(gap=1e-2)), solve(problem, Effort(gap=1e-4))
    assert problem.size >= LARGE
    assert quick.gap <= 1e-2
    assert quick.cost * (1 - quick.gap) <= exact.cost * (1 + 1e-6)
    assert exact.cost * (1 - 1e-4) <= quick.cost
    program = assemble(problem).program
    alone = Session(program, Effort(gap=1e-4)).solve()
    assert alone.values is not None
    assert exact.cost == pytest.approx(
        float(problem.costs @ alone.values[: problem.size]), rel=2.1e-4
    )


def test_points_of_a_large_frontier_are_within_their_gap() -> None:
    """Each point against the exact least cost at its quality."""
    problem = instance(30, refused=False)
    floors = [limit for limit in problem.limits if limit.unit == "score"]
    quality = -np.concatenate([limit.rows[0].fixed for limit in floors]) / 30
    traced = frontier(problem, "quality", [quality], points=6, effort=Effort(gap=1e-3))
    assert traced is not None
    assert len(traced.points) >= 4
    assert traced.gap < 0.02
    for point in traced.points[1:-1:2]:
        row = Row(options=np.arange(problem.size), fixed=-quality, bound_scaled=-1.0)
        limit = Limit(
            name="mean", value=point.value - 1e-9, unit="score", relaxed_by=-1, rows=(row,)
        )
        exact = solve(replace(problem, limits=(*problem.limits, limit)), Effort(gap=1e-5))
        assert exact.cost <= point.cost * (1 + 1e-6)
        assert point.cost * (1 - point.gap) <= exact.cost * (1 + 1e-5)
