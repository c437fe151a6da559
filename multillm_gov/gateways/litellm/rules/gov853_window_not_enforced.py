"""GOV853: a declared window is enforced."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, deployment_subject


def check(context: LintContext) -> Iterator[Violation]:
    """Yield `max_input_tokens` where nothing compares prompts with it."""
    setting = context.configuration.router.get("enable_pre_call_checks")
    if setting is not None and setting.value is True:
        return
    for deployment in context.configuration.deployments:
        if "max_input_tokens" in deployment.info:
            yield Violation(
                message="`max_input_tokens` is not enforced: `enable_pre_call_checks` is off",
                place=deployment.information("max_input_tokens"),
                subject=deployment_subject(deployment),
                remedy="Add `router_settings: {enable_pre_call_checks: true}`.",
            )


RULE = LintRule(
    id="GOV853",
    name="window-not-enforced",
    title="Window that is not enforced",
    why=(
        "Without pre-call checks the router sends a prompt to a deployment whose declared window "
        "it exceeds; the provider's error is the first sign."
    ),
    remediation="Switch `enable_pre_call_checks` on.",
    severity=Severity.NOTE,
    source="The router of 1.83.0 to 1.110.2: a window of 2 tokens, with and without the checks",
    check=check,
    violating="""\
model_list:
  - model_name: a
    litellm_params: {model: openai/gpt-4o}
    model_info: {max_input_tokens: 4000}
""",
    compliant="""\
model_list:
  - model_name: a
    litellm_params: {model: openai/gpt-4o}
    model_info: {max_input_tokens: 4000}
router_settings: {enable_pre_call_checks: true}
""",
)
