"""GOV406: the spend caps of the task classes fit into the budget they share."""

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal
from typing import Annotated

from msgspec import Meta

from multillm_gov.documents.layout import SETTINGS
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, of_task
from multillm_gov.units import Amount
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of


class Parameters(Closed, frozen=True, kw_only=True):
    """The budget that the caps must fit into; ``applies_to`` selects whose caps."""

    max_monthly: Annotated[
        Amount | None,
        Meta(
            description="Budget per month; default: `appetite.max_monthly_spend` of `govern.yaml`"
        ),
    ] = None


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield a sum of monthly caps above the budget; task classes without a cap are only counted."""
    appetite = context.state.portfolio.settings.appetite.max_monthly_spend
    budget = parameters.max_monthly if parameters.max_monthly is not None else appetite
    if budget is None:
        return
    caps = [
        (cap, task)
        for task in context.tasks
        if (cap := task.task.declared.spend_cap.monthly) is not None
    ]
    total = sum((cap for cap, _ in caps), Decimal(0))
    if total > budget:
        own = parameters.max_monthly is not None and context.policy_place is not None
        appetite_place = Place(SETTINGS, ("appetite", "max_monthly_spend"))
        place = context.limit("max_monthly") if own else appetite_place
        yield _violation(context, caps, (total, budget), place)


def _violation(
    context: RuleContext,
    caps: list[tuple[Amount, TaskFigures]],
    amounts: tuple[Decimal, Decimal],
    place: Place,
) -> Violation:
    """``amounts``: the sum of the caps, and the budget."""
    total, budget = amounts
    uncapped = len(context.tasks) - len(caps)
    largest = sorted(caps, key=lambda each: (-each[0], each[1].task.name))[:3]
    return Violation(
        message=_message(context, len(caps), amounts),
        place=place,
        subject="portfolio",
        remedy=(
            f"Lower caps by {context.money(total - budget, ROUND_UP)}, that of "
            f"{code(largest[0][1].task.name)} first, or have the budget raised."
        ),
        risk=(
            "Every task class can stay within its cap and still overspend "
            f"{context.money(total - budget)} a month together."
        ),
        related=tuple(
            (
                f"{code(task.task.name)} may spend {context.money(cap)} a month",
                task.task.place.at("spend_cap", "monthly"),
            )
            for cap, task in largest
        ),
        figures={
            "caps_per_month": total,
            "limit_per_month": budget,
            "task_classes_without_cap": uncapped,
        },
    )


def _budget(context: RuleContext, parameters: Parameters) -> Decimal | None:
    """The policy's, else that of the risk appetite."""
    own = parameters.max_monthly
    return context.state.portfolio.settings.appetite.max_monthly_spend if own is None else own


def _caps(context: RuleContext, _: Parameters) -> Iterator[LimitReading]:
    """The sum of the caps; not known where a task class has none."""
    caps = [task.task.declared.spend_cap.monthly for task in context.tasks]
    total = sum((cap for cap in caps if cap is not None), Decimal(0))
    yield LimitReading(total, ("portfolio", ""))
    for task, cap in zip(context.tasks, caps, strict=True):
        if cap is None:
            yield of_task(task, None)


RULE = Rule(
    id="GOV406",
    name="child-caps-exceed-parent",
    title="Spend caps exceed their shared budget",
    one="The spend caps of task classes add up to more than their shared budget",
    many="{count} shared budgets are smaller than the spend caps of their task classes",
    short_title="Caps above the budget",
    requirement="The spend caps of the task classes fit into the budget they share.",
    why=(
        "A cap is a permission to spend. Where the permissions add up to more than their budget, "
        "the budget can be exceeded without any violation of a cap; the forecast (GOV405) does "
        "not show this until it happens. A policy with `applies_to: {owners: [...]}` compares the "
        "caps of a team with the budget of that team. Without a policy, the budget is "
        "`appetite.max_monthly_spend`, if there is one."
    ),
    remediation="Lower the caps, or have the budget raised.",
    severity=Severity.WARNING,
    check=check,
    limits={
        "max_monthly": RuleLimit(
            words="Sum of the monthly caps",
            unit="money",
            period="month",
            limit=_budget,
            has_band=False,
            measure=_caps,
        ),
    },
    parameters=Parameters,
    tighter={"max_monthly": "lower_or_setting"},
    scope="portfolio",
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    spend_cap: {monthly: 3000}
  replies:
    route: [{model: claude-sonnet-4-6}]
    spend_cap: {monthly: 2500}
# policies/budgets.yaml
policies:
  support-caps:
    rule: child-caps-exceed-parent
    applies_to: {owners: [support]}
    max_monthly: 5000
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    spend_cap: {monthly: 3000}
  replies:
    route: [{model: claude-sonnet-4-6}]
    spend_cap: {monthly: 2000}
# policies/budgets.yaml
policies:
  support-caps:
    rule: child-caps-exceed-parent
    applies_to: {owners: [support]}
    max_monthly: 5000
""",
)


def _message(context: RuleContext, capped: int, amounts: tuple[Decimal, Decimal]) -> str:
    total, budget = amounts
    uncapped = len(context.tasks) - capped
    without = (
        f" ({count_of(uncapped, 'task class')} without a cap not included)" if uncapped else ""
    )
    return (
        f"the monthly caps of {count_of(capped, 'task class')} add up to "
        f"{context.money(total)} a month{without}; "
        f"{code(context.policy) if context.policy else 'the risk appetite'} allows "
        f"{context.money(budget)}"
    )
