"""OpenAI's admin API: spend limits and whether they enforce, allowed models, residency."""

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

ADDRESS = "https://api.openai.com/v1"
KEY = "OPENAI_ADMIN_KEY"
PROVIDERS = frozenset({"openai", "text-completion-openai"})
"""LiteLLM's names of wire formats that it bills."""
_MOST_PAGES, _PER_PAGE = 20, 100
_ANYWHERE = "GLOBAL"
_PROCESSED = "_STORAGE_PROCESSING"


def headers(key: str) -> dict[str, str]:
    """What authorizes a request."""
    return {"authorization": f"Bearer {key}"}


def read(ask: Ask) -> ProviderLimits:
    """Limits of the organization and of every project that is not archived.

    Args:
        ask: The answer to a GET below `ADDRESS`; ``None``: there is no such object (404).
    """
    return ProviderLimits(
        provider="openai",
        providers=PROVIDERS,
        scopes=(
            LimitScope(name="organization", limits=_limits(ask("/organization/spend_limit"))),
            *_projects(ask),
        ),
    )


def _projects(ask: Ask) -> Iterator[LimitScope]:
    after = ""
    for _ in range(_MOST_PAGES):
        query = f"?limit={_PER_PAGE}" + (f"&after={after}" if after else "")
        page = mapping(ask(f"/organization/projects{query}"))
        projects = listed(page.get("data"))
        for project in map(mapping, projects):
            identifier = text(project.get("id"))
            if identifier and project.get("status") != "archived":
                yield _project(ask, identifier, project)
        after = text(mapping(projects[-1]).get("id")) if projects else ""
        if page.get("has_more") is not True or not after:
            return


def _project(ask: Ask, identifier: str, project: Mapping[str, Any]) -> LimitScope:
    below = f"/organization/projects/{identifier}"
    permissions = mapping(ask(f"{below}/model_permissions"))
    mode, models = permissions.get("mode"), listed(permissions.get("model_ids"))
    names = frozenset(name for name in models if isinstance(name, str))
    place = text(project.get("residency"))
    processed = place.removesuffix(_PROCESSED) if place.endswith(_PROCESSED) else "global"
    return LimitScope(
        name=f"project {text(project.get('name')) or identifier}",
        limits=_limits(ask(f"{below}/spend_limit")),
        allowed=names if mode == "allow_list" else None,
        denied=names if mode == "deny_list" else frozenset(),
        # Storage in a place says nothing of where requests are processed.
        regions=(processed,) if place and place != _ANYWHERE else ("global",),
    )


def _limits(answer: object) -> tuple[ProviderSpendLimit, ...]:
    held = mapping(answer)
    usd = amount_in_cents(held.get("threshold_amount"))
    if usd is None:
        return ()
    status = mapping(held.get("enforcement")).get("status")
    return (
        ProviderSpendLimit(
            usd=usd, period=text(held.get("interval")), enforces=status == "enforcing"
        ),
    )
