"""Sending failover drills through LiteLLM's router; faults come from a local server."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from multillm_gov.catalog.endpoint_declaration import Endpoint
from multillm_gov.catalog.overrides import endpoints_of
from multillm_gov.catalog.pricing.price import Price
from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.drills.drill import DrillOutcome, DrillPlan, run_requests
from multillm_gov.evidence.drill_record import Fault
from multillm_gov.gateways.formats.litellm import configuration
from multillm_gov.offline.script import Script, ScriptRule
from multillm_gov.offline.serving import refuse, serve
from multillm_gov.providers.addresses import Addressing
from multillm_gov.providers.offline import offline_addresses
from multillm_gov.providers.router_settings import Addresses
from multillm_gov.state.state import State
from multillm_gov.workflows.gateways.routes import routes_of

RETRY_AFTER = "20"
"""Seconds that a drilled rate limit demands: a chain that waits them out exceeds any latency."""


async def send_drills(
    plan: DrillPlan,
    state: State,
    addressing: Addressing,
    *,
    budget: Budget,
    concurrency: int = 8,
    on_outcome: Callable[[DrillOutcome], None] | None = None,
) -> tuple[DrillOutcome, ...]:
    """Inject one fault after the other into all routed models; what the chains did.

    The provider of a routed model is never called: its address is replaced by one on this machine.

    Args:
        plan: What to send.
        state: The portfolio that it was planned from.
        addressing: Where fallbacks are called: real providers, or the offline server.
        budget: What may be spent; drills that it has no room for are not sent.
        concurrency: Requests under way at most.
        on_outcome: Called with each outcome as it comes, so that an interruption loses nothing.

    Raises:
        MissingExtraError: the offline extra, whose server injects the faults, is not installed.
        UnableError: that server does not start.
    """
    from multillm_gov.providers.router import RoutedChain

    endpoints = endpoints_of(state.overrides)
    settings = configuration(routes_of(state))
    outcomes: list[DrillOutcome] = []
    await _warm_up(plan, settings, endpoints)
    for fault in dict.fromkeys(drill.fault for drill in plan.drills):
        drills = tuple(drill for drill in plan.drills if drill.fault == fault)
        with failing(fault) as base_url:
            addresses = Addresses(
                fallbacks=addressing, faulty=offline_addresses(base_url, endpoints)
            )
            chain = RoutedChain(settings, drills, addresses, price_of=_prices(state))
            try:
                outcomes += await run_requests(
                    drills,
                    chain.carry,
                    budget=budget,
                    concurrency=concurrency,
                    on_outcome=on_outcome,
                )
            finally:
                await chain.close()
    return tuple(outcomes)


async def _warm_up(
    plan: DrillPlan, settings: dict[str, Any], endpoints: Mapping[str, Endpoint]
) -> None:
    """Send each kind of request once to a closed port: LiteLLM loads much with the first call.

    Otherwise the first drill would be judged by how long that takes, and not by the chain.
    """
    from multillm_gov.providers.router import RoutedChain

    kinds = {
        (one.call.mode, one.call.stream, *(name.partition("/")[0] for name in one.chain)): one
        for one in plan.drills
    }
    with refuse() as nowhere:
        addressing = offline_addresses(nowhere, endpoints)
        chain = RoutedChain(
            settings, kinds.values(), Addresses(fallbacks=addressing, faulty=addressing)
        )
        try:
            for kind in kinds.values():
                await chain.carry(kind)
        finally:
            await chain.close()


@contextmanager
def failing(fault: Fault) -> Iterator[Callable[[str], str]]:
    """Addresses on this machine, by wire format, at which every request fails in one way."""
    if fault == "connection-refused":
        with refuse() as base_url:
            yield base_url
        return
    with serve(Script(rules=(ScriptRule(fault=fault, retry_after=RETRY_AFTER),))) as server:
        yield server.base_url


def _prices(state: State) -> Callable[[str], Price | None]:
    def price_of(model: str) -> Price | None:
        facts = state.catalog.find(model)
        return facts.price if facts is not None else None

    return price_of
