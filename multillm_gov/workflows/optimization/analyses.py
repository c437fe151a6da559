"""Prices of limits with what they avoid, conflicts with their lines, frontiers."""

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from multillm_gov.documents.document import locate
from multillm_gov.optimization.conflicts import Conflict
from multillm_gov.optimization.frontier import Axis, Frontier, frontier
from multillm_gov.optimization.highs import Effort
from multillm_gov.optimization.options import OptionSet
from multillm_gov.optimization.policy_prices import PolicyPrice
from multillm_gov.optimization.problem import Floats, Limit
from multillm_gov.optimization.proposal import RouteMove, moves_of, rounded
from multillm_gov.reporting.optimization.effects import worst_shock
from multillm_gov.reporting.optimization.result import (
    ConflictResult,
    PriceResult,
)
from multillm_gov.state.state import State
from multillm_gov.workflows.optimization.optimum import Optimum
from multillm_gov.workflows.optimization.plan_stages import exact
from multillm_gov.workflows.optimization.preparing import expected_loss, outage_losses
from multillm_gov.workflows.optimization.proving import with_moves

MOST_PRICED_LOSSES = 8


def price_results(optimum: Optimum, prices: Sequence[PolicyPrice]) -> tuple[PriceResult, ...]:
    """Each price with what the limit avoids; the losses of the dearest ones only."""
    state = optimum.prepared.assessment
    proposal = optimum.proposal or state
    loss, shock = expected_loss(proposal.state), worst_shock(proposal.state)
    results = []
    for number, price in enumerate(prices):
        avoided = None
        if number < MOST_PRICED_LOSSES:
            other = with_moves(state.state, _moves_to(optimum, price.without))
            avoided = expected_loss(other) - loss, worst_shock(other) - shock
        results.append(
            PriceResult(
                price=price,
                line=_line(price.limit, state.state),
                loss_avoided=None if avoided is None else exact(avoided[0]),
                shock_avoided=None if avoided is None else exact(avoided[1]),
            )
        )
    return tuple(results)


def _moves_to(optimum: Optimum, shares: Floats) -> tuple[RouteMove, ...]:
    problem, inputs = optimum.problem, optimum.prepared.inputs
    if optimum.solution is None:
        return ()
    solution = replace(optimum.solution, shares=rounded(problem, shares))
    return moves_of(
        optimum.prepared.assessment.state,
        inputs.options,
        problem,
        solution,
        inputs.fallback_candidates,
    )


def conflict_results(optimum: Optimum) -> tuple[ConflictResult, ...]:
    """Every conflict with the lines of its policies."""
    state = optimum.prepared.assessment
    pairs: list[tuple[str, Conflict]] = [
        (blocked.task, blocked.conflict) for blocked in optimum.blocked
    ]
    pairs += [("", conflict) for conflict in optimum.conflicts]
    return tuple(
        ConflictResult(
            task=task,
            conflict=conflict,
            lines=tuple(_line(limits[0], state.state) for limits in conflict.policies),
        )
        for task, conflict in pairs
    )


def _line(limit: Limit, state: State) -> str:
    if limit.place is None:
        return ""
    location = locate(limit.place, state.documents)
    return f"{location.path}:{location.line}"


def trace_frontiers(optimum: Optimum, count: int, effort: Effort) -> tuple[Frontier, ...]:
    """Cost against quality, the largest vendor's share of requests, and expected outage loss."""
    if optimum.solution is None or not count:
        return ()
    problem = optimum.problem
    frontiers = [
        frontier(
            problem,
            axis,
            measures,
            points=count,
            effort=effort,
            is_today_known=axis != "quality" or _is_quality_known(optimum),
        )
        for axis, measures in _axes(optimum)
    ]
    return tuple(each for each in frontiers if each is not None)


def _is_quality_known(optimum: Optimum) -> bool:
    """Whether all that answers the open task classes today was measured."""
    options = optimum.prepared.inputs.options
    held = {each.task for each in options.held}
    return all(
        option.candidate.proved is not None
        for option in options.options
        if option.candidate.share_today > 0 and option.task.task.name not in held
    )


def _axes(optimum: Optimum) -> list[tuple[Axis, list[Floats]]]:
    inputs = optimum.prepared.inputs
    options = inputs.options
    held = {each.task for each in options.held}
    is_open = np.array([option.task.task.name not in held for option in options.options])
    requests = np.where(is_open, options.requests, 0.0)
    if not requests.any():
        return []
    total = float(
        np.array(
            [float(t.requests_per_month) for t in options.tasks if t.task.name not in held]
        ).sum()
    )
    everything = float(optimum.prepared.assessment.state.figures.requests_per_month)
    axes: list[tuple[Axis, list[Floats]]] = [
        ("quality", [options.quality * requests / total]),
        ("concentration", _vendor_shares(options, everything)),
    ]
    if optimum.prepared.assessment.state.figures.value_at_stake_per_month:
        losses = inputs.outage_losses
        if losses is None:
            losses = outage_losses(
                optimum.prepared.assessment.state, options, inputs.fallback_candidates
            )
        if losses.any():
            axes.append(("outage loss", [losses]))
    return axes


def _vendor_shares(options: OptionSet, everything: float) -> list[Floats]:
    """Of each vendor: the share of all requests that each option sends there."""
    vendors = np.array(
        [
            option.candidate.facts.exposure.priced_by if option.candidate.facts else "unknown"
            for option in options.options
        ]
    )
    return [
        np.where(vendors == vendor, options.requests, 0.0) / everything
        for vendor in sorted(set(vendors))
    ]
