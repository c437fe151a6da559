"""GOV864: a price of zero is one that holds."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import number_of
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, deployment_subject
from multillm_gov.gateways.litellm.versions import Affected
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield prices of zero, and prices in `model_info` alone, that older releases ignore."""
    for deployment in context.configuration.deployments:
        for values, place, where in (
            (deployment.parameters, deployment.parameter, "litellm_params"),
            (deployment.info, deployment.information, "model_info"),
        ):
            price = number_of(values.get("input_cost_per_token"))
            if price == 0 or (price is not None and where == "model_info"):
                yield Violation(
                    message=f"the price of {code(deployment.model)} in `{where}` was reported "
                    "to be ignored on some routes before 1.83.0",
                    place=place("input_cost_per_token"),
                    subject=deployment_subject(deployment),
                    remedy="Upgrade LiteLLM, and compare the spend log of one request.",
                    distinction=where,
                )


RULE = LintRule(
    id="GOV864",
    name="price-of-zero",
    title="Price that older releases ignore",
    why=(
        "A zero was read as no price and the full one was counted; prices in `model_info` were "
        "not read on some routes, which counted 0 USD."
    ),
    remediation="Run a release that charges what is written: 1.83.0 and later were tried.",
    severity=Severity.NOTE,
    source=(
        "BerriAI/litellm #25204, #11975, PR#36584 (reported; the routers of 1.55.0 to 1.110.2 "
        "charge both forms as written on chat requests)"
    ),
    trap="#25204",
    affected=Affected(until="1.83.0"),
    check=check,
)
