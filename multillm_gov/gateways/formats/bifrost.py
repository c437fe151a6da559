"""Bifrost: providers with their keys, and a virtual key per task class with weights and budget."""

from collections.abc import Iterator
from typing import Any

from multillm_gov.gateways.exported import Exported, lost_settings
from multillm_gov.gateways.json_text import write_json
from multillm_gov.gateways.routing import Deployment, ModelGroup, Routing
from multillm_gov.gateways.serving import AZURE, Served
from multillm_gov.gateways.wanted import Setting

_PROVIDERS = {
    "gemini": "gemini",
    "vertex_ai": "vertex",
    "azure_text": "azure",
    "text-completion-openai": "openai",
    "hosted_vllm": "vllm",
}
"""Its names of providers where LiteLLM's differ."""
_MONTH = "1M"
LOST: dict[Setting, str] = {
    "fallbacks": "a virtual key lists providers by weight; callers name an ordered chain by "
    "`fallbacks` in each request",
    "fallbacks by fault": "callers name a chain by `fallbacks` in each request, for any fault",
    "timeout": "its timeouts are of a provider, not of a task class",
    "monthly cap without an exchange rate": "it counts US dollars; declare `exchange` in "
    "govern.yaml",
    "monthly cap of all task classes together": "a budget belongs to a virtual key",
    "cap per request": "it limits spend over time, never that of one request",
    "own prices": "its prices come from its own list",
    "prices that are not per token": "its prices come from its own list",
    "request and token limits": "its limits are of a virtual key, not of a model",
    "service tier": "it passes on what the caller sends",
    "batch share": "batches are jobs of their own, which no route sends",
    "owner": "its teams are made by its own interface",
}


def render(routing: Routing, commit: str) -> Exported:
    """The configuration as JSON: the same bytes on every run."""
    del commit  # JSON has no comment to put it in
    providers: dict[str, dict[str, Any]] = {}
    for group in routing.groups:
        for deployment in group.deployments:
            _add_key(providers, deployment.served)
    capped = [group for group in routing.task_classes if group.usd_per_month is not None]
    configuration = {
        "$schema": "https://www.getbifrost.ai/schema",
        "client": {"enforce_auth_on_inference": True},
        "providers": providers,
        "governance": {
            "budgets": [_budget(group) for group in capped],
            "virtual_keys": [_virtual_key(group) for group in routing.task_classes],
        },
    }
    return Exported(data=write_json(configuration).encode(), omissions=lost_settings(routing, LOST))


def _provider(served: Served) -> str:
    """A server of one's own is a provider of its own: an address belongs to a provider there."""
    base = _own_address(served)
    if base:
        return base.removesuffix("_API_BASE").lower().replace("_", "-")
    return _PROVIDERS.get(served.provider, served.provider)


def _own_address(served: Served) -> str:
    return "" if served.provider in AZURE else served.variables.get("api_base", "")


def _key_id(served: Served) -> str:
    variable = served.variables.get("api_key", "")
    return variable.lower().replace("_", "-") or f"{_provider(served)}-{served.region or 'default'}"


def _add_key(providers: dict[str, dict[str, Any]], served: Served) -> None:
    provider = providers.setdefault(_provider(served), {"keys": []})
    base = _own_address(served)
    if base:
        kind = _PROVIDERS.get(served.provider, served.provider)
        provider["network_config"] = {"base_url": f"env.{base}"}
        provider["custom_provider_config"] = {"base_provider_type": kind}
    name = _key_id(served)
    key = next((each for each in provider["keys"] if each["id"] == name), None)
    if key is None:
        key = {"id": name, "name": name, "weight": 1, "models": []}
        provider["keys"].append(key)
    key.update(dict(_credentials(served, key)))
    if served.bare_name not in key["models"]:
        key["models"].append(served.bare_name)


def _credentials(served: Served, key: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    variables = {name: f"env.{variable}" for name, variable in served.variables.items()}
    if "api_key" in variables:
        yield "value", variables["api_key"]
    if served.provider in AZURE:
        yield "azure_key_config", _azure_key(served, key, variables)
    elif _provider(served) == "bedrock":
        yield (
            "bedrock_key_config",
            {
                "access_key": "env.AWS_ACCESS_KEY_ID",
                "secret_key": "env.AWS_SECRET_ACCESS_KEY",
                "region": served.region or "env.AWS_REGION",
            },
        )
    elif _provider(served) == "vertex":
        yield (
            "vertex_key_config",
            {
                "project_id": "env.VERTEXAI_PROJECT",
                "region": served.region or "env.VERTEXAI_LOCATION",
                "auth_credentials": "env.GOOGLE_APPLICATION_CREDENTIALS",
            },
        )


def _azure_key(served: Served, key: dict[str, Any], variables: dict[str, str]) -> dict[str, Any]:
    deployments = key.get("azure_key_config", {}).get("deployments", {})
    return {
        "endpoint": variables["api_base"],
        "api_version": variables["api_version"],
        "deployments": {**deployments, served.bare_name: served.bare_name},
    }


def _budget(group: ModelGroup) -> dict[str, Any]:
    return {
        "id": f"budget-{group.name}",
        "max_limit": group.usd_per_month,
        "reset_duration": _MONTH,
    }


def _virtual_key(group: ModelGroup) -> dict[str, Any]:
    variable = "".join(c if c.isalnum() else "_" for c in group.name).upper()
    capped = group.usd_per_month is not None
    return {
        "id": f"task-class-{group.name}",
        "name": group.name,
        "value": f"env.BIFROST_VK_{variable}",
        "is_active": True,
        **({"budget_id": f"budget-{group.name}"} if capped else {}),
        "provider_configs": [_provider_config(deployment) for deployment in group.deployments],
    }


def _provider_config(deployment: Deployment) -> dict[str, Any]:
    return {
        "provider": _provider(deployment.served),
        "key_ids": [_key_id(deployment.served)],
        "allowed_models": [deployment.served.bare_name],
        "weight": round((deployment.weight or 0) / 100, 6),
    }
