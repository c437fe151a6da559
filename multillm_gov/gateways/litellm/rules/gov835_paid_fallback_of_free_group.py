"""GOV835: a budget holds for the fallback as well."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.prices import is_free, is_paid
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield paid fallbacks of groups that cost nothing."""
    enforced = context.configuration.general.get("enforce_fallback_budget")
    if enforced is not None and enforced.value is True:
        return
    for fallback in context.configuration.fallbacks:
        members = context.members(fallback.group)
        if not members or not all(is_free(context, member) for member in members):
            continue
        for target in fallback.targets:
            paid = [member for member in context.members(target.name) if is_paid(context, member)]
            if paid:
                yield Violation(
                    message=f"{code(fallback.group)} costs nothing and falls back to "
                    f"{code(target.name)}, which is billed: a key's budget is checked before the "
                    "fallback is chosen",
                    place=target.place,
                    subject=group_subject(fallback.group),
                    remedy="Limit the spend at the provider of the fallback.",
                    distinction=f"{fallback.kind}: {target.name}",
                )


RULE = LintRule(
    id="GOV835",
    name="paid-fallback-of-free-group",
    title="Free group with a billed fallback",
    why=(
        "Budgets are judged for the model that was called. When it costs nothing, the check is "
        "skipped, and the fallback spends past the key's budget for as long as the outage lasts."
    ),
    remediation="Limit the fallback at its provider, or give the group a price.",
    severity=Severity.WARNING,
    source="BerriAI/litellm #41344, PR#41379 (reported; not reproduced here)",
    trap="#41344",
    check=check,
    violating="""\
model_list:
  - model_name: own
    litellm_params: {model: hosted_vllm/q, api_base: os.environ/OWN, input_cost_per_token: 0,
      output_cost_per_token: 0}
  - {model_name: paid, litellm_params: {model: gpt-4o}}
router_settings: {fallbacks: [{own: [paid]}]}
""",
    compliant="""\
model_list:
  - model_name: own
    litellm_params: {model: hosted_vllm/q, api_base: os.environ/OWN, input_cost_per_token: 1.0e-7,
      output_cost_per_token: 1.0e-7}
  - {model_name: paid, litellm_params: {model: gpt-4o}}
router_settings: {fallbacks: [{own: [paid]}]}
""",
)
