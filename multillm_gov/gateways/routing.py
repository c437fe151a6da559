"""An allocation as a gateway would run it: groups of deployments, and their fallback groups."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from multillm_gov.catalog.endpoint_declaration import Endpoint
from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.errors import SourceError
from multillm_gov.gateways.variables import references
from multillm_gov.measures.figures import FallbackFigures, LegFigures, TaskFigures

TIMEOUT_SECONDS = 60.0
"""Default where neither timeout nor latency limit is declared; LiteLLM waits ten minutes."""


class Deployment(Struct, frozen=True, kw_only=True):
    """One model as one task class calls it."""

    id: str
    """``triage:route-1`` or ``triage:fallback-2``: unique, and the same on every run."""
    name: str
    """As the allocation names it."""
    model: str
    """As LiteLLM spells it: of a model of one's own, the spelling that `catalog/` declares."""
    weight: int | float | None = None
    """Percent of the requests; ``None``: a fallback."""
    timeout_seconds: float
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    mode: str
    variables: dict[str, str] = {}
    """Environment variables by the parameter that they give: a key, an address; never a value."""


class ModelGroup(Struct, frozen=True, kw_only=True):
    """Deployments under one name that callers, or another group's fallbacks, ask for."""

    name: str
    task: str
    owner: str
    deployments: tuple[Deployment, ...]
    fallbacks: tuple[str, ...] = ()
    """Names of the groups tried in order when this one fails."""


class Routing(Struct, frozen=True, kw_only=True):
    """All task classes, in the portfolio's order."""

    groups: tuple[ModelGroup, ...]

    @property
    def longest_chain(self) -> int:
        """Fallbacks of the task class that has most."""
        return max((len(group.fallbacks) for group in self.groups), default=0)


def routing(tasks: tuple[TaskFigures, ...], endpoints: Mapping[str, Endpoint]) -> Routing:
    """Each task class as a group of its routed models, and a group of its own for every fallback.

    Fallbacks are not shared between task classes: limits, timeouts and spend are a task class's.

    Raises:
        SourceError: a name would be read as a reference to a secret.
    """
    return Routing(
        groups=tuple(group for figures in tasks for group in _groups(figures, endpoints))
    )


def _groups(figures: TaskFigures, endpoints: Mapping[str, Endpoint]) -> Iterator[ModelGroup]:
    name, owner = figures.task.name, figures.task.owner or ""
    reserve = tuple(_deployment(figures, part, endpoints) for part in figures.fallbacks)
    routed = tuple(_deployment(figures, leg, endpoints) for leg in figures.legs)
    yield ModelGroup(
        name=name,
        task=name,
        owner=owner,
        deployments=routed,
        fallbacks=tuple(one.id for one in reserve),
    )
    for one in reserve:
        yield ModelGroup(name=one.id, task=name, owner=owner, deployments=(one,))


def _deployment(
    figures: TaskFigures, part: LegFigures | FallbackFigures, endpoints: Mapping[str, Endpoint]
) -> Deployment:
    _refuse_references(figures, part.model)
    is_routed = isinstance(part, LegFigures)
    facts: ModelFacts | None = part.facts
    endpoint = endpoints.get(part.model)
    model = endpoint.model if endpoint is not None else part.model
    latency = figures.task.declared.latency
    seconds = (
        (latency.timeout_seconds or latency.p95_seconds) if latency is not None else TIMEOUT_SECONDS
    )
    return Deployment(
        id=f"{figures.task.name}:{'route' if is_routed else 'fallback'}-{part.index + 1}",
        name=part.model,
        model=model,
        weight=_percent(part) if isinstance(part, LegFigures) else None,
        timeout_seconds=float(seconds),
        requests_per_minute=facts.requests_per_minute if facts is not None else None,
        tokens_per_minute=facts.tokens_per_minute if facts is not None else None,
        mode=figures.task.declared.mode,
        variables=references(model, facts, endpoint),
    )


def _refuse_references(figures: TaskFigures, model: str) -> None:
    """Gateways read `os.environ/NAME` as a variable anywhere: a name must not become a key."""
    for text in (model, figures.task.owner or ""):
        if text.lower().startswith(("os.environ", "oidc/")):
            raise SourceError(
                f"`{figures.task.name}` names `{text[:80]}`, which a gateway would read as a "
                "secret's reference",
                "Name a model or a team.",
            )


def _percent(leg: LegFigures) -> int | float:
    percent = float(leg.share * 100)
    return int(percent) if percent.is_integer() else round(percent, 6)
