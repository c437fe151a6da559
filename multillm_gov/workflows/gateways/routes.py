"""The allocation of a portfolio as a gateway would run it."""

from contextlib import suppress
from decimal import Decimal

from multillm_gov.catalog.overrides import own_models
from multillm_gov.gateways.routing import Routing, routing
from multillm_gov.portfolio.policy import EVERYTHING, Policy
from multillm_gov.state.state import State
from multillm_gov.units import Amount

_TOTAL = ("total-spend-over-cap", "GOV405")
_NARROWER = frozenset({"per", "names"})


def routes_of(state: State) -> Routing:
    """Every task class as groups of deployments, and the spend that all together may reach.

    Raises:
        SourceError: a model could not be called by the name that a gateway would be given.
    """
    return routing(state.figures, own_models(state.overrides), total_cap(state.portfolio.policies))


def total_cap(policies: tuple[Policy, ...]) -> Decimal | None:
    """The smallest monthly ceiling of the whole portfolio that a policy sets; ``None``: none.

    A ceiling of some task classes, or of each owner or vendor, is no gateway's total; and one that
    only advises is not enforced anywhere.
    """
    amounts = []
    for policy in policies:
        declared = policy.declared
        whole = declared.applies_to == EVERYTHING and not _NARROWER & policy.parameters.keys()
        if declared.rule in _TOTAL and whole and declared.enforcement != "advisory":
            with suppress(ValueError):
                amounts.append(Amount.decode(policy.parameters.get("max_monthly")))
    return min(amounts, default=None)
