"""GOV405: task classes together, or what they spend with one entity, stay below a ceiling."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from heapq import nsmallest
from typing import Annotated, Literal

from msgspec import Meta, Struct

from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.documents.layout import SETTINGS
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.concentration import weights
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.portfolio_figures import NO_OWNER
from multillm_gov.portfolio.allocation import Closed
from multillm_gov.rules.rule import Case, Rule
from multillm_gov.rules.spelling import code
from multillm_gov.units import MONTHS_PER_YEAR, Amount, count_of, spell_money

Per = Literal["portfolio", "task_class", "owner", "model", "family", "vendor", "provider", "cloud", "jurisdiction"]
_PERIODS = (("monthly", "month", 1), ("quarterly", "quarter", 3), ("yearly", "year", MONTHS_PER_YEAR))


class Parameters(Closed, frozen=True, kw_only=True):
    """The ceilings, and what each is for; ``applies_to`` says of which task classes."""

    per: Annotated[
        Per, Meta(description="What a ceiling is for: all task classes together, or each owner, each vendor and so on")
    ] = "portfolio"
    names: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...],
        Meta(description="Only these owners, vendors and so on; default: each of them"),
    ] = ()
    max_monthly: Annotated[
        Amount | None,
        Meta(
            description="Most that may be spent per month; default, for the portfolio and where no other ceiling is "
            "given: `appetite.max_monthly_spend` of `govern.yaml`"
        ),
    ] = None
    max_quarterly: Annotated[
        Amount | None, Meta(description="Most that may be spent per quarter: three months as forecast")
    ] = None
    max_yearly: Annotated[
        Amount | None, Meta(description="Most that may be spent per year: twelve months as forecast")
    ] = None


class _Ceiling(Struct, frozen=True):
    """One limit: what it is for a period, in whose name, and where it is written."""

    amount: Decimal
    period: str
    months: int
    by: str
    place: Place


def check(case: Case, parameters: Parameters) -> Iterator[Violation]:
    """Totals above a ceiling; task classes without a known spend are left out of them, and counted."""
    ceilings = tuple(_ceilings(case, parameters))
    if not ceilings:
        return
    totals = _totals(case.tasks, parameters.per)
    for name in sorted(totals):
        if not parameters.names or name in parameters.names:
            for ceiling in ceilings:
                if totals[name] * ceiling.months > ceiling.amount:
                    yield _violation(case, parameters.per, name, totals[name], ceiling)


def _ceilings(case: Case, parameters: Parameters) -> Iterator[_Ceiling]:
    given = False
    for key, period, months in _PERIODS:
        amount = getattr(parameters, f"max_{key}")
        if amount is not None and case.policy_place is not None:
            given = True
            yield _Ceiling(amount, period, months, code(case.policy), case.policy_place.at(f"max_{key}"))
    appetite = case.portfolio.settings.appetite.max_monthly_spend
    if not given and parameters.per == "portfolio" and appetite is not None:
        by = code(case.policy) if case.policy else "the risk appetite"
        yield _Ceiling(appetite, "month", 1, by, Place(SETTINGS, ("appetite", "max_monthly_spend")))


def _totals(tasks: tuple[TaskFigures, ...], per: Per) -> dict[str, Decimal]:
    """Forecast per month by name of what the ceiling is for."""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for task in tasks:
        for name, amount in _parts(task, per):
            totals[name] += amount
    return totals


def _parts(task: TaskFigures, per: Per) -> Iterator[tuple[str, Decimal]]:
    spend = task.spend_per_month or Decimal(0)
    if per == "portfolio":
        yield per, spend
    elif per == "task_class":
        yield task.task.name, spend
    elif per == "owner":
        yield task.task.owner or NO_OWNER, spend
    else:
        level = Level(per)
        for facts, amount in weights(task, Basis.SPEND):
            yield facts.exposure.at(level) if facts is not None else UNKNOWN, amount


def _violation(case: Case, per: Per, name: str, monthly: Decimal, ceiling: _Ceiling) -> Violation:
    currency, period = case.figures.currency, ceiling.period
    total = monthly * ceiling.months
    mine = {task.task.name: part for task in case.tasks if (part := _part(task, per, name)) is not None}
    unpriced = sum(task.spend_per_month is None for task in case.tasks if per == "portfolio" or task.task.name in mine)
    partly = f" ({unpriced:,} of them without a known price)" if unpriced else ""
    largest = nsmallest(
        3,
        (task for task in case.tasks if mine.get(task.task.name)),
        key=lambda task: (-mine[task.task.name], task.task.name),
    )
    whose = "" if per == "portfolio" else f"{per.replace('_', ' ')} {code(name)}, "
    return Violation(
        message=(
            f"{whose}{count_of(len(mine), 'task class')}{partly}: {spell_money(total, currency)} a {period} forecast; "
            f"{ceiling.by} allows {spell_money(ceiling.amount, currency)}"
        ),
        place=ceiling.place,
        subject=per if per == "portfolio" else name if per == "task_class" else f"{per}:{name}",
        remedy=f"Bring {code(largest[0].task.name)} down first, or have the ceiling raised.",
        risk=f"{spell_money(total - ceiling.amount, currency)} a {period} unplanned.",
        related=tuple(
            (
                f"{code(task.task.name)} makes {spell_money(mine[task.task.name] * ceiling.months, currency)} of it",
                task.task.place.key(),
            )
            for task in largest
        ),
        figures={
            f"forecast_per_{period}": total,
            f"limit_per_{period}": ceiling.amount,
            "task_classes_without_price": unpriced,
        },
        distinction="" if (per, period) == ("portfolio", "month") else f"{per} {period}",
    )


def _part(task: TaskFigures, per: Per, name: str) -> Decimal | None:
    """What a task class puts on a name; ``None``: it has nothing to do with it."""
    parts = [amount for other, amount in _parts(task, per) if other == name]
    return sum(parts, Decimal(0)) if parts else None


RULE = Rule(
    id="GOV405",
    name="total-spend-over-cap",
    title="Task classes together, or what they spend with one entity, stay below a ceiling",
    why=(
        "Each task class may be within its cap while together they exceed what a team or the company has, or what a "
        "contract with one vendor foresees. A policy with `applies_to: {owners: [...]}` is a budget of those teams, "
        "one with `per: vendor` a ceiling for each vendor; without a policy the ceiling is "
        "`appetite.max_monthly_spend`, if there is one. A quarter is three months as forecast, a year twelve: "
        "seasons and growth are not in it."
    ),
    mend="Lower the largest forecasts, or have the ceiling raised by whoever set it.",
    severity=Severity.ERROR,
    check=check,
    parameters=Parameters,
    about="portfolio",
    example="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    demand: {requests: 1000000, input_tokens: 1500, output_tokens: 300}
  replies:
    route: [{model: claude-sonnet-4-6}]
    demand: {requests: 50000, input_tokens: 3000, output_tokens: 500}
# policies/budgets.yaml
policies:
  support-budget:
    rule: total-spend-over-cap
    applies_to: {owners: [support]}
    max_monthly: 3500
""",
    mended="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
    demand: {requests: 1000000, input_tokens: 1500, output_tokens: 300}
  replies:
    route: [{model: claude-sonnet-4-6}]
    demand: {requests: 50000, input_tokens: 3000, output_tokens: 500}
# policies/budgets.yaml
policies:
  support-budget:
    rule: total-spend-over-cap
    applies_to: {owners: [support]}
    max_monthly: 3500
""",
)
