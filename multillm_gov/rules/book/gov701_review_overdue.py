"""GOV701: every task class was reviewed within its interval."""

from collections.abc import Iterator
from datetime import MAXYEAR, date
from typing import Annotated

from msgspec import Meta

from multillm_gov.finding import Severity, Violation
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.rules.engine.rule import (
    LimitReading,
    Rule,
    RuleContext,
    RuleLimit,
    fixed,
    of_task,
)
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of


class Parameters(Closed, frozen=True, kw_only=True):
    """The longest interval."""

    every_months: Annotated[
        Annotated[int, Meta(ge=1, le=60)] | None,
        Meta(description="Longest interval between reviews; default: what the task class declares"),
    ] = None


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield task classes without a review, with a future one, or with one that is due."""
    dues: dict[tuple[date, int], date] = {}
    for task in context.tasks:
        review = task.task.declared.review
        if review is None:
            yield _violation(
                task.task, f"{code(task.task.name)} has no review date", context.as_of, {}
            )
            continue
        months = min(review.every_months, parameters.every_months or review.every_months)
        if review.last > context.as_of:
            message = (
                f"the last review of {code(task.task.name)} is dated {review.last}, after "
                f"{context.as_of}"
            )
            yield _violation(
                task.task,
                message,
                context.as_of,
                {"days_ahead": (review.last - context.as_of).days},
            )
            continue
        due = dues.get((review.last, months))
        if due is None:
            due = dues[review.last, months] = _later(review.last, months)
        if due < context.as_of:
            yield _overdue(task.task, due, months, context.as_of)


def _overdue(task: TaskClass, due: date, months: int, as_of: date) -> Violation:
    days = (as_of - due).days
    every = "month" if months == 1 else f"{months} months"
    message = (
        f"the review of {code(task.name)} was due on {due}, {count_of(days, 'day')} "
        f"ago (every {every})"
    )
    return _violation(task, message, as_of, {"days_overdue": days})


def _later(day: date, months: int) -> date:
    """The same day of a later month, or its last day; at most the end of the calendar."""
    first, following = _first_of(day, months), _first_of(day, months + 1)
    if following == date.max:
        return date.max
    return date.fromordinal(min(first.toordinal() + day.day, following.toordinal()) - 1)


def _first_of(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1) if year <= MAXYEAR else date.max


def _violation(task: TaskClass, message: str, as_of: date, figures: dict[str, int]) -> Violation:
    declared = task.declared.review
    return Violation(
        message=message,
        place=task.place.key() if declared is None else task.place.at("review", "last"),
        subject=task.name,
        remedy=(
            f"Review models, prices, evidence and limits, then write `review: {{last: {as_of}, "
            f"every_months: {declared.every_months if declared else 3}}}`."
        ),
        risk="Price changes, retirements and better models of the last months go unnoticed.",
        figures={**figures},
    )


def _days_overdue(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """Days since each review was due; not known where there is none."""
    for task in context.tasks:
        review = task.task.declared.review
        if review is None or review.last > context.as_of:
            yield of_task(task, None)
        else:
            months = min(review.every_months, parameters.every_months or review.every_months)
            yield of_task(task, max((context.as_of - _later(review.last, months)).days, 0))


RULE = Rule(
    id="GOV701",
    name="review-overdue",
    title="Review overdue",
    one="{subject} is due for review",
    many="{count} task classes are due for review",
    short_title="Overdue reviews",
    requirement="Every task class was reviewed within its interval.",
    why=(
        "Models live 18 months in the median from snapshot to retirement (LiteLLM's price map, "
        "114 dated models), and prices change within one contract cycle. A choice that was right "
        "a year ago is a guess today."
    ),
    remediation="Review the task class with its owner and write the day as `review.last`.",
    severity=Severity.WARNING,
    check=check,
    limits={
        "due": RuleLimit(
            words="Days that a review is overdue",
            unit="days",
            limit=fixed(0),
            has_band=False,
            measure=_days_overdue,
        ),
    },
    criteria=("every_months",),
    parameters=Parameters,
    tighter={"every_months": "lower"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    review: {last: 2026-01-15, every_months: 3}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    review: {last: 2026-10-15, every_months: 3}
""",
)
