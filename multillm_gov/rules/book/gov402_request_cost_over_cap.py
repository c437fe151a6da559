"""GOV402: the most expensive request of a task class costs no more than its cap."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import (
    LimitReading,
    Nothing,
    Rule,
    RuleContext,
    RuleLimit,
    fixed,
    of_task,
    part_used,
)
from multillm_gov.words import code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield task classes whose largest request costs more than its cap on some routed model."""
    for task in context.tasks:
        cap, cost = task.task.declared.spend_cap.per_request, task.largest_cost_per_request
        if cap is None or cost is None or cost <= cap:
            continue
        name = task.task.name
        yield Violation(
            message=(
                f"a request of {code(name)} can cost {context.money(cost)}; its cap is "
                f"{context.money(cap)}"
            ),
            place=task.task.place.at("spend_cap", "per_request"),
            subject=name,
            remedy=(
                "Shorten the largest request (`demand`), route to a cheaper model, or have the "
                "cap raised."
            ),
            risk=(
                "One runaway prompt costs several times the planned amount; a gateway that "
                "enforces the cap refuses it."
            ),
            figures={"largest_cost_per_request": cost, "cap_per_request": cap},
        )


def _used(context: RuleContext, _: Nothing) -> Iterator[LimitReading]:
    for task in context.tasks:
        cap = task.task.declared.spend_cap.per_request
        if cap is not None:
            yield of_task(task, part_used(task.largest_cost_per_request, cap))


RULE = Rule(
    id="GOV402",
    name="request-cost-over-cap",
    title="Request cost over the cap",
    one="{subject} has requests that cost more than their cap",
    many="{count} task classes have requests that cost more than their cap",
    short_title="Expensive requests",
    requirement="The most expensive request of a task class costs no more than its cap.",
    why=(
        "Prices rise in steps with prompt length: above a threshold the whole request is billed "
        "at the higher tier, so the mean hides expensive requests. The rule costs the largest "
        "declared size (`demand.sizes`, `p99_input_tokens`, `max_output_tokens`) at the most "
        "expensive routed model."
    ),
    remediation="Shorten the requests, choose a cheaper model, or raise `spend_cap.per_request`.",
    decision="Decide how to shorten the request, which is work on the prompt.",
    severity=Severity.ERROR,
    check=check,
    limits={
        "cap": RuleLimit(
            words="Largest cost of a request, of its cap",
            unit="share",
            limit=fixed(1),
            has_band=False,
            measure=_used,
        ),
    },
    violating="""\
# allocations/legal.yaml
owner: legal
task_classes:
  contract-extraction:
    route: [{model: gemini/gemini-2.5-pro}]
    demand: {requests: 1000, input_tokens: 60000, p99_input_tokens: 400000, output_tokens: 2000}
    spend_cap: {per_request: 0.50}
""",
    compliant="""\
# allocations/legal.yaml
owner: legal
task_classes:
  contract-extraction:
    route: [{model: gemini/gemini-2.5-pro}]
    demand: {requests: 1000, input_tokens: 60000, p99_input_tokens: 180000, output_tokens: 2000}
    spend_cap: {per_request: 0.50}
""",
)
