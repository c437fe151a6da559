"""Spend by vendor and model, ready for a year of changing prices, models and demand."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts, entity_of
from multillm_gov.dimensions import Level
from multillm_gov.measures.cost.demand import Pricing
from multillm_gov.measures.figures import LegFigures, PortfolioFigures, TaskFigures
from multillm_gov.portfolio.settings import Settings
from multillm_gov.units import MONTHS_PER_YEAR

DAYS_PER_YEAR = 365.25


class CostLine(Struct, frozen=True, kw_only=True):
    """What one routed model costs one task class."""

    vendor: str
    """``unknown`` is one vendor: the cautious view."""
    model: str
    per_year: float
    """At today's price and declared demand, without fixed cost; in the portfolio's currency."""
    retires_after: float | None
    """Years from the report's date to its retirement; ``None``: not known, never "none"."""
    successor_factor: float | None
    """Cost per request on the named successor over today's; ``None``: no successor or price."""


class TaskCost(Struct, frozen=True, kw_only=True):
    """One task class."""

    name: str
    lines: tuple[CostLine, ...]
    fixed_per_year: float
    monthly_cap: float | None


class CostLines(Struct, frozen=True, kw_only=True):
    """All task classes whose spend is known."""

    tasks: tuple[TaskCost, ...]
    """In the portfolio's order."""
    unpriced: tuple[str, ...]
    """Task classes left out: their spend is not known."""
    monthly_ceiling: float | None
    """``appetite.max_monthly_spend``."""
    currency: str


def costs_of(
    figures: PortfolioFigures,
    settings: Settings,
    successors: Mapping[str, ModelFacts | None],
    as_of: date,
) -> CostLines:
    """Read the forecast as cost lines; ``successors``: facts of successors by routed model."""
    pricing = figures.pricing
    ceiling = settings.appetite.max_monthly_spend
    return CostLines(
        tasks=tuple(
            _task(task, pricing, successors, as_of)
            for task in figures.tasks
            if task.spend_per_month is not None
        ),
        unpriced=figures.unpriced,
        monthly_ceiling=None if ceiling is None else float(ceiling),
        currency=figures.currency,
    )


def _task(
    task: TaskFigures, pricing: Pricing, successors: Mapping[str, ModelFacts | None], as_of: date
) -> TaskCost:
    cap = task.task.declared.spend_cap.monthly
    fixed = sum((entry.fixed_per_month for entry in task.legs), Decimal(0))
    fixed += sum((fallback.standby_per_month for fallback in task.fallbacks), Decimal(0))
    return TaskCost(
        name=task.task.name,
        lines=tuple(_lines(task, pricing, successors, as_of)),
        fixed_per_year=float(fixed * MONTHS_PER_YEAR),
        monthly_cap=None if cap is None else float(cap),
    )


def _lines(
    task: TaskFigures, pricing: Pricing, successors: Mapping[str, ModelFacts | None], as_of: date
) -> Iterator[CostLine]:
    for entry in task.legs:
        variable = (entry.spend_per_month or Decimal(0)) - entry.fixed_per_month
        retirement = entry.facts.lifecycle.retirement if entry.facts is not None else None
        yield CostLine(
            vendor=entity_of(entry.facts, Level.VENDOR),
            model=entry.model,
            per_year=float(variable * MONTHS_PER_YEAR),
            retires_after=None
            if retirement is None
            else max((retirement - as_of).days, 0) / DAYS_PER_YEAR,
            successor_factor=_factor(task, entry, pricing, successors.get(entry.model)),
        )


def _factor(
    task: TaskFigures, entry: LegFigures, pricing: Pricing, successor: ModelFacts | None
) -> float | None:
    cost = pricing.mean_cost(successor, task.task.demand)
    if cost is None or not entry.cost_per_request:
        return None
    return float(cost / entry.cost_per_request)
