"""GOV852: retries are few."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import PlacedSetting, number_of
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject

_MANY = 10


def check(context: LintContext) -> Iterator[Violation]:
    """Yield `num_retries` and `max_retries` above ten."""
    configuration = context.configuration
    settings = [
        setting
        for section in (configuration.router, configuration.litellm)
        if (setting := section.get("num_retries")) is not None
    ]
    settings += [
        PlacedSetting(deployment.parameters[key], deployment.parameter(key))
        for deployment in configuration.deployments
        for key in ("num_retries", "max_retries")
        if key in deployment.parameters
    ]
    for setting in settings:
        number = number_of(setting.value)
        if number is not None and number > _MANY:
            yield Violation(
                message=f"{int(number)} retries: each request of an outage calls the provider "
                f"{int(number) + 1} times before it fails or falls back",
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
    source="BerriAI/litellm #34877: what people ask of an offline check",
    trap="#34877",
    check=check,
    violating="router_settings: {num_retries: 50}\n",
    compliant="router_settings: {num_retries: 2}\n",
)
