"""GOV836: the proxy's budget stops what costs money, and nothing else."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import number_of
from multillm_gov.gateways.litellm.prices import is_free
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject
from multillm_gov.words import code, join_some


def check(context: LintContext) -> Iterator[Violation]:
    """Yield a global budget beside groups that cost nothing."""
    budget = context.configuration.litellm.get("max_budget")
    if budget is None or not number_of(budget.value):
        return
    free = [
        code(name)
        for name, members in context.configuration.groups.items()
        if all(is_free(context, member) for member in members)
    ]
    if free:
        yield Violation(
            message=f"when `max_budget` is spent, {join_some(free)} stop too, though they cost "
            "nothing",
            place=budget.place.key(),
            subject=place_subject(budget.place),
            remedy="Use budgets of keys or teams, or limits at the providers.",
        )


RULE = LintRule(
    id="GOV836",
    name="global-budget-blocks-free-models",
    title="Global budget stops models that cost nothing",
    why="The check compares the proxy's whole spend with the budget, whatever model is called.",
    remediation="Limit keys, teams or providers instead of the whole proxy.",
    severity=Severity.NOTE,
    source="BerriAI/litellm #10973; `_global_proxy_budget_check` (1.110.2)",
    trap="#10973",
    check=check,
    violating="""\
model_list:
  - model_name: own
    litellm_params: {model: hosted_vllm/q, api_base: os.environ/OWN, input_cost_per_token: 0,
      output_cost_per_token: 0}
litellm_settings: {max_budget: 100, budget_duration: 30d}
general_settings: {database_url: os.environ/DATABASE_URL}
""",
)
