"""GOV838: the budget of a deployment has a period."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, deployment_subject


def check(context: LintContext) -> Iterator[Violation]:
    """Yield `max_budget` and `budget_duration` that stand alone."""
    for deployment in context.configuration.deployments:
        has = [key for key in ("max_budget", "budget_duration") if key in deployment.parameters]
        if len(has) == 1:
            missing = "budget_duration" if has == ["max_budget"] else "max_budget"
            yield Violation(
                message=f"`{has[0]}` has no `{missing}` beside it: the deployment has no budget",
                place=deployment.parameter(has[0]).key(),
                subject=deployment_subject(deployment),
                remedy=f"Add `{missing}`.",
            )


RULE = LintRule(
    id="GOV838",
    name="deployment-budget-without-period",
    title="Budget of a deployment that does not count",
    why="The router keeps a budget for deployments that have both keys, and ignores one alone.",
    remediation="Write `max_budget` and `budget_duration` together.",
    severity=Severity.ERROR,
    source="The router of 1.83.0 to 1.110.2: spends on with one key, stops with both",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o, max_budget: 10}}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o, max_budget: 10, budget_duration: 1d}}
""",
)
