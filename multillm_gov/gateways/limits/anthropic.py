"""Anthropic's admin API: spend limits and whether they are on, residency of workspaces."""

from collections.abc import Iterator, Mapping
from typing import Any

from multillm_gov.gateways.provider_limits import (
    Ask,
    LimitScope,
    ProviderLimits,
    ProviderSpendLimit,
    amount_in_cents,
    listed,
    mapping,
    text,
)

ADDRESS = "https://api.anthropic.com"
KEY = "ANTHROPIC_ADMIN_KEY"
PROVIDERS = frozenset({"anthropic"})
_VERSION = "2023-06-01"
_MOST_PAGES, _PER_PAGE = 20, 100


def headers(key: str) -> dict[str, str]:
    """What authorizes a request."""
    return {"x-api-key": key, "anthropic-version": _VERSION}


def read(ask: Ask) -> ProviderLimits:
    """Limits of the organization and of every workspace that is not archived.

    Args:
        ask: The answer to a GET below `ADDRESS`; ``None``: there is no such object (404).
    """
    limits = list(_pages(ask, "/v1/organizations/spend_limits"))
    workspaces = list(_pages(ask, "/v1/organizations/workspaces"))
    organization = tuple(
        limit for held in limits if _scope(held)[0] == "organization" for limit in _limit(held)
    )
    return ProviderLimits(
        provider="anthropic",
        providers=PROVIDERS,
        scopes=(
            LimitScope(name="organization", limits=organization),
            *(
                _workspace(workspace, limits)
                for workspace in workspaces
                if not workspace.get("archived_at")
            ),
        ),
    )


def _pages(ask: Ask, path: str) -> Iterator[Mapping[str, Any]]:
    query = f"?limit={_PER_PAGE}"
    for _ in range(_MOST_PAGES):
        page = mapping(ask(f"{path}{query}"))
        yield from map(mapping, listed(page.get("data")))
        token, last = text(page.get("next_page")), text(page.get("last_id"))
        if token:
            query = f"?limit={_PER_PAGE}&page={token}"
        elif page.get("has_more") is True and last:
            query = f"?limit={_PER_PAGE}&after_id={last}"
        else:
            return


def _workspace(workspace: Mapping[str, Any], limits: list[Mapping[str, Any]]) -> LimitScope:
    identifier = text(workspace.get("id"))
    residency = mapping(workspace.get("data_residency"))
    allowed = residency.get("allowed_inference_geos")
    places = tuple(text(place) for place in listed(allowed) if text(place))
    own = (held for held in limits if _scope(held) == ("workspace", identifier))
    return LimitScope(
        name=f"workspace {text(workspace.get('name')) or identifier}",
        limits=tuple(limit for held in own for limit in _limit(held)),
        regions=tuple(place if place == "global" else place.upper() for place in places)
        or (("global",) if allowed == "unrestricted" else ()),
    )


def _scope(held: Mapping[str, Any]) -> tuple[str, str]:
    scope = mapping(held.get("scope"))
    return text(scope.get("type")), text(scope.get("workspace_id"))


def _limit(held: Mapping[str, Any]) -> Iterator[ProviderSpendLimit]:
    usd = amount_in_cents(held.get("amount"))
    if usd is not None and held.get("currency", "USD") == "USD":
        yield ProviderSpendLimit(
            usd=usd, period=text(held.get("period")), enforces=held.get("is_enabled") is True
        )
