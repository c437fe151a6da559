"""``govern usage unit-costs``: what one request, one accepted answer and one outcome cost."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from multillm_gov.errors import SourceError
from multillm_gov.measures.consumption.outlook import daily_by
from multillm_gov.measures.consumption.unit_costs import (
    WINDOW_DAYS,
    Acceptance,
    ListBasis,
    UnitCosts,
    by_task_class,
    cost_per_outcome,
    unit_costs,
)
from multillm_gov.report import Report
from multillm_gov.reporting.usage.unit_costs import OutcomeCost, report_unit_costs
from multillm_gov.state.state import State
from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.usage.attribution import NOT_ATTRIBUTED
from multillm_gov.workflows.states import assess_folder
from multillm_gov.workflows.usage.actuals import counted_aggregates
from multillm_gov.workflows.usage.portfolio import UsagePortfolio, list_tellers, open_usage
from multillm_gov.workflows.usage.prices import ListPrices


def usage_unit_costs(*, as_of: date, root: Path | None = None) -> Report:
    """Unit costs of every task class over 28 days, and of every declared outcome.

    Raises:
        SourceError: no rows are imported up to the day.
        CatalogError: the lock or the price map cannot be read.
    """
    opened = open_usage(root)
    first = as_of - timedelta(days=2 * WINDOW_DAYS + 31)
    recent = counted_aggregates(opened, first=first, last=as_of).counted
    if not recent:
        raise SourceError(
            f"No rows are imported up to {as_of}", "Import them: `govern usage import FILE…`."
        )
    state = assess_folder(opened.root, as_of=as_of).state
    through = max(each.day for each in recent)
    prices, groups = ListPrices.open(opened.root, as_of), by_task_class(recent)
    basis = ListBasis(
        price_of=prices.of, usd_per_unit=state.figures.exchange_rate, told_by=list_tellers()
    )
    stakes = {task.task.name: task.value_at_stake_per_month for task in state.figures.tasks}
    names = [*stakes, *sorted(str(name) for name in groups if name and name not in stakes)]
    costs: list[UnitCosts] = [
        unit_costs(
            name or NOT_ATTRIBUTED,
            groups.get(name, ()),
            through,
            acceptance=_acceptance(state, name or ""),
            basis=basis,
            value_at_stake=stakes.get(name or "", Decimal(0)),
        )
        for name in [*names, *([None] if None in groups else [])]
    ]
    outcomes, settings = tuple(_outcomes(opened)), opened.portfolio.settings
    return report_unit_costs(tuple(costs), outcomes, settings, through, as_of)


def _acceptance(state: State, task: str) -> Acceptance:
    """The newest internal result of the model that answered, by its name in logs."""
    scores: dict[str, Decimal] = {}
    for (measured, model), records in state.evidence.items():
        own = [record.record for record in records if record.record.origin == "internal"]
        if measured == task and own:
            scores[model] = Decimal(own[0].score)
            scores.setdefault(model.partition("/")[2] or model, Decimal(own[0].score))

    def score(aggregate: UsageAggregate) -> Decimal | None:
        model = aggregate.model or ""
        provider = (aggregate.provider or "").lower()
        return scores.get(f"{provider}/{model}", scores.get(model))

    return score


def _outcomes(opened: UsagePortfolio) -> Iterator[OutcomeCost]:
    """Every declared outcome of a month with imported rows, newest first."""
    declared = sorted(opened.actuals.outcomes, key=lambda each: each.month, reverse=True)
    if not declared:
        return
    daily = daily_by(counted_aggregates(opened).counted, "task_class")
    months = {each: {f"{day:%Y-%m}" for day in days} for each, days in daily.items()}
    known = {(each.task_class, each.name, each.month): each for each in declared}
    for outcome in declared:
        if outcome.month not in months.get(outcome.task_class, set()):
            continue
        days = daily[outcome.task_class]
        spent, each = cost_per_outcome(days, outcome.month, Decimal(outcome.count))
        month = date.fromisoformat(f"{outcome.month}-01") - timedelta(days=1)
        earlier = known.get((outcome.task_class, outcome.name, f"{month:%Y-%m}"))
        before = None
        if earlier is not None and earlier.month in months[outcome.task_class]:
            before = cost_per_outcome(days, earlier.month, Decimal(earlier.count))[1]
        yield OutcomeCost(
            task_class=outcome.task_class,
            name=outcome.name,
            month=outcome.month,
            count=Decimal(outcome.count),
            spent=spent,
            each=each,
            before=before,
        )
