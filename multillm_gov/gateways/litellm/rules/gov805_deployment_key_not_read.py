"""GOV805: every key of a deployment is one that the router reads."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import ModelListEntry
from multillm_gov.gateways.litellm.known_keys import ENTRY
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, deployment_subject
from multillm_gov.words import code, did_you_mean

_PARAMETERS = frozenset(
    {
        *("api_key", "api_base", "api_version", "model", "rpm", "tpm", "weight", "order", "tags"),
        *("timeout", "stream_timeout", "max_retries", "num_retries", "max_budget"),
        *("budget_duration", "max_parallel_requests", "aws_region_name", "vertex_project"),
    }
)
_INFORMATION = frozenset({"mode", "base_model", "id", "access_groups", "max_input_tokens"})


def check(context: LintContext) -> Iterator[Violation]:
    """Yield keys beside `model_name`, `litellm_params` and `model_info`."""
    for deployment in context.configuration.deployments:
        for key in deployment.entry:
            if key not in ENTRY and not key.startswith(("_", "x-")):
                yield Violation(
                    message=f"{code(key)} beside `litellm_params` is read by nothing"
                    f"{_belongs(key)}",
                    place=deployment.place.at(key).key(),
                    subject=deployment_subject(deployment),
                    remedy=_remedy(key, deployment),
                    distinction=key,
                )


def _belongs(key: str) -> str:
    if key in _PARAMETERS:
        return "; LiteLLM takes it from `litellm_params`"
    if key in _INFORMATION:
        return "; LiteLLM takes it from `model_info`"
    if key == "aliases":
        return "; other names of a group stand in `router_settings.model_group_alias`"
    return did_you_mean(key, ENTRY)


def _remedy(key: str, each: ModelListEntry) -> str:
    if key in _PARAMETERS:
        return f"Move it below `litellm_params` of {code(each.name or each.model)}."
    if key in _INFORMATION:
        return f"Move it below `model_info` of {code(each.name or each.model)}."
    if key == "aliases":
        return "Write `router_settings: {model_group_alias: {OTHER: GROUP}}`."
    return "Correct the name, or remove the key."


RULE = LintRule(
    id="GOV805",
    name="deployment-key-not-read",
    title="Key of a deployment that nothing reads",
    why=(
        "A key one level too high is kept and ignored: the rate limit does not limit, the key is "
        "not sent, callers who use the alias get an error."
    ),
    remediation="Move the key below `litellm_params` or `model_info`, or remove it.",
    severity=Severity.WARNING,
    source="The router of 1.110.2: limits, weights and aliases at this level change nothing",
    check=check,
    violating="model_list:\n  - {model_name: a, rpm: 5, litellm_params: {model: openai/gpt-4o}}\n",
    compliant="model_list:\n  - {model_name: a, litellm_params: {model: openai/gpt-4o, rpm: 5}}\n",
)
