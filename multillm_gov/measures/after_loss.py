"""How concentrated a portfolio is once one entity has failed and the fallbacks carry on."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.concentration import at_level
from multillm_gov.measures.failover import Failover, depends_on, loss
from multillm_gov.measures.figures import Concentration, FallbackFigures, LegFigures, TaskFigures

_ZERO = Decimal(0)


class AfterLoss(Struct, frozen=True, kw_only=True):
    """What is left when one entity is down."""

    failed: str
    lost: Decimal
    """What it carried, in the basis's unit per month."""
    stopped: Decimal
    """The part of it that no fallback takes over."""
    total: Decimal
    """What all carried before."""
    after: Concentration
    """Over the entities that answer then; what is stopped is in nobody's share."""

    @property
    def stopped_share(self) -> float:
        """Part of all that was carried before (0..1) which stops; 0 where nothing was carried."""
        return float(self.stopped / self.total) if self.total else 0.0


def after_loss(
    tasks: Iterable[TaskFigures], failover: Failover, level: Level, basis: Basis, failed: str
) -> AfterLoss:
    """Concentration once ``failed`` is down and the usable fallbacks carry its requests.

    With ``w`` the weight of a route entry, another entity carries the sum of ``w`` over the route
    entries on it and the sum of ``w'`` over the route entries on ``failed`` whose first usable
    fallback known to be elsewhere is on it. By requests and value ``w'`` is ``w``, by spend the
    route entry's requests at the fallback's price. A route entry whose place is not known stays, in
    the one entity ``unknown``. Fixed costs of what failed are left out, standby costs of what
    survives are in; without a known price nothing weighs on the spend basis. Linear in route
    entries and fallbacks.
    """
    left: list[tuple[ModelFacts | None, Decimal]] = []
    lost = stopped = total = _ZERO
    for task in tasks:
        for each in loss(task, failover.usable(task), level, failed):
            weight = _carried(task, each.leg, basis)
            total += weight
            if not each.hit:
                left.append((each.leg.facts, weight))
                continue
            lost += weight
            if each.taker is None:
                stopped += weight
            else:
                taken = _taken_over(each.leg, each.taker, weight, basis)
                left.append((each.taker.facts, taken))
        if basis is Basis.SPEND:
            for fallback in task.fallbacks:
                total += fallback.standby_per_month
                if not depends_on(fallback.facts, level, failed):
                    left.append((fallback.facts, fallback.standby_per_month))
    after = at_level(tuple(left), level, basis)
    return AfterLoss(failed=failed, lost=lost, stopped=stopped, total=total, after=after)


def _carried(task: TaskFigures, leg: LegFigures, basis: Basis) -> Decimal:
    if basis is Basis.REQUESTS:
        return leg.requests_per_month
    if basis is Basis.VALUE_AT_STAKE:
        return task.value_at_stake_per_month * leg.share
    return leg.spend_per_month or _ZERO


def _taken_over(leg: LegFigures, taker: FallbackFigures, weight: Decimal, basis: Basis) -> Decimal:
    if basis is not Basis.SPEND:
        return weight
    return leg.requests_per_month * (taker.cost_per_request or _ZERO)
