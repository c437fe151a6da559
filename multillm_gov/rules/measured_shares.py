"""What limits on shares are measured by: as things are, and once the largest entity is lost."""

from collections.abc import Callable, Iterator
from typing import Any

from multillm_gov.catalog.overrides import PlacedVendor
from multillm_gov.dimensions import Level
from multillm_gov.measures.after_loss import AfterLoss, after_loss
from multillm_gov.measures.figures import Concentration
from multillm_gov.rules.concentration_limits import ROUNDING
from multillm_gov.rules.engine.rule import LimitReading, RuleContext
from multillm_gov.rules.failover import failover_of
from multillm_gov.rules.loads import loads_of
from multillm_gov.rules.spend_totals import shares_not_judged


def above_share(
    context: RuleContext,
    parameters: Any,  # noqa: ANN401
) -> Iterator[tuple[str, PlacedVendor | None]]:
    """Each entity above the share that requires an exit plan, and what is declared of it."""
    concentration = loads_of(context).concentration(Level(parameters.level), parameters.weigh_by)
    for entity, known in concentration.shares:
        share = concentration.largest[1] if entity == concentration.largest[0] else known
        if share > float(parameters.above_share) + ROUNDING:
            yield entity, context.state.overrides.vendors.get(entity)


Measure = Callable[[RuleContext, Any], Iterator[LimitReading]]


def of_shares(read: Callable[[Concentration, Any], float]) -> Measure:
    """One figure of the shares that a policy names, by the worse end of what is not known."""

    def measure(context: RuleContext, parameters: Any) -> Iterator[LimitReading]:  # noqa: ANN401
        result = _known_shares(context, parameters)
        if isinstance(result, LimitReading):
            yield result
        elif result.shares:
            yield LimitReading(read(result, parameters), (result.level.value, result.largest[0]))

    return measure


def after_a_loss(read: Callable[[AfterLoss], float | None]) -> Measure:
    """One figure once the largest entity is lost; not known where a taker's cost is not."""

    def measure(context: RuleContext, parameters: Any) -> Iterator[LimitReading]:  # noqa: ANN401
        result = _known_shares(context, parameters)
        if isinstance(result, LimitReading):
            yield result
        elif result.shares:
            failed = result.largest[0]
            loss = after_loss(
                context.tasks, failover_of(context), result.level, result.basis, failed
            )
            yield LimitReading(read(loss), (result.level.value, failed))

    return measure


def of_what_is_left(
    read: Callable[[Concentration], float], nothing: float
) -> Callable[[AfterLoss], float | None]:
    """A figure of the shares after a loss; ``nothing``: the figure where nothing is left."""
    return lambda loss: (
        None if loss.unpriced else read(loss.after) if loss.after.shares else nothing
    )


def _known_shares(context: RuleContext, parameters: Any) -> Concentration | LimitReading:  # noqa: ANN401
    level, basis = parameters.level, parameters.weigh_by
    unknown = shares_not_judged(context, level, basis)
    if unknown is not None:
        return LimitReading(None, ("task class", unknown.subject))
    return loads_of(context).concentration(level, basis)
