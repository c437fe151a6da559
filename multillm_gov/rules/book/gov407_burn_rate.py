"""GOV407: actual spend lasts the month within the cap."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal
from functools import partial
from typing import Annotated

from msgspec import Meta, Struct, field

from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.burn import Burn, burn, current_actual
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, part_used
from multillm_gov.units import Positive, format_share
from multillm_gov.usage.record import Actual, MonthForecast, PlacedActual
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of


class Parameters(Closed, frozen=True, kw_only=True):
    """When spending is too fast."""

    max_burn_rate: Annotated[
        Positive,
        Meta(
            description=(
                "Largest burn rate: share of the cap spent divided by share of the month elapsed; "
                "1 lasts exactly"
            )
        ),
    ] = field(default_factory=partial(Positive, "1"))
    min_days: Annotated[
        int,
        Meta(ge=1, le=31, description="Days of the month that must be over before pace is judged"),
    ] = 3


class _Budget(Struct, frozen=True):
    """A cap, who has it, and where it is written."""

    subject: str
    who: str
    cap: Decimal
    place: Place | None
    records: tuple[PlacedActual, ...]


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield spend above the cap and a pace above the limit, of this month or the one before."""
    for budget in (*_of_task_classes(context), *_of_owners(context)):
        placed = current_actual(budget.records, context.as_of, parameters.min_days)
        if placed is None:
            continue
        actual = placed.actual
        pace = _pace(budget, placed)
        paced = parameters.min_days <= actual.through.day < actual.days
        too_fast = paced and pace.rate is not None and pace.rate > parameters.max_burn_rate
        if too_fast or actual.spend > budget.cap:
            yield _violation(context, budget, placed, pace)


def _pace(budget: _Budget, placed: PlacedActual) -> Burn:
    actual = placed.actual
    expected = actual.forecast.expected if actual.forecast is not None else None
    return burn(actual.spend, actual.through.day, actual.days, budget.cap, expected)


def _of_task_classes(context: RuleContext) -> Iterator[_Budget]:
    for task in context.tasks:
        records = context.state.actuals.task_classes.get(task.task.name)
        cap = task.task.declared.spend_cap.monthly
        if records and cap is not None:
            name, place = task.task.name, task.task.place.at("spend_cap", "monthly")
            yield _Budget(name, code(name), cap, place, records)


def _of_owners(context: RuleContext) -> Iterator[_Budget]:
    """An owner has the sum of the caps of its task classes, where every one of them has a cap.

    The run that judges its first task class judges the owner, so that it is judged once.
    """
    if not context.state.actuals.owners:
        return
    judged = {task.task.name for task in context.tasks}
    of_owner: defaultdict[str, list[TaskFigures]] = defaultdict(list)
    for task in context.state.figures.tasks:
        if task.task.owner in context.state.actuals.owners:
            of_owner[task.task.owner].append(task)
    for owner, tasks in sorted(of_owner.items()):
        known = [cap for task in tasks if (cap := task.task.declared.spend_cap.monthly) is not None]
        if len(known) == len(tasks) and tasks[0].task.name in judged:
            total, records = sum(known, Decimal(0)), context.state.actuals.owners[owner]
            yield _Budget(f"owner:{owner}", f"owner {code(owner)}", total, None, records)


def _violation(
    context: RuleContext, budget: _Budget, placed: PlacedActual, pace: Burn
) -> Violation:
    actual = placed.actual
    over = actual.spend > budget.cap
    message, risk = _message_and_risk(context, budget, actual, pace)
    return Violation(
        message=message,
        place=placed.place.at("spend"),
        subject=budget.subject,
        remedy=_remedy(context, budget, pace, over=over),
        risk=risk,
        related=(("the cap", budget.place),) if budget.place is not None else (),
        figures={
            "spent": actual.spend,
            "cap_per_month": budget.cap,
            "forecast_per_month": pace.forecast,
            "burn_rate": pace.rate,
            "days_to_exhaustion": pace.days_to_exhaustion,
            "day": actual.through.day,
            "days": actual.days,
        },
        severity=Severity.ERROR if over else None,
        distinction="over" if over else "",
    )


def _message_and_risk(
    context: RuleContext, budget: _Budget, actual: Actual, pace: Burn
) -> tuple[str, str]:
    spent, cap = context.money(actual.spend), context.money(budget.cap)
    gone = f"day {actual.through.day} of {actual.days}"
    if actual.spend > budget.cap:
        message = (
            f"{budget.who} has spent {spent} in {actual.month} ({gone}); its cap is {cap} a month"
        )
        risk = f"{context.money(actual.spend - budget.cap)} over the cap, and rising every day."
        if actual.through.day == actual.days:
            risk = f"{context.money(actual.spend - budget.cap)} over the cap for the month."
    else:
        message = (
            f"{budget.who} has spent {spent} by {gone} of {actual.month}, a burn rate of "
            f"{pace.rate:.2f}; {_end(context, actual.forecast, pace)}; its cap is {cap} a month"
        )
        risk = _format_end(pace, actual.days - actual.through.day)
    return message, risk


def _end(context: RuleContext, forecast: MonthForecast | None, pace: Burn) -> str:
    end = context.money(pace.forecast)
    if forecast is None:
        return f"at this pace the month ends at {end}"
    interval = ""
    if forecast.low is not None and forecast.high is not None:
        interval = (
            f" (80% interval {context.money(forecast.low)} to {context.money(forecast.high)})"
        )
    return f"the month is forecast to end at {end}{interval}"


def _format_end(pace: Burn, left: int) -> str:
    days = pace.days_to_exhaustion
    if days is None or days >= left:
        return "The pace is above the limit of the policy."
    return f"The cap is reached in {days:.1f} days, with {count_of(left, 'day')} of the month left."


def _remedy(context: RuleContext, budget: _Budget, pace: Burn, *, over: bool) -> str:
    if over or pace.allowance_per_day is None:
        return (
            "Find what grew (demand, prompt length, retries, price) and reduce it, correct the "
            "declared demand, or have the cap raised."
        )
    share = 1 - budget.cap / pace.forecast if pace.forecast > budget.cap else Decimal(0)
    slower = f" ({format_share(share)} below the pace of the month so far)" if share else ""
    most = context.money(pace.allowance_per_day, ROUND_DOWN)
    return f"Spend at most {most} a day from now on{slower}, or raise the cap."


def _rates(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """Burn rates of the month, and of a finished month what was spent of its cap."""
    for budget in (*_of_task_classes(context), *_of_owners(context)):
        placed = current_actual(budget.records, context.as_of, parameters.min_days)
        if placed is None:
            continue
        kind, _, name = budget.subject.rpartition(":")
        actual, subject = placed.actual, (kind or "task class", name)
        day, spent = actual.through.day, part_used(actual.spend, budget.cap)
        is_early = day < parameters.min_days
        if spent is None or (is_early and spent <= 1):
            yield LimitReading(None, subject)
            continue
        rate = _pace(budget, placed).rate if not is_early and day < actual.days else None
        yield LimitReading(max(spent, float(rate or 0)), subject)


RULE = Rule(
    id="GOV407",
    name="burn-rate",
    title="Spend ahead of the budget",
    one="{subject} is spending faster than its monthly cap allows",
    many="{count} budgets are spent faster than their monthly cap allows",
    short_title="Spend ahead of the budget",
    requirement="Actual spend lasts the month within the cap.",
    why=(
        "A forecast is a plan, and an invoice comes late. From spend S by day t of N and a cap B, "
        "the run-rate forecast is S × N / t and the burn rate (S / B) / (t / N); above 1 the cap "
        "does not last. The newest record in `usage/` counts, of this month or the last. A record "
        "that `govern usage import` wrote has a forecast from daily spend, with weekends and an "
        "interval, and the burn rate is that forecast over the cap; for one written by hand "
        "weekends are not treated separately, so early in a month the run rate is off by some "
        "percent. The record of an owner is compared with the caps of all of its task classes."
    ),
    remediation=(
        "Reduce or reroute requests until the pace fits, correct the demand, or have the cap "
        "raised before it is reached."
    ),
    decision="Decide whether to reduce use or raise the cap; money already spent stays spent.",
    severity=Severity.WARNING,
    check=check,
    limits={
        "max_burn_rate": RuleLimit(
            words="Burn rate of a monthly cap", unit="number", measure=_rates
        ),
    },
    criteria=("min_days",),
    parameters=Parameters,
    tighter={"max_burn_rate": "lower", "min_days": "lower_or_none"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    spend_cap: {monthly: 100000}
# usage/november.yaml
actuals:
  - {month: 2026-11, through: 2026-11-12, task_class: triage, spend: 42000}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    spend_cap: {monthly: 110000}
# usage/november.yaml
actuals:
  - {month: 2026-11, through: 2026-11-12, task_class: triage, spend: 42000}
""",
)
