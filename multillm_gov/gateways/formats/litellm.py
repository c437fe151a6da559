"""LiteLLM's proxy and router: a configuration that runs each task class as declared."""

from decimal import Decimal
from typing import Any

from multillm_gov.gateways.block_yaml import write_block
from multillm_gov.gateways.exported import Exported, Rendered, headed, lost_settings
from multillm_gov.gateways.litellm.budget_routes import ADDRESSES, tried, uncounted
from multillm_gov.gateways.litellm.versions import TESTED, parse_release
from multillm_gov.gateways.routing import Deployment, ModelGroup, Routing
from multillm_gov.gateways.serving import TOKEN_PRICES
from multillm_gov.gateways.wanted import Omission, Setting
from multillm_gov.words import join_words

VERSIONED = True
"""Whether what is written depends on the gateway's release."""
MASTER_KEY = "LITELLM_MASTER_KEY"
"""Environment variable that the proxy's own key is read from."""
NO_RETRIES = "DEFAULT_MAX_RETRIES"
"""Environment variable that must be 0 for LiteLLM.

Otherwise it ignores `max_retries: 0` for OpenAI embeddings and retries twice, after waiting as long
as the provider demands (1.110.2: `max_retries or litellm.DEFAULT_MAX_RETRIES`).
"""
BUDGET_DURATION = "30d"
"""LiteLLM has no calendar month for budgets of deployments."""
_MOCKED = " For drills of budgets alone: no model is called, and prices are not those declared."
_MOCKED_CALLS = 20
_MOCKED_TOKENS = 10
"""Of an answer that LiteLLM mocks, about."""
ALLOWED_FAILS = 1
COOLDOWN_SECONDS = 30
TAG = "task-class:"
"""Start of the tag by which spend logs lead back to a task class."""
PRICES = tuple(TOKEN_PRICES.values())
"""Names of the prices that it may write of a deployment."""
TIERS = frozenset({"openai", "azure"})
"""Wire formats to which LiteLLM passes `service_tier` on."""
REGIONS = {
    "bedrock": "aws_region_name",
    "bedrock_converse": "aws_region_name",
    "sagemaker": "aws_region_name",
    "sagemaker_chat": "aws_region_name",
    "vertex_ai": "vertex_location",
    "vertex_ai_beta": "vertex_location",
}
REGION = "region_name"
"""Where no cloud's own parameter says it: what `region_name` pins, LiteLLM checks before calls."""
LOST: dict[Setting, str] = {
    "monthly cap for all instances, restarts and models together": "without a "
    "database each instance counts by deployment from its start on: routed models share the cap, "
    "and each fallback may spend as much again; `govern export litellm-terraform` writes budgets "
    "that hold for the whole",
    "monthly cap of all task classes together": "`max_budget` is counted in the proxy's database: "
    "without one nothing stops it",
    "monthly cap without an exchange rate": "LiteLLM counts US dollars; declare `exchange` in "
    "govern.yaml",
    "cap per request": "LiteLLM limits spend over time, never that of one request",
    "prices that are not per token": "the rest of the model's prices is in `govern catalog show`",
    "batch share": "batches are jobs of their own, which no route sends",
}


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
    limited = any(
        deployment.served.requests_per_minute or deployment.served.tokens_per_minute
        for group in routing.groups
        for deployment in group.deployments
    )
    return {
        "model_list": [
            _entry(group, deployment)
            for group in routing.groups
            for deployment in group.deployments
        ],
        "router_settings": {
            "routing_strategy": "simple-shuffle",
            "num_retries": 0,
            # Left alone, LiteLLM gives up after five.
            "max_fallbacks": max(routing.longest_chain, 1),
            # Without it LiteLLM takes rate limits for weights, and enforces none.
            **({"optional_pre_call_checks": ["enforce_model_rate_limits"]} if limited else {}),
            **{
                name: _chains(groups)
                for name in ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")
            },
        },
        **_total(routing),
        "general_settings": {"master_key": _reference(MASTER_KEY)},
    }


def render(routing: Routing, commit: str) -> Exported:
    """The configuration as YAML below its header: the same bytes on every run."""
    mocked = routing.target.mocked
    rendered = Rendered(
        body=write_block(_mocked(configuration(routing)) if mocked else configuration(routing)),
        omissions=(*lost_settings(routing, LOST), *_lost_routes(routing), *_lost_tiers(routing)),
        remark=f"Run it with `{NO_RETRIES}=0 litellm --config FILE`.{_MOCKED if mocked else ''}",
    )
    return headed(rendered, commit)


def _mocked(configuration: dict[str, Any]) -> dict[str, Any]:
    """Models that answer by themselves, priced so that a budget lasts some tens of calls."""

    def entry(values_by_name: dict[str, Any]) -> dict[str, Any]:
        given = values_by_name["litellm_params"]
        embeds = values_by_name["model_info"]["mode"] == "embedding"
        price = Decimal(given.get("max_budget", 1)) / (_MOCKED_CALLS * _MOCKED_TOKENS)
        mock = {
            "mock_response": [0.5] if embeds else "A drill.",
            **dict.fromkeys(("input_cost_per_token", "output_cost_per_token"), price),
        }
        return {**values_by_name, "litellm_params": {**given, **mock}}

    return {**configuration, "model_list": [entry(each) for each in configuration["model_list"]]}


def _total(routing: Routing) -> dict[str, Any]:
    if routing.usd_per_month is None:
        return {}
    budget = {"max_budget": routing.usd_per_month, "budget_duration": BUDGET_DURATION}
    return {"litellm_settings": budget}


def _lost_routes(routing: Routing) -> tuple[Omission, ...]:
    """Task classes whose cap some routes pass by in the target release."""
    release = parse_release(routing.target.gateway_version or TESTED)
    passed = uncounted(release)
    capped = [
        task_class for task_class in routing.task_classes if task_class.usd_per_month is not None
    ]
    if not passed or not capped:
        return ()
    routes = join_words([ADDRESSES[route] for route in passed])
    why = (
        f"LiteLLM {tried(release)}, the nearest release tried, counts no request of {routes} for "
        "budgets of deployments; those of `govern export litellm-terraform` need a database, and "
        "a limit at the provider holds for every route"
    )
    names = tuple(group.name for group in capped)
    return (Omission(setting="monthly cap on every route", task_classes=names, why=why),)


def _lost_tiers(routing: Routing) -> tuple[Omission, ...]:
    """Task classes whose service tier is not sent to all of their models."""
    lost = {
        group.task: None
        for group in routing.groups
        for deployment in group.deployments
        if deployment.service_tier and deployment.served.provider not in TIERS
    }
    why = (
        "LiteLLM passes it to models of OpenAI and Azure; the others answer at their standard tier"
    )
    return (Omission(setting="service tier", task_classes=tuple(lost), why=why),) if lost else ()


def _entry(group: ModelGroup, deployment: Deployment) -> dict[str, Any]:
    return {
        "model_name": group.name,
        "litellm_params": _parameters(group, deployment),
        "model_info": _information(group, deployment),
    }


def _parameters(group: ModelGroup, deployment: Deployment) -> dict[str, Any]:
    served = deployment.served
    budgeted = deployment.usd_per_month is not None
    given = {
        REGIONS.get(served.provider, REGION): served.region or None,
        "rpm": served.requests_per_minute,
        "tpm": served.tokens_per_minute,
        "weight": deployment.weight,
        "service_tier": deployment.service_tier or None if served.provider in TIERS else None,
        "max_budget": deployment.usd_per_month,
        "budget_duration": BUDGET_DURATION if budgeted else None,
        "cooldown_time": None if _stays_up(group) else COOLDOWN_SECONDS,
        **served.prices,
    }
    return {
        "model": deployment.model,
        **{name: _reference(variable) for name, variable in deployment.variables.items()},
        **{name: value for name, value in given.items() if value is not None},
        "timeout": _number(deployment.timeout_seconds),
        # The client library below LiteLLM would otherwise send a failed request again by itself.
        "max_retries": 0,
        "tags": [
            f"{TAG}{group.task}",
            *([f"owner:{group.owner}"] if group.owner else []),
            *group.tags,
        ],
    }


def _information(group: ModelGroup, deployment: Deployment) -> dict[str, Any]:
    served = deployment.served
    given = {
        "base_model": served.base_model or None,
        "max_input_tokens": served.max_input_tokens,
        # LiteLLM lets a deployment that stands alone fail for ever, unless it is told when to stop.
        "allowed_fails": None if _stays_up(group) else ALLOWED_FAILS,
    }
    return {
        "id": deployment.id,
        "mode": deployment.mode,
        "task_class": group.task,
        **({"owner": group.owner} if group.owner else {}),
        **{name: value for name, value in given.items() if value is not None},
    }


def _stays_up(group: ModelGroup) -> bool:
    """Whether LiteLLM's own rules of cooling down are right: it has others, or nobody follows."""
    return len(group.deployments) > 1 or group.is_last


def _chains(groups: list[ModelGroup]) -> list[dict[str, list[str]]]:
    return [{group.name: list(group.fallbacks)} for group in groups]


def _reference(variable: str) -> str:
    return f"os.environ/{variable}"


def _number(seconds: float) -> int | float:
    return int(seconds) if seconds.is_integer() else seconds
