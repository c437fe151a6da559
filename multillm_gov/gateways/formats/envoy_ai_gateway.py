"""Envoy AI Gateway: a route per task class, a backend per provider, keys in Kubernetes secrets."""

import re
from collections.abc import Iterator
from typing import Any

from multillm_gov.gateways.block_yaml import write_block
from multillm_gov.gateways.exported import Exported, Rendered, headed, lost_settings
from multillm_gov.gateways.routing import Deployment, ModelGroup, Routing
from multillm_gov.gateways.serving import Served
from multillm_gov.gateways.wanted import Setting

_AI, _ENVOY, _KUBERNETES = (
    "aigateway.envoyproxy.io",
    "gateway.envoyproxy.io",
    "gateway.networking.k8s.io",
)
_GATEWAY = "ai-gateway"
"""Name of the Gateway that routes belong to: an organization has one."""
_SCHEMAS = {
    "anthropic": {"name": "Anthropic"},
    "azure": {"name": "AzureOpenAI", "version": "2025-01-01-preview"},
    "bedrock": {"name": "AWSBedrock"},
    "vertex_ai": {"name": "GCPVertexAI"},
    "cohere": {"name": "Cohere"},
}
"""By LiteLLM's wire format; every other one is called as compatible with OpenAI."""
_HOSTS = {
    "openai": "api.openai.com",
    "anthropic": "api.anthropic.com",
    "mistral": "api.mistral.ai",
    "cohere": "api.cohere.com",
    "groq": "api.groq.com",
    "deepseek": "api.deepseek.com",
    "gemini": "generativelanguage.googleapis.com",
}
LOST: dict[Setting, str] = {
    "fallbacks by fault": "a refusal by a filter and a prompt that is too long are answers, which "
    "lead to no other backend",
    "monthly cap": "it counts tokens, not money",
    "monthly cap without an exchange rate": "it counts tokens, not money",
    "monthly cap of all task classes together": "it counts tokens, not money",
    "cap per request": "it counts tokens, not money",
    "request and token limits": "its limits are of callers, not of models",
    "own prices": "it counts no money",
    "prices that are not per token": "it counts no money",
    "service tier": "it passes on what the caller sends",
    "batch share": "batches are jobs of their own, which no route sends",
}


def render(routing: Routing, commit: str) -> Exported:
    """Kubernetes objects as YAML documents below a header: the same bytes on every run."""
    reserve = {
        deployment.id: deployment for group in routing.groups for deployment in group.deployments
    }
    objects = [
        *(
            values_by_name
            for group in routing.task_classes
            for values_by_name in _of_task_class(group, reserve)
        ),
        *_backends(reserve),
    ]
    rendered = Rendered(
        body="---\n".join(map(write_block, objects)),
        omissions=lost_settings(routing, LOST),
        remark=f"You provide: the Gateway `{_GATEWAY}`, a Secret `NAME-apikey` per backend, and a "
        "Backend for each that has an address of your own.",
    )
    return headed(rendered, commit)


def _of_task_class(group: ModelGroup, reserve: dict[str, Deployment]) -> Iterator[dict[str, Any]]:
    name = _object_name(group.name)
    chain = [reserve[fallback] for fallback in group.fallbacks]
    refs = [
        *({**_backend_ref(deployment), "weight": round(deployment.weight or 0), "priority": 0}
          for deployment in group.deployments),
        *({**_backend_ref(each), "priority": place} for place, each in enumerate(chain, 1)),
    ]  # fmt: skip
    match = {"type": "Exact", "name": "x-ai-eg-model", "value": group.name}
    longest = max(each.timeout_seconds for each in (*group.deployments, *chain))
    labels = {"labels": {"owner": _object_name(group.owner)}} if group.owner else {}
    yield {
        "apiVersion": f"{_AI}/v1beta1",
        "kind": "AIGatewayRoute",
        "metadata": {"name": name, "namespace": "default", **labels},
        "spec": {
            "parentRefs": [{"name": _GATEWAY, "kind": "Gateway", "group": _KUBERNETES}],
            "rules": [
                {
                    "matches": [{"headers": [match]}],
                    "backendRefs": refs,
                    "timeouts": {"request": f"{round(longest * (1 + len(chain)))}s"},
                }
            ],
        },
    }
    if chain:
        yield _traffic_policy(name, len(chain), longest)


def _traffic_policy(name: str, fallbacks: int, seconds: float) -> dict[str, Any]:
    """Without it a failing backend is never left: priorities alone wait for health checks."""
    return {
        "apiVersion": f"{_ENVOY}/v1alpha1",
        "kind": "BackendTrafficPolicy",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "targetRefs": [{"group": _KUBERNETES, "kind": "HTTPRoute", "name": name}],
            "retry": {
                "numAttemptsPerPriority": 1,
                "numRetries": fallbacks,
                "perRetry": {"timeout": f"{round(seconds * 1000)}ms"},
                "retryOn": {
                    "httpStatusCodes": [429, 500, 502, 503, 504],
                    "triggers": ["connect-failure", "retriable-status-codes"],
                },
            },
        },
    }


def _backend_ref(deployment: Deployment) -> dict[str, Any]:
    return {
        "name": _backend_name(deployment.served),
        "modelNameOverride": deployment.served.bare_name,
    }


def _backends(reserve: dict[str, Deployment]) -> Iterator[dict[str, Any]]:
    by_name = {
        _backend_name(deployment.served): deployment.served for deployment in reserve.values()
    }
    for name, served in sorted(by_name.items()):
        metadata = {"name": name, "namespace": "default"}
        yield {
            "apiVersion": f"{_AI}/v1beta1",
            "kind": "AIServiceBackend",
            "metadata": metadata,
            "spec": {
                "schema": _SCHEMAS.get(served.provider, {"name": "OpenAI"}),
                "backendRef": {"name": name, "kind": "Backend", "group": _ENVOY},
            },
        }
        if "api_key" in served.variables:
            yield _security_policy(name, served)
        host = _HOSTS.get(served.provider)
        if host and "api_base" not in served.variables:
            yield from _public_host(name, host)


def _security_policy(name: str, served: Served) -> dict[str, Any]:
    kind, key = {
        "anthropic": ("AnthropicAPIKey", "anthropicAPIKey"),
        "azure": ("AzureAPIKey", "azureAPIKey"),
    }.get(served.provider, ("APIKey", "apiKey"))
    secret = {"secretRef": {"name": f"{name}-apikey", "namespace": "default"}}
    target = {"group": _AI, "kind": "AIServiceBackend", "name": name}
    return {
        "apiVersion": f"{_AI}/v1beta1",
        "kind": "BackendSecurityPolicy",
        "metadata": {"name": f"{name}-apikey", "namespace": "default"},
        "spec": {"targetRefs": [target], "type": kind, key: secret},
    }


def _public_host(name: str, host: str) -> Iterator[dict[str, Any]]:
    yield {
        "apiVersion": f"{_ENVOY}/v1alpha1",
        "kind": "Backend",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"endpoints": [{"fqdn": {"hostname": host, "port": 443}}]},
    }
    yield {
        "apiVersion": f"{_KUBERNETES}/v1alpha3",
        "kind": "BackendTLSPolicy",
        "metadata": {"name": f"{name}-tls", "namespace": "default"},
        "spec": {
            "targetRefs": [{"group": _ENVOY, "kind": "Backend", "name": name}],
            "validation": {"wellKnownCACertificates": "System", "hostname": host},
        },
    }


def _backend_name(served: Served) -> str:
    variable = served.variables.get("api_key", "").removesuffix("_API_KEY")
    region = f"-{served.region}" if served.region else ""
    return _object_name(f"{variable or served.provider}{region}")


def _object_name(name: str) -> str:
    """A name that Kubernetes takes: two names never become one."""
    safe = re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "x"
    changed = safe not in (name, name.lower().replace("_", "-"))
    return f"{safe[:48]}-{name.encode().hex()[:12]}" if changed or len(safe) > 60 else safe
