"""The figures of an optimization as plain data, for ``--data``."""

from decimal import Decimal

from msgspec import Struct

from multillm_gov.documents.secrets.masking import masked
from multillm_gov.optimization.frontier import Frontier
from multillm_gov.optimization.leverage import Leverage
from multillm_gov.reporting.optimization.result import (
    ConflictResult,
    OptimizationResult,
    PriceResult,
    SolverFacts,
    StageResult,
)


class PriceFigures(Struct, frozen=True, kw_only=True):
    """One binding limit; amounts a month."""

    policy: str
    parameter: str
    line: str
    value: float
    price: float
    saving_per_step: float | None
    relaxed_value: float | None
    price_relaxed: float | None
    outage_loss_avoided: Decimal | None
    price_rise_avoided: Decimal | None


class ConflictFigures(Struct, frozen=True, kw_only=True):
    """Policies that cannot all hold, and the value of each that would be enough."""

    task: str
    policies: tuple[str, ...]
    lines: tuple[str, ...]
    values: tuple[float | None, ...]


class OptimizationFigures(Struct, frozen=True, kw_only=True):
    """Everything unrounded; amounts a month in ``currency``."""

    currency: str
    today: Decimal
    cost: Decimal | None
    extras: dict[str, Decimal]
    stages: tuple[StageResult, ...]
    prices: tuple[PriceFigures, ...]
    conflicts: tuple[ConflictFigures, ...]
    frontiers: tuple[Frontier, ...]
    leverages: tuple[Leverage, ...]
    outage_loss_today: Decimal | None
    outage_loss_proposed: Decimal | None
    assumptions: tuple[str, ...]
    solver: SolverFacts | None


def public_figures(result: OptimizationResult) -> OptimizationFigures:
    """The same figures without the state they rest on, secrets masked."""
    figures = OptimizationFigures(
        currency=result.currency,
        today=result.today,
        cost=result.cost,
        extras=dict(result.extras),
        stages=result.stages,
        prices=tuple(map(_price, result.prices)),
        conflicts=tuple(map(_conflict, result.conflicts)),
        frontiers=result.frontiers,
        leverages=result.leverages,
        outage_loss_today=result.losses[0] if result.losses else None,
        outage_loss_proposed=result.losses[1] if result.losses else None,
        assumptions=result.assumptions,
        solver=result.solver,
    )
    return masked(figures, result.state.state.secrets)


def _price(result: PriceResult) -> PriceFigures:
    price = result.price
    relaxed = price.cost_relaxed
    return PriceFigures(
        policy=price.limit.name,
        parameter=price.limit.parameter,
        line=result.line,
        value=price.limit.value,
        price=price.price,
        saving_per_step=price.saving_per_step,
        relaxed_value=price.relaxed_value,
        price_relaxed=None if relaxed is None else relaxed - price.cost_without,
        outage_loss_avoided=result.loss_avoided,
        price_rise_avoided=result.shock_avoided,
    )


def _conflict(result: ConflictResult) -> ConflictFigures:
    return ConflictFigures(
        task=result.task,
        policies=tuple(limits[0].name for limits in result.conflict.policies),
        lines=result.lines,
        values=tuple(relaxation.value for relaxation in result.conflict.relaxations),
    )
