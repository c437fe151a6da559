"""GOV861: prices are per token."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import number_of
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, deployment_subject
from multillm_gov.location import Place

_MOST_USD = 0.001
"""USD a token, 1,000 USD a million: five times the dearest price in the price map of 2026."""
_KEYS = (
    "input_cost_per_token",
    "output_cost_per_token",
    "cache_read_input_token_cost",
    "cache_creation_input_token_cost",
)


def check(context: LintContext) -> Iterator[Violation]:
    """Yield prices a token that can only be prices a million tokens."""
    for deployment in context.configuration.deployments:
        for values, place in (
            (deployment.parameters, deployment.parameter),
            (deployment.info, deployment.information),
        ):
            for key in _KEYS:
                price = number_of(values.get(key))
                if price is not None and price >= _MOST_USD:
                    at: Place = place(key)
                    yield Violation(
                        message=f"`{key}: {price}` is {price * 1_000_000:,.0f} USD a million "
                        "tokens, more than any model costs: was the price of a thousand or of a "
                        "million meant?",
                        place=at,
                        subject=deployment_subject(deployment),
                        remedy=f"Write {price / 1_000_000:.3g} for {price} USD a million tokens, "
                        f"{price / 1_000:.3g} for {price} USD a thousand.",
                        figures={"usd_per_token": float(price)},
                        distinction=key,
                    )


RULE = LintRule(
    id="GOV861",
    name="price-per-million",
    title="Price of a million tokens typed as that of one",
    why="Spend is a million times too high: the first request exhausts every budget.",
    remediation="Divide by 1,000,000.",
    severity=Severity.ERROR,
    source="BerriAI/litellm #7950, #20615; the router of 1.83.0 to 1.110.2 charges what is written",
    trap="#7950",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/own, api_base: os.environ/BASE,
      input_cost_per_token: 5, output_cost_per_token: 15}}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/own, api_base: os.environ/BASE,
      input_cost_per_token: 5.0e-6, output_cost_per_token: 15.0e-6}}
""",
)
