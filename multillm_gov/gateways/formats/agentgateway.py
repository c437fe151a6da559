"""agentgateway in its simplified LLM mode: a virtual model per task class, its models internal."""

from typing import Any

from multillm_gov.gateways.block_yaml import write_block
from multillm_gov.gateways.exported import Exported, Rendered, headed, lost_settings
from multillm_gov.gateways.routing import Deployment, ModelGroup, Routing
from multillm_gov.gateways.serving import Served
from multillm_gov.gateways.wanted import Omission, Setting

_PROVIDERS = {
    "openai": "openAI",
    "text-completion-openai": "openAI",
    "hosted_vllm": "openAI",
    "anthropic": "anthropic",
    "gemini": "gemini",
    "vertex_ai": "vertex",
    "bedrock": "bedrock",
    "azure": "azure",
    "ollama": "ollama",
}
"""Its names of wire formats by LiteLLM's; every other one is called as compatible with OpenAI."""
_EVICTED = {"eviction": {"consecutiveFailures": 1, "duration": "30s"}}
LOST: dict[Setting, str] = {
    "fallbacks by fault": "a failing model is evicted and later requests go to the next one; the "
    "request that met the failure fails",
    "timeout": "its format limits the requests of a route, not of a model",
    "monthly cap": "it counts tokens, not money",
    "monthly cap without an exchange rate": "it counts tokens, not money",
    "monthly cap of all task classes together": "it counts tokens, not money",
    "cap per request": "it counts tokens, not money",
    "request and token limits": "its limits are of a listener, not of a model",
    "own prices": "it counts no money",
    "prices that are not per token": "it counts no money",
    "service tier": "it passes on what the caller sends",
    "batch share": "batches are jobs of their own, which no route sends",
    "owner": "its models carry no labels",
}


def render(routing: Routing, commit: str) -> Exported:
    """The configuration as YAML below its header: the same bytes on every run."""
    models = [
        _model(deployment, evicted=len(routing.groups) > 0 and _fails_over(group, deployment))
        for group in routing.groups
        for deployment in group.deployments
    ]
    virtual = [_virtual(group) for group in routing.task_classes]
    rendered = Rendered(
        body=write_block({"llm": {"port": 4000, "models": models, "virtualModels": virtual}}),
        omissions=(*lost_settings(routing, LOST), *_lost_weights(routing)),
        remark="Run it with `agentgateway -f FILE`.",
    )
    return headed(rendered, commit)


def _lost_weights(routing: Routing) -> tuple[Omission, ...]:
    lost = tuple(
        group.name
        for group in routing.task_classes
        if group.fallbacks and len(group.deployments) > 1
    )
    why = "a virtual model has weights or fallbacks; the routed models share by health and latency"
    return (Omission(setting="weights", task_classes=lost, why=why),) if lost else ()


def _fails_over(group: ModelGroup, deployment: Deployment) -> bool:
    return bool(group.fallbacks) or (deployment.weight is None and not group.is_last)


def _model(deployment: Deployment, *, evicted: bool) -> dict[str, Any]:
    served = deployment.served
    return {
        "name": deployment.id,
        "visibility": "internal",
        "provider": _PROVIDERS.get(served.provider, "openAI"),
        "params": _parameters(served),
        **({"health": _EVICTED} if evicted else {}),
    }


def _parameters(served: Served) -> dict[str, Any]:
    key, base = served.variables.get("api_key"), served.variables.get("api_base")
    return {
        "model": served.bare_name,
        **({"apiKey": f"${key}"} if key else {}),
        **({"baseUrl": f"${base}"} if base else {}),
        **({"awsRegion": served.region} if served.region and served.provider == "bedrock" else {}),
    }


def _virtual(group: ModelGroup) -> dict[str, Any]:
    if not group.fallbacks:
        targets = [
            {"model": deployment.id, "weight": deployment.weight}
            for deployment in group.deployments
        ]
        return {"name": group.name, "routing": {"weighted": {"targets": targets}}}
    ranked = [
        *({"model": deployment.id, "priority": 0} for deployment in group.deployments),
        *({"model": name, "priority": place} for place, name in enumerate(group.fallbacks, 1)),
    ]
    return {"name": group.name, "routing": {"failover": {"targets": ranked}}}
