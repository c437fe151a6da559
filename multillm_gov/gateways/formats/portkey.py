"""Portkey: one routing config per task class, which callers name by `x-portkey-config`.

A provider is referred to by its slug in the model catalog (`@openai`), where its key is kept.
"""

from typing import Any

from multillm_gov.gateways.exported import Exported, lost_settings
from multillm_gov.gateways.json_text import write_json
from multillm_gov.gateways.routing import Deployment, ModelGroup, Routing
from multillm_gov.gateways.wanted import Setting

_MILLISECONDS = 1000
LOST: dict[Setting, str] = {
    "fallbacks by fault": "every response that is no success leads to the same chain",
    "monthly cap": "budgets belong to its workspaces and integrations, which no config sets",
    "monthly cap without an exchange rate": "budgets belong to its workspaces and integrations",
    "monthly cap of all task classes together": "budgets belong to its workspaces",
    "cap per request": "it limits spend over time, never that of one request",
    "request and token limits": "rate limits belong to its integrations, which no config sets",
    "own prices": "prices belong to its integrations (`pricing_config`), which no config sets",
    "prices that are not per token": "prices belong to its integrations",
    "region": "regions belong to its integrations, which no config sets",
    "batch share": "batches are jobs of their own, which no route sends",
    "owner": "callers send it as metadata with each request",
}


def render(routing: Routing, commit: str) -> Exported:
    """All configs as JSON, by task class: the same bytes on every run."""
    del commit  # JSON has no comment to put it in, and a config has no key for it
    reserve = {
        deployment.id: deployment for group in routing.groups for deployment in group.deployments
    }
    configs = {group.name: _config(group, reserve) for group in routing.task_classes}
    return Exported(data=write_json(configs).encode(), omissions=lost_settings(routing, LOST))


def _config(group: ModelGroup, reserve: dict[str, Deployment]) -> dict[str, Any]:
    routed = [_target(deployment) for deployment in group.deployments]
    first: dict[str, Any] = (
        {"strategy": {"mode": "loadbalance"}, "targets": routed} if len(routed) > 1 else routed[0]
    )
    if not group.fallbacks:
        return first
    chain = [_target(reserve[name]) for name in group.fallbacks]
    return {"strategy": {"mode": "fallback"}, "targets": [first, *chain]}


def _target(deployment: Deployment) -> dict[str, Any]:
    served = deployment.served
    key = served.variables.get("api_key", "").removesuffix("_API_KEY").lower().replace("_", "-")
    tier = {"service_tier": deployment.service_tier} if deployment.service_tier else {}
    return {
        "provider": f"@{key or served.provider.replace('_', '-')}",
        **({"weight": deployment.weight} if deployment.weight is not None else {}),
        "request_timeout": int(deployment.timeout_seconds * _MILLISECONDS),
        "override_params": {"model": served.bare_name, **tier},
    }
