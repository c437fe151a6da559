"""GOV405: joint spend, or spend with one entity, stays below its ceiling."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache, partial
from heapq import nsmallest
from operator import attrgetter
from typing import Annotated

from msgspec import Meta, Struct

from multillm_gov.documents.layout import SETTINGS
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.register import Period
from multillm_gov.rules.engine.rule import Rule, RuleContext, RuleLimit
from multillm_gov.rules.spend_totals import (
    Per,
    TaskPart,
    actual_basis,
    paced_totals,
    spend_totals,
    spent,
    task_parts,
    unmatched,
)
from multillm_gov.units import MONTHS_PER_YEAR, Amount
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of

_PERIODS: tuple[tuple[str, Period, int], ...] = (
    ("monthly", "month", 1),
    ("quarterly", "quarter", 3),
    ("yearly", "year", MONTHS_PER_YEAR),
)


class Parameters(Closed, frozen=True, kw_only=True):
    """The ceilings and what each covers; ``applies_to`` selects the task classes."""

    per: Annotated[
        Per,
        Meta(
            description=(
                "What a ceiling covers: all task classes together, or each owner, each vendor and "
                "so on"
            )
        ),
    ] = "portfolio"
    names: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...],
        Meta(description="Only these owners, vendors and so on; default: each of them"),
    ] = ()
    max_monthly: Annotated[
        Amount | None,
        Meta(
            description=(
                "Largest spend per month; default for the portfolio, where no other ceiling is "
                "given: `appetite.max_monthly_spend` of `govern.yaml`"
            )
        ),
    ] = None
    max_quarterly: Annotated[
        Amount | None,
        Meta(description="Largest spend per quarter: three forecast months"),
    ] = None
    max_yearly: Annotated[
        Amount | None,
        Meta(description="Largest spend per year: twelve forecast months"),
    ] = None

    def __post_init__(self) -> None:
        """Refuse ceilings per somebody that limit nothing."""
        if (
            self.per != "portfolio"
            and self.max_monthly is self.max_quarterly is self.max_yearly is None
        ):
            raise ValueError("Expected a ceiling: `max_monthly`, `max_quarterly` or `max_yearly`")


class _Ceiling(Struct, frozen=True):
    """One limit: what it is for a period, in whose name, and where it is written."""

    amount: Decimal
    period: str
    months: int
    by: str
    place: Place


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield totals above a ceiling; task classes without a known spend are only counted."""
    ceilings = tuple(_ceilings(context, parameters))
    if not ceilings:
        return
    only = {name.casefold() for name in parameters.names}
    paced = paced_totals(context, parameters.per)
    totals = {**dict.fromkeys(paced, Decimal(0)), **spend_totals(context.tasks, parameters.per)}
    yield from unmatched(context, parameters, {name.casefold() for name in totals})
    # Only a violation needs the parts; all violations share them.
    parts = cache(partial(task_parts, context, parameters.per))
    for name, monthly in sorted(totals.items()):
        if only and name.casefold() not in only:
            continue
        for ceiling in ceilings:
            if monthly * ceiling.months > ceiling.amount:
                yield _violation(context, parameters.per, name, ceiling, parts()[name])
            elif paced.get(name, monthly) * ceiling.months > ceiling.amount:
                yield _violation(context, parameters.per, name, ceiling, parts()[name], paced[name])


def _ceilings(context: RuleContext, parameters: Parameters) -> Iterator[_Ceiling]:
    given = False
    for key, period, months in _PERIODS:
        amount = getattr(parameters, f"max_{key}")
        if amount is not None and context.policy_place is not None:
            given = True
            yield _Ceiling(
                amount, period, months, code(context.policy), context.policy_place.at(f"max_{key}")
            )
    appetite = context.state.portfolio.settings.appetite.max_monthly_spend
    if not given and parameters.per == "portfolio" and appetite is not None:
        by = code(context.policy) if context.policy else "the risk appetite"
        yield _Ceiling(appetite, "month", 1, by, Place(SETTINGS, ("appetite", "max_monthly_spend")))


def _violation(
    context: RuleContext,
    per: Per,
    name: str,
    ceiling: _Ceiling,
    parts: list[TaskPart],
    paced: Decimal | None = None,
) -> Violation:
    """A ceiling broken by the forecast of declared demand, or by actual spend (``paced``)."""
    period, months = ceiling.period, ceiling.months
    amount = attrgetter("declared" if paced is None else "paced")
    declared = sum((part.declared for part in parts), Decimal(0)) * months
    total = declared if paced is None else paced * months
    unpriced = sum(part.task.spend_per_month is None for part in parts)
    partly = f" ({unpriced:,} without a known price)" if unpriced and paced is None else ""
    largest = nsmallest(3, parts, key=lambda part: (-amount(part), part.task.task.name))
    whose = "" if per == "portfolio" else f" for {per.replace('_', ' ')} {code(name)}"
    basis = (
        "" if paced is None else actual_basis(per, context.money(declared), unpriced, len(parts))
    )
    return Violation(
        message=(
            f"{count_of(len(parts), 'task class')}{partly} {'is' if len(parts) == 1 else 'are'} "
            f"forecast at {context.money(total)} a {period}{whose}{basis}; {ceiling.by} allows "
            f"{context.money(ceiling.amount)}"
        ),
        place=ceiling.place,
        subject=per if per == "portfolio" else name if per == "task_class" else f"{per}:{name}",
        remedy=f"Reduce {code(largest[0].task.task.name)} first, or have the ceiling raised.",
        risk=f"{context.money(total - ceiling.amount)} a {period} over the ceiling.",
        related=tuple(
            (
                f"{code(part.task.task.name)} costs {context.money(amount(part) * months)} of it",
                part.task.task.place.key(),
            )
            for part in largest
            if amount(part)
        ),
        figures={
            f"forecast_per_{period}": total,
            f"limit_per_{period}": ceiling.amount,
            "task_classes_without_price": unpriced,
        },
        distinction="" if (per, period) == ("portfolio", "month") else f"{per} {period}",
    )


RULE = Rule(
    id="GOV405",
    name="total-spend-over-cap",
    title="Total spend over the ceiling",
    one="A ceiling on joint spend is exceeded or not proved to hold",
    many="{count} ceilings on joint spend are exceeded or not proved to hold",
    short_title="Total spend over the ceiling",
    requirement=(
        "The joint spend of task classes, or their spend with one entity, stays below its ceiling."
    ),
    why=(
        "Each task class may be within its cap while together they exceed what a team or the "
        "company has, or what a contract with one vendor covers. A policy with `applies_to: "
        "{owners: [...]}` is a budget of those teams; one with `per: vendor` is a ceiling for "
        "each vendor. Without a policy, the ceiling is `appetite.max_monthly_spend`, if there is "
        "one. A quarter is three forecast months, a year twelve; seasons and growth are not "
        "included. Ceilings are compared with actual spend of `usage/` and its forecast too; it "
        "names no vendors, so theirs is split as the routes of its task classes declare."
    ),
    remediation="Reduce the largest forecasts, or have the ceiling raised by whoever set it.",
    decision="Choose what to spend less on.",
    severity=Severity.ERROR,
    check=check,
    limits={
        f"max_{key}": RuleLimit(
            words=f"Forecast spend under a ceiling of a {period}",
            unit="money",
            period=period,
            measure=spent(months),
        )
        for key, period, months in _PERIODS
    },
    parameters=Parameters,
    tighter={
        "per": "never",
        "names": "more_or_none",
        "max_monthly": "lower_or_setting",
        "max_quarterly": "lower",
        "max_yearly": "lower",
    },
    scope="portfolio",
    violating="""\
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
    compliant="""\
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
