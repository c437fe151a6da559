"""GOV862: prices have names that are read."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.known_keys import price_keys
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, deployment_subject
from multillm_gov.words import code

_WORDS = ("cost", "price")
_PER_THOUSAND = {
    "input_cost_per_1k_tokens": "input_cost_per_token",
    "output_cost_per_1k_tokens": "output_cost_per_token",
}


def check(context: LintContext) -> Iterator[Violation]:
    """Yield keys about cost that LiteLLM does not price by."""
    known = price_keys()
    for deployment in context.configuration.deployments:
        for values, place in (
            (deployment.parameters, deployment.parameter),
            (deployment.info, deployment.information),
        ):
            for key in values:
                if not any(word in key for word in _WORDS) or key in known:
                    continue
                right = _PER_THOUSAND.get(key)
                near = f"; it reads `{right}`" if right else ""
                yield Violation(
                    message=f"LiteLLM prices nothing by {code(key)}{near}",
                    place=place(key).key(),
                    subject=deployment_subject(deployment),
                    remedy=f"Write `{right}`: a thousandth of the value."
                    if right
                    else "Write `input_cost_per_token` and `output_cost_per_token`.",
                    distinction=key,
                )


RULE = LintRule(
    id="GOV862",
    name="price-not-read",
    title="Price under a name that is not read",
    why=(
        "The built-in price is charged instead, or none where the model has none: budgets and "
        "reports show another spend than the contract."
    ),
    remediation="Write the price under the name that is read, per token.",
    severity=Severity.WARNING,
    source=(
        "The router of 1.83.0 to 1.110.2 charges the built-in price beside "
        "`input_cost_per_1k_tokens`"
    ),
    check=check,
    violating="""\
model_list:
  - model_name: a
    litellm_params: {model: openai/gpt-4o}
    model_info: {input_cost_per_1k_tokens: 0.0025}
""",
    compliant="""\
model_list:
  - model_name: a
    litellm_params: {model: openai/gpt-4o}
    model_info: {input_cost_per_token: 2.5e-6, output_cost_per_token: 1.0e-5}
""",
)
