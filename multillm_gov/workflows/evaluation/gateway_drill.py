"""``govern drill --url``: drills on the gateway that runs, by its own mock of faults."""

import os
from collections.abc import Callable

from multillm_gov.catalog.pricing.price import Price
from multillm_gov.errors import UnableError, UsageError, missing_extra
from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.drills.drill import Drill, DrillOutcome, DrillPlan, run_requests
from multillm_gov.gateways.drift.matching import runs
from multillm_gov.gateways.drift.running import Running
from multillm_gov.gateways.routing import Deployment, ModelGroup, Routing
from multillm_gov.providers.gateway_chain import (
    MOCKED,
    GatewayChain,
    MockDisabledError,
    Position,
)
from multillm_gov.state.state import State
from multillm_gov.workflows.gateways.drift import PROXY_KEY, proxy_key, proxy_of
from multillm_gov.workflows.gateways.routes import routes_of

FAULTS = tuple(MOCKED)


def refuse_both(url: str, *, offline: bool) -> None:
    """Refuse a call that names the running gateway and none at once.

    Raises:
        UsageError: both are requested.
    """
    if url and offline:
        raise UsageError("--url and --offline exclude each other", "Leave one of them out.")


async def send_to_gateway(
    plan: DrillPlan,
    state: State,
    url: str,
    *,
    budget: Budget,
    concurrency: int,
    on_outcome: Callable[[DrillOutcome], None] | None = None,
) -> tuple[DrillOutcome, ...]:
    """Have the gateway fail each routed model; what its chains did.

    Raises:
        UnableError: no key in the environment, or the proxy mocks no faults.
        SourceError: it does not answer as a proxy does.
        MissingExtraError: the providers extra is not installed.
    """
    try:
        import openai  # noqa: F401 # the client that callers use
    except ImportError:
        raise missing_extra("A drill of a running gateway", "openai", "providers") from None
    running = proxy_of(url, os.environ)
    routes = routes_of(state)

    def price_of(model: str) -> Price | None:
        facts = state.catalog.find(model)
        return facts.price if facts is not None else None

    key = proxy_key(PROXY_KEY, os.environ)
    chain = GatewayChain(running.origin, key, _positions(routes, running), price_of)
    try:
        outcomes = await run_requests(
            plan.drills,
            chain.carry,
            budget=budget,
            concurrency=concurrency,
            on_outcome=on_outcome,
        )
    except* MockDisabledError:
        raise UnableError(
            f"{running.origin} does not mock faults for its callers",
            "Drill an instance beside it, started from the same file with `general_settings: "
            "{dangerously_allow_mock_testing_request_params: true}`.",
        ) from None
    finally:
        await chain.close()
    return outcomes


def _positions(routes: Routing, running: Running) -> Position:
    """From the id of a running deployment to its place in the declared chain."""
    groups = {group.name: group for group in routes.task_classes}
    declared = {
        deployment.id: deployment for group in routes.groups for deployment in group.deployments
    }
    by_id = {deployment.id: deployment for deployment in running.deployments if deployment.id}

    def position(drill: Drill, identifier: str) -> int | None:
        group, answered = groups[drill.task.name], by_id.get(identifier)
        if answered is None:
            return None
        name = running.aliases.get(group.name, group.name)
        if answered.group == name:
            return 0
        targets = _targets(group, name, running)
        for place, target in enumerate(targets, 1):
            if target == answered.group and place <= len(group.fallbacks):
                each: Deployment = declared[group.fallbacks[place - 1]]
                return place if runs(each, answered) else None
        return None

    return position


def _targets(group: ModelGroup, name: str, running: Running) -> tuple[str, ...]:
    """Groups that the gateway tries in order; its own where it lists them, else the export's."""
    return running.chain("fallbacks", name) or group.fallbacks
