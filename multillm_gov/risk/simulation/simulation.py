"""Monte Carlo over years of outages, prices, demand and retirements (method 8).

Losses: every component has outages at Poisson times with random lengths; the time that two
components are down at once is taken from the drawn outages themselves. What three and more at once
add is not drawn: `Simulation.not_drawn` is its exact expectation. Hours count alike at every time
of day and week.
"""

from array import array
from math import fsum
from typing import Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.risk.availability.availability import unavailabilities
from multillm_gov.risk.simulation.assumptions import Assumptions
from multillm_gov.risk.simulation.chains import Overflows, SampledChains, chains_of
from multillm_gov.risk.simulation.cost_lines import CostLines
from multillm_gov.risk.simulation.distribution import describe, waypoints, worst_years
from multillm_gov.risk.simulation.expenses import ExpenseYears, simulate_expenses
from multillm_gov.risk.simulation.losses import LossYears, draws_per_year, simulate_losses
from multillm_gov.risk.simulation.outages import Lengths
from multillm_gov.risk.simulation.simulation_result import (
    DEFAULT_YEARS,
    CapRisk,
    Contribution,
    Simulation,
)
from multillm_gov.risk.simulation.streams import GENERATOR, Floats
from multillm_gov.risk.system.priors import HOURS_PER_YEAR
from multillm_gov.risk.system.system import System

MOST_YEARS: Final = 1_000_000
_MOST_DRAWS = 400_000_000
_MOST_CELLS = 40_000_000
"""Numbers held at once (8 bytes each): larger portfolios are simulated for fewer years."""


class Sampling(Struct, frozen=True, kw_only=True):
    """How years are drawn."""

    years: int = DEFAULT_YEARS
    """As many as are affordable: a portfolio may come from a stranger."""
    seed: int = 1
    """Not negative."""
    lengths: Lengths = "lognormal"
    """Law of the outages' lengths; ``exponential`` has closed forms to compare with."""


_USUAL = Sampling()


def simulate(
    system: System,
    costs: CostLines,
    assumptions: Assumptions,
    *,
    overflows: Overflows | None = None,
    loss_appetite: float = 1.0,
    sampling: Sampling = _USUAL,
) -> Simulation:
    """Simulate years; equal arguments give equal results with any number of threads.

    Args:
        system: Components and chains.
        costs: The forecast by vendor and model.
        assumptions: Demand, prices, retirements, lengths of outages.
        overflows: What fallbacks' rate limits leave no room for; see `overflow`.
        loss_appetite: Share of the yearly value at stake that a year's loss may reach (0..1).
        sampling: How many years are drawn, and how.
    """
    chains, retired = _outages_only(chains_of(system, overflows))
    years, seed = affordable_years(sampling.years, chains, costs), sampling.seed
    sigma = assumptions.outage_sigma.value
    losses = simulate_losses(chains, years, seed=seed, sigma=sigma, lengths=sampling.lengths)
    expenses = simulate_expenses(costs, assumptions, years, seed=seed)
    exact = max(_exact_loss(system) - retired, 0.0)
    unlimited = (
        _outages_only(chains_of(system))[0].expected_loss if overflows else chains.expected_loss
    )
    stake = HOURS_PER_YEAR * fsum(task.value_per_hour for task in system.tasks)
    return Simulation(
        years=years,
        seed=seed,
        generator=GENERATOR,
        library=f"numpy {np.__version__}",
        currency=costs.currency,
        loss=describe(losses.total),
        cost=describe(expenses.total),
        forecast=fsum(
            task.fixed_per_year + fsum(line.per_year for line in task.lines) for task in costs.tasks
        ),
        successors_assumed=_successors_assumed(costs),
        retired_loss=retired,
        exact_loss=exact,
        not_drawn=exact - unlimited,
        limited=chains.expected_loss - unlimited,
        value_at_stake=stake,
        appetite_chance=float((losses.total > loss_appetite * stake).mean()),
        caps=_caps(costs, expenses),
        contributions=_contributions(system, costs, losses, expenses),
        loss_waypoints=waypoints(losses.total),
        cost_waypoints=waypoints(expenses.total),
        assumptions=assumptions.all,
        unpriced=costs.unpriced,
        yearly_losses=array("d", losses.total.tobytes()),
        yearly_costs=array("d", expenses.total.tobytes()),
    )


def _outages_only(chains: SampledChains) -> tuple[SampledChains, float]:
    """Chains without what is always down, and what that costs a year: it is a fact, no outage."""
    lost = fsum(loss for _, loss in chains.always)
    return replace(chains, always=()), lost


def affordable_years(wanted: int, chains: SampledChains, costs: CostLines) -> int:
    """Years that fit into memory and time, at least 1."""
    cells = len(chains.components) * chains.bands + len(costs.tasks)
    draws = draws_per_year(chains) + 2 * len(costs.tasks)
    most = min(MOST_YEARS, int(_MOST_DRAWS / max(draws, 1.0)), _MOST_CELLS // max(cells, 1))
    return max(1, min(wanted, most))


def _successors_assumed(costs: CostLines) -> tuple[str, ...]:
    lines = (line for task in costs.tasks for line in task.lines)
    return tuple(
        sorted(
            {
                line.model
                for line in lines
                if line.successor_factor is None
                and line.per_year
                and (line.retires_after or 0.0) < 1
            }
        )
    )


def _exact_loss(system: System) -> float:
    away = unavailabilities(system)
    return fsum(
        task.value_per_hour * HOURS_PER_YEAR * share
        for task, share in zip(system.tasks, away, strict=True)
    )


def _caps(costs: CostLines, expenses: ExpenseYears) -> tuple[CapRisk, ...]:
    cap_risks = [
        CapRisk(subject=task.name, cap=task.monthly_cap, chance=float(chance))
        for task, chance in zip(costs.tasks, expenses.caps_broken, strict=True)
        if task.monthly_cap is not None
    ]
    if costs.monthly_ceiling is not None:
        cap_risks.append(
            CapRisk(subject="portfolio", cap=costs.monthly_ceiling, chance=expenses.ceiling_broken)
        )
    return tuple(sorted(cap_risks, key=lambda cap: (-cap.chance, cap.subject)))


def _contributions(
    system: System, costs: CostLines, losses: LossYears, expenses: ExpenseYears
) -> tuple[Contribution, ...]:
    count = len(system.tasks)
    lost = losses.parts(count, _euler_weights(losses.total))
    spent = expenses.parts(_euler_weights(expenses.total))
    by_name = {task.name: column for column, task in enumerate(costs.tasks)}
    contributions = []
    for number, task in enumerate(system.tasks):
        column = by_name.get(task.name)
        cost = [0.0 if column is None else float(figure[column]) for figure in spent]
        loss = [float(figure[number]) for figure in lost]
        contributions.append(
            Contribution(
                name=task.name,
                expected_loss=loss[0],
                loss_shortfall=loss[1],
                loss_deviation=loss[2],
                expected_cost=cost[0],
                cost_shortfall=cost[1],
                cost_deviation=cost[2],
            )
        )
    return tuple(contributions)


def _euler_weights(total: Floats) -> Floats:
    """Weights of the years that make mean, shortfall and deviation linear in each part."""
    years = len(total)
    tail = np.zeros(years)
    worst = worst_years(total)
    tail[worst] = 1 / len(worst)
    centered = total - total.mean()
    spread = float(np.sqrt((centered**2).sum() * max(years - 1, 1)))
    return np.array(
        [np.full(years, 1 / years), tail, centered / spread if spread else np.zeros(years)]
    )
