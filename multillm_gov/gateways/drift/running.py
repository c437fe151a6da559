"""What a LiteLLM gateway runs: read from its file, or from the answers of its running proxy."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from multillm_gov.gateways.litellm.configuration import (
    FALLBACK_KINDS,
    Configuration,
    FallbackKind,
    number_of,
)
from multillm_gov.location import Place

_MOST_RETRIES = 1_000_000
MOST_DEPLOYMENTS = 200_000


class RunningDeployment(Struct, frozen=True, kw_only=True):
    """One deployment as it runs."""

    group: str
    model: str
    parameters: Mapping[str, Any]
    id: str = ""
    """As the proxy names it in its answers; empty in a file."""
    place: Place | None = None

    def number(self, key: str) -> float | None:
        """A numeric parameter; ``None``: none, or no number."""
        result = number_of(self.parameters.get(key))
        return None if result is None else float(result)

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags that its spend is booked under."""
        tags = self.parameters.get("tags")
        return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()


class TeamBudget(Struct, frozen=True, kw_only=True):
    """The budget of a team in the proxy's database."""

    name: str
    models: tuple[str, ...]
    usd: float | None


class Running(Struct, frozen=True, kw_only=True):
    """All that runs."""

    origin: str
    """The file's path, or the proxy's address."""
    deployments: tuple[RunningDeployment, ...]
    chains: Mapping[FallbackKind, Mapping[str, tuple[str, ...]]]
    """Groups tried in order, by kind of failure and group; `*` stands for any group."""
    known_kinds: frozenset[FallbackKind] = frozenset(FALLBACK_KINDS)
    """Kinds that the source shows at all."""
    aliases: Mapping[str, str] = {}
    chain_places: Mapping[tuple[FallbackKind, str], Place] = {}
    has_database: bool | None = None
    """``None``: not known."""
    global_budget: float | None = None
    """`litellm_settings.max_budget`."""
    global_budget_place: Place | None = None
    teams: tuple[TeamBudget, ...] = ()
    retries: int = 0
    """Times that a failed model is tried again, where that is configured."""
    retries_place: Place | None = None

    @property
    def groups(self) -> dict[str, list[RunningDeployment]]:
        """Deployments by group, in order."""
        grouped: dict[str, list[RunningDeployment]] = {}
        for deployment in self.deployments:
            grouped.setdefault(deployment.group, []).append(deployment)
        return grouped

    def chain(self, kind: FallbackKind, group: str) -> tuple[str, ...]:
        """Groups tried in order when one fails; only `fallbacks` know a `*`."""
        chains = self.chains.get(kind, {})
        texts = chains.get(group)
        if texts is None and kind == "fallbacks":
            texts = chains.get("*")
        return texts or ()


def running_of_file(configuration: Configuration) -> Running:
    """What the proxy would run from its file alone."""
    chains, places = _file_chains(configuration)
    budget = configuration.litellm.get("max_budget")
    retries = configuration.setting("num_retries")
    result = number_of(budget.value) if budget is not None else None
    return Running(
        origin=configuration.path,
        deployments=tuple(
            RunningDeployment(
                group=deployment.name,
                model=deployment.model,
                parameters=deployment.parameters,
                place=deployment.place,
            )
            for deployment in configuration.deployments
            if deployment.name and deployment.model
        ),
        chains=chains,
        aliases={alias.name: alias.group for alias in configuration.aliases},
        chain_places=places,
        has_database=True if "database_url" in configuration.general else None,
        global_budget=None if result is None else float(result),
        global_budget_place=budget.place if budget is not None else None,
        retries=_count(retries.value) if retries is not None else 0,
        retries_place=retries.place if retries is not None else None,
    )


def _file_chains(
    configuration: Configuration,
) -> tuple[dict[FallbackKind, dict[str, tuple[str, ...]]], dict[tuple[FallbackKind, str], Place]]:
    """The fallbacks of each kind by group, and where each is written."""
    chains: dict[FallbackKind, dict[str, tuple[str, ...]]] = {kind: {} for kind in FALLBACK_KINDS}
    places: dict[tuple[FallbackKind, str], Place] = {}
    # The router's own settings go before those of the library.
    for fallback in sorted(
        configuration.fallbacks, key=lambda each: each.section == "router_settings"
    ):
        names = tuple(target.name for target in fallback.targets if target.name)
        if fallback.section == "router_settings" or fallback.group not in chains[fallback.kind]:
            chains[fallback.kind][fallback.group] = names
            places[fallback.kind, fallback.group] = fallback.place
    return chains, places


def running_of_answers(
    origin: str,
    *,
    models: object,
    callbacks: object,
    fields: object,
    readiness: object,
    teams: object = None,
) -> Running:
    """What a running proxy says it runs: its database has gone before its file by then.

    Args:
        origin: The proxy's address.
        models: Answer of `/model/info`.
        callbacks: Answer of `/get/config/callbacks`, whose `router_settings` are those in force.
        fields: Answer of `/router/settings`; older proxies have none.
        readiness: Answer of `/health/readiness`.
        teams: Answer of `/team/list`; without a database there is none.
    """
    settings = dict(_mapping(_mapping(callbacks).get("router_settings")))
    for field in _list(_mapping(fields).get("fields")):
        name, value = _mapping(field).get("field_name"), _mapping(field).get("field_value")
        if isinstance(name, str) and value is not None:
            settings.setdefault(name, value)
    deployments = tuple(
        RunningDeployment(
            group=group,
            model=model,
            parameters=_mapping(_mapping(entry).get("litellm_params")),
            id=str(_mapping(_mapping(entry).get("model_info")).get("id") or ""),
        )
        for entry in _list(_mapping(models).get("data"))[:MOST_DEPLOYMENTS]
        if isinstance(group := _mapping(entry).get("model_name"), str)
        and isinstance(model := _mapping(_mapping(entry).get("litellm_params")).get("model"), str)
    )
    database = _mapping(readiness).get("db")
    aliases = _mapping(settings.get("model_group_alias"))
    return Running(
        origin=origin,
        deployments=deployments,
        chains={kind: _chains(settings.get(kind)) for kind in FALLBACK_KINDS},
        known_kinds=frozenset(kind for kind in FALLBACK_KINDS if kind in settings),
        aliases={key: value for key, value in aliases.items() if isinstance(value, str)},
        has_database=database == "connected" if isinstance(database, str) else None,
        teams=tuple(_teams(teams)),
        retries=_count(settings.get("num_retries")),
    )


def _teams(answer: object) -> Iterable[TeamBudget]:
    for team in _list(answer):
        held = _mapping(team)
        name = held.get("team_alias") or held.get("team_id")
        budget = number_of(held.get("max_budget"))
        if isinstance(name, str):
            yield TeamBudget(
                name=name,
                models=tuple(text for text in _list(held.get("models")) if isinstance(text, str)),
                usd=None if budget is None else float(budget),
            )


def _chains(value: object) -> dict[str, tuple[str, ...]]:
    texts_by_name: dict[str, tuple[str, ...]] = {}
    for entry in _list(value):
        for group, targets in _mapping(entry).items():
            names = (
                values_by_key.get("model") if isinstance(values_by_key, dict) else values_by_key
                for values_by_key in _list(targets)
            )
            texts_by_name[group] = tuple(name for name in names if isinstance(name, str))
    return texts_by_name


def _count(value: object) -> int:
    number = number_of(value)
    return int(number) if number is not None and 0 <= number <= _MOST_RETRIES else 0


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
