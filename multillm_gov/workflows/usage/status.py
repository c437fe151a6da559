"""``govern usage status``: the month-end page of a FinOps analyst."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.errors import SourceError
from multillm_gov.measures.burn import known_sum
from multillm_gov.measures.consumption.change_effects import ExplainedChange, explain_change
from multillm_gov.measures.consumption.counting import Counted, unattributed_groups
from multillm_gov.measures.consumption.demand_drift import used_demand
from multillm_gov.measures.consumption.outlook import Outlook, daily_by, daily_total, outlook
from multillm_gov.measures.consumption.owed import obligations_in
from multillm_gov.portfolio.demand import Demand
from multillm_gov.report import Report
from multillm_gov.reporting.usage.actions import Status
from multillm_gov.reporting.usage.status import report_status
from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.usage.attribution import NOT_ATTRIBUTED
from multillm_gov.workflows.states import assess_folder
from multillm_gov.workflows.usage.actuals import counted_aggregates
from multillm_gov.workflows.usage.portfolio import UsagePortfolio, open_usage
from multillm_gov.workflows.usage.prices import ListPrices

_HISTORY = 400


class _Plan(Struct, frozen=True, kw_only=True):
    """What a task class declares."""

    owner: str | None
    cap: Decimal | None
    declared: Decimal | None
    demand: Demand | None


def usage_status(*, as_of: date, root: Path | None = None) -> Report:
    """Actual, forecast, cap, why, and what to do, for the month of the last imported day.

    Raises:
        SourceError: no rows are imported up to the day.
        CatalogError: the lock or the price map cannot be read.
    """
    opened = open_usage(root)
    status, _ = month_status(opened, as_of)
    return report_status(status, opened.portfolio.settings, as_of)


def month_status(opened: UsagePortfolio, as_of: date) -> tuple[Status, Counted]:
    """Where the month stands, and the rows it is measured by.

    Raises:
        SourceError: no rows are imported up to the day.
        CatalogError: the lock or the price map cannot be read.
    """
    counted = counted_aggregates(opened, first=as_of - timedelta(days=_HISTORY), last=as_of)
    if not counted.counted:
        raise SourceError(
            f"No rows are imported up to {as_of}", "Import them: `govern usage import FILE…`."
        )
    through = max(each.day for each in counted.counted)
    month = [each for each in counted.counted if each.day >= through.replace(day=1)]
    plans = _plans(opened, as_of)
    tasks = _task_outlooks(counted, plans, through)
    status = Status(
        through=through,
        total=_total(counted, plans, through),
        task_classes=tasks,
        owners=_owner_outlooks(counted, plans, through),
        providers=tuple(
            outlook(str(name), days, through)
            for name, days in sorted(daily_by(counted.counted, "provider").items(), key=str)
        ),
        unattributed=unattributed_groups(month),
        unattributed_cost=_cost(each for each in month if each.task_class is None),
        failover_cost=_cost(each for each in month if each.failover),
        obligations=obligations_in(
            through, month, opened.actuals.subscriptions, opened.actuals.commitments
        ),
        passed_over=counted.passed_over,
        why=_why(opened, counted, through, as_of),
        invoiced=_invoiced(month),
    )
    return status, counted


def _plans(opened: UsagePortfolio, as_of: date) -> dict[str, _Plan]:
    figures = assess_folder(opened.root, as_of=as_of).state.figures
    return {
        task.task.name: _Plan(
            owner=task.task.owner,
            cap=task.task.declared.spend_cap.monthly,
            declared=task.spend_per_month,
            demand=task.task.demand,
        )
        for task in figures.tasks
    }


def _task_outlooks(counted: Counted, plans: dict[str, _Plan], through: date) -> tuple[Outlook, ...]:
    by_task = daily_by(counted.counted, "task_class")
    names = [*plans, *sorted(str(name) for name in by_task if name is not None and name not in
                             plans)]  # fmt: skip
    found = [
        outlook(
            name,
            by_task.get(name, {}),
            through,
            cap=plans[name].cap if name in plans else None,
            declared=plans[name].declared if name in plans else None,
        )
        for name in names
    ]
    used: defaultdict[str | None, list[UsageAggregate]] = defaultdict(list)
    for each in counted.counted:
        used[each.task_class].append(each)
    found = [
        replace(
            one,
            used=used_demand(used[one.subject], through),
            demand=plans[one.subject].demand if one.subject in plans else None,
        )
        for one in found
    ]
    if None in by_task:
        found.append(outlook(NOT_ATTRIBUTED, by_task[None], through))
    return tuple(found)


def _owner_outlooks(
    counted: Counted, plans: dict[str, _Plan], through: date
) -> tuple[Outlook, ...]:
    daily: defaultdict[str, defaultdict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for each in counted.counted:
        plan = plans.get(each.task_class or "")
        if plan is not None and plan.owner is not None and each.effective_cost is not None:
            daily[plan.owner][each.day] += each.effective_cost
    found = []
    for owner in sorted({plan.owner for plan in plans.values() if plan.owner is not None}):
        mine = [plan for plan in plans.values() if plan.owner == owner]
        found.append(
            outlook(owner, daily[owner], through, cap=known_sum(plan.cap for plan in mine),
                    declared=known_sum(plan.declared for plan in mine))
        )  # fmt: skip
    return tuple(found)


def _total(counted: Counted, plans: dict[str, _Plan], through: date) -> Outlook:
    return outlook(
        "portfolio",
        daily_total(counted.counted),
        through,
        cap=known_sum(plan.cap for plan in plans.values()),
        declared=known_sum(plan.declared for plan in plans.values()),
    )


def _cost(aggregates: Iterable[UsageAggregate]) -> Decimal:
    return sum((aggregate.effective_cost or Decimal(0) for aggregate in aggregates), Decimal(0))


def _invoiced(aggregates: list[UsageAggregate]) -> Decimal | None:
    known = [
        aggregate.invoiced_cost for aggregate in aggregates if aggregate.invoiced_cost is not None
    ]
    return sum(known, Decimal(0)) if known else None


def _why(
    opened: UsagePortfolio, counted: Counted, through: date, as_of: date
) -> tuple[str, str, ExplainedChange] | None:
    """The month so far against the same days of the month before; nothing without those."""
    first = through.replace(day=1)
    before_last = first - timedelta(days=1)
    then_first = before_last.replace(day=1)
    then_last = before_last.replace(day=min(through.day, before_last.day))
    before = [each for each in counted.counted if then_first <= each.day <= then_last]
    after = [each for each in counted.counted if first <= each.day <= through]
    if not before:
        return None
    explained = explain_change(
        before, after, ListPrices.open(opened.root, as_of).rates, not_attributed=NOT_ATTRIBUTED
    )
    return f"{then_first} to {then_last}", f"{first} to {through}", explained
