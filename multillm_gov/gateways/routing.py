"""An allocation as a gateway would run it: groups of deployments, and their fallback groups."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.overrides import OwnModel
from multillm_gov.errors import SourceError
from multillm_gov.gateways.serving import Served, is_reference, served, unservable
from multillm_gov.gateways.wanted import Setting, Target, wanted_settings
from multillm_gov.measures.figures import (
    FallbackFigures,
    LegFigures,
    PortfolioFigures,
    TaskFigures,
)
from multillm_gov.words import count_of

TIMEOUT_SECONDS = 60.0
"""Default where neither timeout nor latency limit is declared; LiteLLM waits ten minutes."""
_SHOWN = 5
_CENT = Decimal("0.01")


class Deployment(Struct, frozen=True, kw_only=True):
    """One model as one task class calls it."""

    id: str
    """``triage:route-1`` or ``triage:fallback-2``: unique, and the same on every run."""
    name: str
    """As the allocation names it."""
    served: Served
    """How it is called, priced and limited."""
    weight: int | float | None = None
    """Percent of the requests; ``None``: a fallback."""
    timeout_seconds: float
    service_tier: str = ""
    """``flex``, ``priority``; empty: standard."""
    usd_per_month: Decimal | None = None
    """Its part of the task class's cap; ``None``: no cap, or no exchange rate."""
    mode: str

    @property
    def model(self) -> str:
        """As LiteLLM spells it."""
        return self.served.model

    @property
    def variables(self) -> Mapping[str, str]:
        """Environment variables by the parameter that they give; never a value."""
        return self.served.variables


class ModelGroup(Struct, frozen=True, kw_only=True):
    """Deployments under one name that callers, or another group's fallbacks, ask for."""

    name: str
    task: str
    owner: str
    tags: tuple[str, ...] = ()
    deployments: tuple[Deployment, ...]
    fallbacks: tuple[str, ...] = ()
    """Names of the groups tried in order when this one fails."""
    usd_per_month: Decimal | None = None
    """Of a task class: the most it may spend in all."""
    wanted: frozenset[Setting] = frozenset()
    """Of a task class: what it declares that a gateway may or may not be able to express."""
    is_last: bool = False
    """Whether no other group follows when this one fails."""

    @property
    def is_task_class(self) -> bool:
        """Whether callers ask for it; else it is a fallback."""
        return self.name == self.task


class Routing(Struct, frozen=True, kw_only=True):
    """All task classes, in the portfolio's order."""

    groups: tuple[ModelGroup, ...]
    usd_per_month: Decimal | None = None
    """The most that all task classes together may spend, by a policy; ``None``: no such policy."""
    target: Target = Target()

    @property
    def task_classes(self) -> tuple[ModelGroup, ...]:
        """The groups that callers ask for."""
        return tuple(group for group in self.groups if group.is_task_class)

    @property
    def longest_chain(self) -> int:
        """Fallbacks of the task class that has most."""
        return max((len(group.fallbacks) for group in self.groups), default=0)


def routing(
    figures: PortfolioFigures, own: Mapping[str, OwnModel], total: Decimal | None = None
) -> Routing:
    """Each task class as a group of its routed models, and a group of its own for every fallback.

    Fallbacks are not shared between task classes: limits, timeouts and spend are a task class's.

    Args:
        figures: All task classes.
        own: What `catalog/` declares of each model, where it does.
        total: The most that all together may spend a month, in the portfolio's currency.

    Raises:
        SourceError: a name would be read as a reference to a secret, or a model could not be called
            by the name that the gateway would be given.
    """
    _refuse_unservable(figures.tasks, own)
    rate = figures.exchange_rate
    usd = None if total is None or rate is None else total * rate
    return Routing(
        groups=tuple(
            group
            for task in figures.tasks
            for group in _groups(task, own, rate, has_total=usd is not None)
        ),
        usd_per_month=usd,
    )


def _groups(
    figures: TaskFigures,
    own: Mapping[str, OwnModel],
    exchange_rate: Decimal | None,
    *,
    has_total: bool,
) -> Iterator[ModelGroup]:
    name, owner, tags = figures.task.name, figures.task.owner or "", figures.task.declared.tags
    monthly = figures.task.declared.spend_cap.monthly
    cap = None
    if monthly is not None and exchange_rate is not None:
        cap = (monthly * exchange_rate).quantize(_CENT)
    parts = zip(_parts(figures), _budgets(figures, cap), strict=True)
    made = [_deployment(figures, part, budget, own) for part, budget in parts]
    routed, reserve = made[: len(figures.legs)], made[len(figures.legs) :]
    yield ModelGroup(
        name=name,
        task=name,
        owner=owner,
        tags=tags,
        deployments=tuple(routed),
        fallbacks=tuple(one.id for one in reserve),
        usd_per_month=cap,
        wanted=wanted_settings(
            figures, [one.served for one in made], priced=cap is not None, total=has_total
        ),
        is_last=not reserve,
    )
    for place, one in enumerate(reserve, 1):
        yield ModelGroup(
            name=one.id,
            task=name,
            owner=owner,
            tags=tags,
            deployments=(one,),
            is_last=place == len(reserve),
        )


def _parts(figures: TaskFigures) -> tuple[LegFigures | FallbackFigures, ...]:
    return (*figures.legs, *figures.fallbacks)


def _budgets(figures: TaskFigures, cap: Decimal | None) -> list[Decimal | None]:
    """Of the cap: routed models share it as they are forecast to spend it; a fallback may need it.

    A gateway that counts spend by deployment cannot share one budget among them. Fallbacks carry
    everything in an outage, so each has the whole cap.
    """
    if cap is None:
        return [None] * (len(figures.legs) + len(figures.fallbacks))
    spends = [leg.spend_per_month for leg in figures.legs]
    known = [spend for spend in spends if spend is not None]
    total = sum(known, Decimal(0))
    shares = [leg.share for leg in figures.legs]
    if len(known) == len(spends) and total:
        shares = [spend / total for spend in known]
    # Never 0, which LiteLLM takes for no limit at all.
    routed = [max((cap * share).quantize(_CENT), _CENT) for share in shares]
    return [*routed, *(cap for _ in figures.fallbacks)]


def _deployment(
    figures: TaskFigures,
    part: LegFigures | FallbackFigures,
    budget: Decimal | None,
    own: Mapping[str, OwnModel],
) -> Deployment:
    declared = figures.task.declared
    latency, demand = declared.latency, figures.task.demand
    is_routed = isinstance(part, LegFigures)
    facts: ModelFacts | None = part.facts
    seconds = (
        (latency.timeout_seconds or latency.p95_seconds) if latency is not None else TIMEOUT_SECONDS
    )
    tier = demand.service_tier if demand is not None else "standard"
    return Deployment(
        id=f"{figures.task.name}:{'route' if is_routed else 'fallback'}-{part.index + 1}",
        name=part.model,
        served=served(part.model, facts, own.get(part.model)),
        weight=_percent(part) if isinstance(part, LegFigures) else None,
        timeout_seconds=float(seconds),
        service_tier="" if tier == "standard" else tier,
        usd_per_month=budget,
        mode=declared.mode,
    )


def _percent(leg: LegFigures) -> int | float:
    percent = float(leg.share * 100)
    return int(percent) if percent.is_integer() else round(percent, 6)


def _refuse_unservable(tasks: Iterable[TaskFigures], own: Mapping[str, OwnModel]) -> None:
    """Gateways read `os.environ/NAME` as a variable anywhere: a name must not become a key."""
    wrong: dict[str, str] = {}
    for figures in tasks:
        if is_reference(figures.task.owner or ""):
            raise _reads_as_secret(figures, figures.task.owner or "")
        for part in _parts(figures):
            if part.model in wrong:
                continue
            if is_reference(part.model):
                raise _reads_as_secret(figures, part.model)
            why = unservable(part.model, part.facts, own.get(part.model))
            if why:
                wrong[part.model] = why
    if wrong:
        shown = [f"`{name[:80]}` {why}" for name, why in list(wrong.items())[:_SHOWN]]
        more = f"; {count_of(len(wrong) - _SHOWN, 'more model')}" if len(wrong) > _SHOWN else ""
        raise SourceError(
            f"The gateway could not call every model: {'; '.join(shown)}{more}",
            "Declare below `models` in `catalog/` how it is called: `endpoint: {model: "
            "azure/my-deployment, environment: MY_AZURE}`.",
        )


def _reads_as_secret(figures: TaskFigures, text: str) -> SourceError:
    return SourceError(
        f"`{figures.task.name}` names `{text[:80]}`, which a gateway would read as a "
        "secret's reference",
        "Name a model or a team.",
    )
