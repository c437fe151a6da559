"""LiteLLM's proxy and router: a configuration that runs each task class as declared."""

from typing import Any

from multillm_gov.gateways.routing import Deployment, ModelGroup, Routing

_ABOUT = "# Written by `govern export`; change the allocations instead, and export again."


def write_yaml(data: dict[str, Any], remark: str) -> bytes:
    """Keys in their own order, block style, no references; UTF-8."""
    import yaml

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 - as the library declares it
            del data
            return True

    text = yaml.dump(
        data,
        Dumper=Plain,
        sort_keys=False,
        allow_unicode=True,
        width=10_000,
        default_flow_style=False,
    )
    return f"{_ABOUT}\n# {remark}\n{text}".encode()


TITLE = "LiteLLM proxy and router"
MASTER_KEY = "LITELLM_MASTER_KEY"
"""Environment variable that the proxy's own key is read from."""
NO_RETRIES = "DEFAULT_MAX_RETRIES"
"""Environment variable that must be 0 for LiteLLM.

Otherwise it ignores `max_retries: 0` for OpenAI embeddings and retries twice, after waiting as long
as the provider demands (1.110.2: `max_retries or litellm.DEFAULT_MAX_RETRIES`).
"""


def configuration(routing: Routing) -> dict[str, Any]:
    """The whole configuration as plain data; keys and addresses refer to environment variables.

    - The name of a task class is the model that callers ask for; its routed models share the
    requests by weight.
    - The chain stands three times: LiteLLM asks another list when a filter refuses and when a
    context overflows.
    - Nothing is retried on the model that failed: the next of the chain is the retry. An answer is
      then never later than timeouts add up to, and a failing provider never gets twice the load.
    """
    groups = [group for group in routing.groups if group.fallbacks]
    return {
        "model_list": [_entry(group, one) for group in routing.groups for one in group.deployments],
        "router_settings": {
            "routing_strategy": "simple-shuffle",
            "num_retries": 0,
            # Left alone, LiteLLM gives up after five.
            "max_fallbacks": max(routing.longest_chain, 1),
            **{
                name: _chains(groups)
                for name in ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")
            },
        },
        "general_settings": {"master_key": _reference(MASTER_KEY)},
    }


def render(routing: Routing) -> bytes:
    """The configuration as YAML: the same bytes on every run."""
    return write_yaml(
        configuration(routing), f"Run it with `{NO_RETRIES}=0 litellm --config FILE`."
    )


def router_arguments(settings: dict[str, Any]) -> dict[str, Any]:
    """What `litellm.Router` takes of a configuration."""
    return {"model_list": settings["model_list"], **settings["router_settings"]}


def _entry(group: ModelGroup, one: Deployment) -> dict[str, Any]:
    limits = {"rpm": one.requests_per_minute, "tpm": one.tokens_per_minute, "weight": one.weight}
    return {
        "model_name": group.name,
        "litellm_params": {
            "model": one.model,
            **{name: _reference(variable) for name, variable in one.variables.items()},
            **{name: value for name, value in limits.items() if value is not None},
            "timeout": _number(one.timeout_seconds),
            # The client library below LiteLLM would otherwise send a failed request again by
            # itself.
            "max_retries": 0,
        },
        "model_info": {
            "id": one.id,
            "mode": one.mode,
            "task_class": group.task,
            **({"owner": group.owner} if group.owner else {}),
        },
    }


def _chains(groups: list[ModelGroup]) -> list[dict[str, list[str]]]:
    return [{group.name: list(group.fallbacks)} for group in groups]


def _reference(variable: str) -> str:
    return f"os.environ/{variable}"


def _number(seconds: float) -> int | float:
    return int(seconds) if seconds.is_integer() else seconds
