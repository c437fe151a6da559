"""What one model alone would cost in place of a route (method 6.1)."""

from decimal import Decimal

from multillm_gov.measures.figures import TaskFigures

_ZERO = Decimal(0)


def saving_per_month(
    task: TaskFigures, cost_per_request: Decimal, fixed_per_month: Decimal = _ZERO
) -> Decimal | None:
    """What a month costs less if one model answers everything, in the portfolio's currency.

    The requests of every route entry at its unit cost, minus all requests at the other's unit cost,
    minus the fixed cost the other would newly bring. Fixed costs of what is replaced are taken to
    go on, so a saving is never flattered; costs of evaluating and of a colder prompt cache are not
    in it. ``None`` where a route entry's unit cost is not known.
    """
    now = _ZERO
    for leg in task.legs:
        if leg.cost_per_request is None:
            return None
        now += leg.requests_per_month * leg.cost_per_request
    return now - task.requests_per_month * cost_per_request - fixed_per_month
