"""GOV820: a filter's refusal is recognized where a fallback waits for it."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield `content_policy_fallbacks` of groups that are served by Azure."""
    for fallback in context.configuration.fallbacks:
        if fallback.kind != "content_policy_fallbacks":
            continue
        on_azure = [
            member
            for member in context.members(fallback.group)
            if member.provider.startswith("azure")
        ]
        if on_azure:
            yield Violation(
                message=f"{code(fallback.group)} is served by Azure, whose filter's error LiteLLM "
                "has not always recognized: the fallback may not be used",
                place=fallback.place.key(),
                subject=group_subject(fallback.group),
                remedy="Send a prompt that the filter refuses and look which model answers.",
                related=tuple(("served here", each.parameter("model")) for each in on_azure[:3]),
            )


RULE = LintRule(
    id="GOV820",
    name="content-policy-fallback-on-azure",
    title="Fallback for filters on Azure",
    why=(
        "Azure reports a refusal in other words than OpenAI. Where LiteLLM does not map them, the "
        "caller gets a bad request and the fallback stays unused. Which releases map which form "
        "was not proved: the report is public, the provider's answer is not in our tests."
    ),
    remediation="Prove the fallback with a real refusal.",
    severity=Severity.NOTE,
    source="BerriAI/litellm PR#42255",
    trap="PR#42255",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: azure/a, api_base: os.environ/BASE}}
  - {model_name: b, litellm_params: {model: mistral/mistral-large-latest}}
router_settings: {content_policy_fallbacks: [{a: [b]}]}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o}}
  - {model_name: b, litellm_params: {model: mistral/mistral-large-latest}}
router_settings: {content_policy_fallbacks: [{a: [b]}]}
""",
)
