"""GOV863: every deployment has a price."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.prices import price_state
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, deployment_subject
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield deployments for which LiteLLM counts 0 USD."""
    budgeted = (
        any(
            key in context.configuration.litellm
            for key in ("max_budget", "max_internal_user_budget")
        )
        or "provider_budget_config" in context.configuration.router
    )
    for deployment in context.configuration.deployments:
        state, base = price_state(context, deployment)
        if state != "not known":
            continue
        reason = (
            f"the price map has no {code(base)}"
            if base
            else "neither a price nor `model_info.base_model` is given"
        )
        moves = "; budgets never move" if budgeted else ""
        yield Violation(
            message=f"{code(deployment.model)} is counted as 0 USD: {reason}{moves}",
            place=deployment.information("base_model") if base else deployment.parameter("model"),
            subject=deployment_subject(deployment),
            remedy="Add `model_info: {base_model: PROVIDER/MODEL}`, or the prices a token.",
            severity=Severity.WARNING if budgeted or base else None,
        )


RULE = LintRule(
    id="GOV863",
    name="spend-not-counted",
    title="Deployment whose spend is counted as zero",
    why=(
        "The name of a deployment at Azure, or of a model on a server of one's own, is in no price "
        "map. LiteLLM then counts 0 USD without a word, and every budget over it stays full. A "
        "`base_model` is read for Azure, OpenAI and Bedrock in all releases tried, for "
        "`hosted_vllm` in 1.110.2 and not in 1.106.2."
    ),
    remediation="Name the base model, or write the prices.",
    severity=Severity.NOTE,
    source=(
        "BerriAI/litellm #18542, #41780, #11975, PR#36584; costs of the router of 1.83.0 to "
        "1.110.2 for each form"
    ),
    trap="#18542",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: azure/my-deployment, api_base: os.environ/BASE}}
""",
    compliant="""\
model_list:
  - model_name: a
    litellm_params: {model: azure/my-deployment, api_base: os.environ/BASE}
    model_info: {base_model: azure/gpt-4o-2024-11-20}
""",
)
