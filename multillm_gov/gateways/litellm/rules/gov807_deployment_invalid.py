"""GOV807: every deployment is one that LiteLLM accepts."""

import re
from collections.abc import Iterator

from multillm_gov.documents.foreign.scalars import Moment
from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import ModelListEntry, is_left_open, number_of
from multillm_gov.gateways.litellm.known_keys import (
    has_known_endpoint,
    near_provider,
    providers,
)
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, deployment_subject
from multillm_gov.gateways.litellm.versions import parse_release
from multillm_gov.location import Place
from multillm_gov.words import code

_TEXTS = ("api_key", "api_base", "api_version", "custom_llm_provider", "budget_duration")
_NUMBERS = ("rpm", "tpm", "max_retries", "max_budget")
_STOPS, _DROPS = "the proxy does not start", "the proxy drops the deployment without an error"
_DROPS_SINCE = parse_release("1.75.0")
"""First release tried that goes on without an invalid deployment; 1.65.0 does not start."""
_BARE = re.compile(
    "(ft:)?(gpt(?!-oss)|o[0-9]|chatgpt|claude|text-|davinci|babbage|curie|ada|dall-e|whisper|tts|omni-|sora"
    "|command|embed|rerank|gemini|mistral|codestral|computer-use|amazon|anthropic|meta)"
)
"""Starts of names for which LiteLLM finds the provider by itself."""


def check(context: LintContext) -> Iterator[Violation]:
    """Yield entries without a name or a model, parameters of a wrong type, unknown providers."""
    for deployment in context.configuration.deployments:
        for place, message, remedy in (
            *_form(deployment),
            *_types(deployment),
            *_provider(context, deployment),
        ):
            stops = context.release < _DROPS_SINCE
            yield Violation(
                message=message.replace(_DROPS, _STOPS) if stops else message,
                place=place,
                subject=deployment_subject(deployment),
                remedy=remedy,
                distinction=str(place.pointer[-1]),
            )


_Fault = tuple[Place, str, str]


def _form(each: ModelListEntry) -> Iterator[_Fault]:
    if "model_name" not in each.entry:
        yield each.place, f"the entry has no `model_name`: {_STOPS}", "Write `model_name: NAME`."
    elif not each.name:
        yield (
            each.place.at("model_name"),
            "`model_name` is not text: no request can name it",
            "Quote it, or write a name.",
        )
    if not isinstance(each.entry.get("litellm_params"), dict):
        words = "has no" if "litellm_params" not in each.entry else "is no mapping in its"
        yield (
            each.place.at("litellm_params"),
            f"the entry {words} `litellm_params`: {_STOPS}",
            "Write `litellm_params: {model: PROVIDER/MODEL}`.",
        )
    elif "model" not in each.parameters:
        yield (
            each.place.at("litellm_params").key(),
            f"`litellm_params` names no `model`: {_STOPS}",
            "Write `model: PROVIDER/MODEL`.",
        )
    elif not each.model:
        yield each.parameter("model"), f"`model` is not text: {_STOPS}", "Write PROVIDER/MODEL."


def _types(each: ModelListEntry) -> Iterator[_Fault]:
    for key in _TEXTS:
        value = each.parameters.get(key)
        if isinstance(value, Moment):
            yield (
                each.parameter(key),
                f"`{key}: {value}` is a date to YAML, not text: {_DROPS}",
                f'Quote it: `{key}: "{value}"`.',
            )
        elif value is not None and not isinstance(value, str):
            yield each.parameter(key), f"`{key}` is not text: {_DROPS}", "Quote the value."
    for key in _NUMBERS:
        value = each.parameters.get(key)
        if value is not None and not is_left_open(value) and number_of(value) is None:
            yield each.parameter(key), f"`{key}` is not a number: {_DROPS}", "Write a number."
    tags = each.parameters.get("tags")
    if tags is not None and not isinstance(tags, list):
        yield each.parameter("tags"), f"`tags` is not a list: {_DROPS}", "Write `tags: [NAME]`."


def _provider(context: LintContext, each: ModelListEntry) -> Iterator[_Fault]:
    model = each.model
    if not model or is_left_open(model) or "*" in model or _declares_provider(context, each):
        return
    if _address_declares(each):
        return
    prefix, slash, _ = model.partition("/")
    if prefix in providers() or context.catalog.find(model) is not None:
        return
    if slash or not _BARE.match(model):
        near = near_provider(prefix) if slash else ""
        yield (
            each.parameter("model"),
            f"{code(model)} names no provider that LiteLLM knows{near}: {_DROPS}",
            "Write PROVIDER/MODEL; `openai/NAME` for a server that speaks its interface.",
        )


def _address_declares(each: ModelListEntry) -> bool:
    """Whether the address may be of a provider: LiteLLM knows some by theirs."""
    if "litellm_credential_name" in each.parameters:
        return True
    address = each.parameters.get("api_base")
    if not isinstance(address, str) or not address:
        return False
    return is_left_open(address) or has_known_endpoint(address)


def _declares_provider(context: LintContext, each: ModelListEntry) -> bool:
    setting = context.configuration.litellm.get("custom_provider_map")
    entries = setting.value if setting is not None else None
    own = {
        entry.get("provider")
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict)
    }
    declared = each.parameters.get("custom_llm_provider")
    return bool(declared) or each.model.partition("/")[0] in own


RULE = LintRule(
    id="GOV807",
    name="deployment-invalid",
    title="Deployment that LiteLLM does not accept",
    why=(
        "The proxy drops a deployment that it cannot validate and goes on (it builds its router "
        "with `ignore_invalid_deployments`; up to 1.65.0 it does not start): the group has "
        "one deployment less, or none. A date such as `api_version: 2024-10-21` without quotes "
        "is the commonest case."
    ),
    remediation="Correct the value that the finding names.",
    severity=Severity.ERROR,
    source=(
        "`litellm/types/router.py`: `Deployment`, `LiteLLM_Params`; the router of 1.110.2 with "
        "`ignore_invalid_deployments=True`; BerriAI/litellm #34877"
    ),
    trap="#34877",
    check=check,
    violating="""\
model_list:
  - model_name: chat
    litellm_params: {model: azure/chat, api_base: os.environ/BASE, api_version: 2024-10-21}
""",
    compliant="""\
model_list:
  - model_name: chat
    litellm_params: {model: azure/chat, api_base: os.environ/BASE, api_version: "2024-10-21"}
""",
)
