"""GOV808: no value passes the start and fails the first request."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import number_of, variable_of
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, deployment_subject

_SECONDS = ("timeout", "stream_timeout")


def check(context: LintContext) -> Iterator[Violation]:
    """Yield weights that are text, and timeouts that are no number of seconds."""
    for deployment in context.configuration.deployments:
        weight = deployment.parameters.get("weight")
        if isinstance(weight, str) and variable_of(weight) is None:
            yield Violation(
                message="`weight` is text: every request to the group fails with a type error",
                place=deployment.parameter("weight"),
                subject=deployment_subject(deployment),
                remedy="Write the number without quotes.",
                distinction="weight",
            )
        for key in _SECONDS:
            value = deployment.parameters.get(key)
            if isinstance(value, str) and variable_of(value) is None and number_of(value) is None:
                yield Violation(
                    message=f"`{key}` is no number of seconds: requests to this deployment fail",
                    place=deployment.parameter(key),
                    subject=deployment_subject(deployment),
                    remedy=f"Write seconds: `{key}: 30`.",
                    distinction=key,
                )


RULE = LintRule(
    id="GOV808",
    name="value-fails-on-request",
    title="Value that fails at the first request",
    why="LiteLLM starts with it and reports it to the caller of the first request.",
    remediation="Write the number that the setting takes.",
    severity=Severity.ERROR,
    source="The router of 1.110.2: `Deployment weight must be numeric`; `could not convert string`",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o, timeout: 30s}}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o, timeout: 30}}
""",
)
