"""GOV852: retries are few."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import PlacedSetting, number_of
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject
from multillm_gov.gateways.litellm.versions import parse_release

_MANY = 10
_OF_DEPLOYMENTS_SINCE = parse_release("1.65.0")
"""First release tried that reads `num_retries` of a deployment; `max_retries` none reads."""


def check(context: LintContext) -> Iterator[Violation]:
    """Yield `num_retries` above ten."""
    configuration, key = context.configuration, "num_retries"
    settings = [
        setting
        for section in (configuration.router, configuration.litellm)
        if (setting := section.get(key)) is not None
    ]
    settings += [
        PlacedSetting(deployment.parameters[key], deployment.parameter(key))
        for deployment in configuration.deployments
        if key in deployment.parameters and context.release >= _OF_DEPLOYMENTS_SINCE
    ]
    for setting in settings:
        number = number_of(setting.value)
        if number is not None and number > _MANY:
            yield Violation(
                message=f"{int(number)} retries: each request of an outage calls the provider at "
                f"least {int(number) + 1} times before it fails or falls back",
                place=setting.place,
                subject=place_subject(setting.place),
                remedy="Retry twice at most, and let a fallback take over.",
                figures={"retries": int(number)},
            )


RULE = LintRule(
    id="GOV852",
    name="retries-without-bound",
    title="Very many retries",
    why="Retries multiply the load on a provider that is down and the time until the fallback.",
    remediation="Lower the number.",
    severity=Severity.WARNING,
    source=(
        "BerriAI/litellm #34877; a server that fails, called by the routers of 1.65.0 to 1.110.2: "
        "`num_retries: 3` of a deployment makes 4 calls, up to 1.90.0 16"
    ),
    trap="#34877",
    check=check,
    violating="router_settings: {num_retries: 50}\n",
    compliant="router_settings: {num_retries: 2}\n",
)
