"""What a table says beyond the verdict: price of vendor caps, frontier, routing collapse."""

from math import ceil
from math import floor as floor_of

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.optimization.assembly import assemble
from multillm_gov.optimization.claim.baselines import select
from multillm_gov.optimization.claim.scores import Scores, mean_quality
from multillm_gov.optimization.claim.table_problem import (
    Basis,
    accuracies,
    class_floors,
    limited,
    mean_floor,
    table_problem,
    vendor_caps,
)
from multillm_gov.optimization.highs import Effort, Session
from multillm_gov.optimization.problem import Floats, Problem
from multillm_gov.optimization.solving import conclude, solve

CAPS = (0.7, 0.6, 0.5, 0.4, 0.35, 0.3)
COLLAPSE_POINTS = 10


class CapPrice(Struct, frozen=True, kw_only=True):
    """The cheapest month under one vendor cap; ``None``: no allocation keeps it."""

    basis: Basis
    cap: float
    cost: float | None


class FrontierPoint(Struct, frozen=True, kw_only=True):
    """A non-dominated allocation."""

    quality: float
    cost: float


class CollapsePoint(Struct, frozen=True, kw_only=True):
    """Where requests go at one budget."""

    budget: float
    quality: float
    dearest_share: float
    """Share of the requests at the dearest model."""


class TableFigures(Struct, frozen=True, kw_only=True):
    """Everything on the part of the data that scores."""

    best: str
    best_cost: float
    best_quality: float
    class_floor_cost: float | None
    """Splits allowed; every task class does as well as the best single model."""
    mean_floor_cost: float | None
    """Splits allowed; the mean over task classes does."""
    caps: tuple[CapPrice, ...]
    frontier: tuple[FrontierPoint, ...]
    highest_quality: float
    dearest: str
    collapse: tuple[CollapsePoint, ...]


def table_figures(scores: Scores, declared: Floats | None = None) -> TableFigures:
    """Work them out with the solver; ``declared`` floors replace the best single model's."""
    seen = replace(scores, chosen=scores.scored, chosen_costs=scores.scored_costs)
    best = select(seen, seen.chosen).best
    problem = table_problem(scores)
    accuracy = accuracies(scores, problem)
    own = scores.scored[:, best]
    floors = own if declared is None else declared
    quality = float(mean_quality(floors, scores.requests))
    on_mean = limited(problem, [mean_floor(problem, accuracy, scores.requests, quality)])
    by_class = limited(problem, class_floors(problem, accuracy, floors))
    dearest = _dearest(scores)
    return TableFigures(
        best=scores.models[best],
        best_cost=float(scores.requests @ scores.scored_costs[:, best]),
        best_quality=float(mean_quality(own, scores.requests)),
        class_floor_cost=_cost(by_class),
        mean_floor_cost=_cost(on_mean),
        caps=_caps(scores, by_class),
        frontier=quality_frontier(problem, accuracy, scores.requests),
        highest_quality=highest_quality(scores),
        dearest=scores.models[dearest],
        collapse=_collapse(scores, dearest),
    )


def _cost(problem: Problem) -> float | None:
    """The least cost; ``None``: no allocation keeps the limits."""
    answer = solve(problem)
    return None if answer.shares is None else answer.cost


def highest_quality(scores: Scores) -> float:
    """The best mean: every task class at its best model."""
    return float(mean_quality(np.nanmax(scores.scored, axis=1), scores.requests))


def _caps(scores: Scores, problem: Problem) -> tuple[CapPrice, ...]:
    prices = []
    bases: tuple[Basis, ...] = ("requests", "spend")
    for basis in bases:
        for cap in CAPS:
            cost = _cost(limited(problem, vendor_caps(problem, scores, cap, basis)))
            prices.append(CapPrice(basis=basis, cap=cap, cost=cost))
    return tuple(prices)


def quality_frontier(
    problem: Problem, accuracy: Floats, requests: Floats
) -> tuple[FrontierPoint, ...]:
    """Least cost for a mean quality, from that of the cheapest allocation up to the highest.

    Points stand at whole hundredths between the two ends.

    Each point starts from the last one's basis: only the right side of one row changes.
    """
    free = solve(problem).found
    weights = accuracy * requests[problem.task_of] / requests.sum()
    low = float(weights @ free)
    best = np.zeros(len(requests))
    np.maximum.at(best, problem.task_of, accuracy)
    high = float(requests @ best / requests.sum())
    bounded = limited(problem, [mean_floor(problem, accuracy, requests, low)])
    assembled = assemble(bounded)
    _, row, number = assembled.limit_rows[-1]
    size = float(np.abs(row.fixed).max()) or 1.0  # every score may be 0
    session = Session(assembled.program, Effort())
    points = []
    for floor in (low, *np.arange(ceil(low * 100), floor_of(high * 100) + 1) / 100, high):
        session.bound_rows(np.array([number]), np.array([-(floor - 1e-12) / size]))
        answer = conclude(bounded, assembled, session.solve())
        if answer.shares is not None:
            points.append(FrontierPoint(quality=float(weights @ answer.shares), cost=answer.cost))
    return non_dominated(points)


def non_dominated(points: list[FrontierPoint]) -> tuple[FrontierPoint, ...]:
    """Those that no other point beats in cost and quality, cheapest first."""
    kept_points: list[FrontierPoint] = []
    for point in sorted(points, key=lambda each: (each.cost, -each.quality)):
        if not kept_points or point.quality > kept_points[-1].quality + 1e-12:
            kept_points.append(point)
    return tuple(kept_points)


def _dearest(scores: Scores) -> int:
    totals = np.where(
        scores.complete, scores.requests @ np.nan_to_num(scores.scored_costs), -np.inf
    )
    return int(np.argmax(totals))


def _collapse(scores: Scores, dearest: int) -> tuple[CollapsePoint, ...]:
    """The best mean quality within a budget: how much of it goes to the dearest model.

    The allocation is made on the selection part, as a router would, and scored on the other.
    """
    chosen = table_problem(scores, held_out=False)
    accuracy = np.nan_to_num(accuracies(scores, chosen))
    seen = accuracies(scores, chosen, held_out=False)
    weights = scores.requests[chosen.task_of] / scores.requests.sum()
    least = _least(chosen)
    most = float(scores.requests @ scores.chosen_costs[:, dearest])
    name = scores.models[dearest]
    at_dearest = np.array([each == name for each in chosen.names])
    points = []
    for budget in np.geomspace(least, most, COLLAPSE_POINTS) if most > least else ():
        shares = _best_within(chosen, seen * weights, float(budget))
        if shares is not None:
            points.append(
                CollapsePoint(
                    budget=float(budget),
                    quality=float(accuracy * weights @ shares),
                    dearest_share=float((weights * at_dearest) @ shares),
                )
            )
    return tuple(points)


def _least(problem: Problem) -> float:
    least = np.full(len(problem.tasks), np.inf)
    np.minimum.at(least, problem.task_of, problem.costs)
    return float(least.sum())


def _best_within(problem: Problem, value: Floats, budget: float) -> Floats | None:
    """Shares of the highest value within a budget: the same program with the roles changed."""
    from multillm_gov.optimization.problem import Limit, Row

    most = float(value.max())
    row = Row(options=np.arange(problem.size), fixed=problem.costs, bound_scaled=1.0 + 1e-9)
    turned = replace(
        problem,
        costs=most - value,
        limits=(Limit(name="budget", value=budget, unit="money", rows=(row,)),),
    )
    return solve(turned).shares
