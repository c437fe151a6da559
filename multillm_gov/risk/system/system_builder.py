"""From a measured portfolio to a system of components and chains (method 3); no I/O."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from msgspec import structs

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.overrides import Overrides, chain_of
from multillm_gov.evidence.loading import Drills
from multillm_gov.measures.failover import Failover
from multillm_gov.measures.figures import FallbackFigures, TaskFigures
from multillm_gov.portfolio.risk import CommonCause, Dependency
from multillm_gov.risk.system import priors
from multillm_gov.risk.system.common_cause import Betas, cross_cloud_shortfall, spans_clouds
from multillm_gov.risk.system.components import Parts, assemble
from multillm_gov.risk.system.deployments import Deployed, Deployments
from multillm_gov.risk.system.failover_coverage import NO_FALLBACK, CoverageLookup
from multillm_gov.risk.system.failure_rates import FailureRates
from multillm_gov.risk.system.system import Chain, Hop, Origin, System, TaskSystem
from multillm_gov.state.state import State
from multillm_gov.units import HOURS_PER_MONTH


class DependencyScope:
    """Which calls go through which dependency."""

    def __init__(self, dependencies: Mapping[str, Dependency]) -> None:
        self._everywhere: set[str] = set()
        self._by: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for name, declared in dependencies.items():
            lists = {
                key: getattr(declared, key)
                for key in ("task_classes", "models", "providers", "clouds")
            }
            if not any(lists.values()):
                self._everywhere.add(name)
            for key, entities in lists.items():
                for entity in entities:
                    self._by[key, entity].add(name)

    def task_flows(self, task: str) -> AbstractSet[str]:
        """Dependencies that a task class as such depends on."""
        return self._by.get(("task_classes", task), set())

    def of_model(self, model: str, deployed: Deployed) -> AbstractSet[str]:
        """Dependencies that the calls of a model go through, whatever the task class."""
        exposure = deployed.exposure
        keys = (("models", model), ("providers", exposure.provider), ("clouds", exposure.cloud))
        return self._everywhere.union(*(self._by.get(key, ()) for key in keys))


def used_dependencies(
    dependencies: Mapping[str, Dependency], deployments: Deployments, tasks: Iterable[str]
) -> dict[str, Dependency]:
    """Dependencies that some call passes through, ordered by name; the system omits the others."""
    scope = DependencyScope(dependencies)
    used: set[str] = set()
    for task in tasks:
        used |= scope.task_flows(task)
    for model in deployments.models:
        used |= scope.of_model(model, deployments.of(model))
    return {name: dependencies[name] for name in sorted(used)}


class SystemChains:
    """Makes the chains of task classes."""

    def __init__(
        self,
        deployments: Deployments,
        parts: Parts,
        dependencies: Mapping[str, Dependency],
        overrides: Overrides,
    ) -> None:
        self._deployments = deployments
        self._scope = DependencyScope(dependencies)
        self._places = parts.of_dependency
        self._first = {model: self._hop(model, parts, overrides) for model in deployments.models}
        self._hops: dict[tuple[str, int, frozenset[int]], Hop] = {}
        self._chains: dict[tuple[object, ...], tuple[Hop, ...]] = {}

    def of(self, task: TaskFigures, standby: tuple[FallbackFigures, ...]) -> tuple[Chain, ...]:
        """One chain per route entry; other entries take nothing over (`measures.after_loss`)."""
        extra = self._indexes(self._scope.task_flows(task.task.name))
        names = tuple((fallback.model, fallback.index) for fallback in standby)
        return tuple(
            Chain(
                share=float(entry.share), hops=self._walk((entry.model, entry.index), names, extra)
            )
            for entry in task.legs
        )

    def _walk(
        self, routed: tuple[str, int], standby: tuple[tuple[str, int], ...], extra: frozenset[int]
    ) -> tuple[Hop, ...]:
        """The routed model, then the fallbacks that are another deployment than it."""
        key = routed, standby, extra
        if key not in self._chains:
            own = self._deployments.of(routed[0]).key
            others = [each for each in standby if self._deployments.of(each[0]).key != own]
            self._chains[key] = tuple(
                self._at(model, index, extra) for model, index in (routed, *others)
            )
        return self._chains[key]

    def _at(self, model: str, index: int, extra: frozenset[int]) -> Hop:
        key = model, index, extra
        if key not in self._hops:
            first = self._first[model]
            self._hops[key] = structs.replace(
                first, index=index, components=first.components | extra
            )
        return self._hops[key]

    def _hop(self, model: str, parts: Parts, overrides: Overrides) -> Hop:
        outer = self._scope.of_model(model, self._deployments.of(model))
        requests, tokens = _limits(model, overrides)
        return Hop(
            model=model,
            index=0,
            components=parts.of_deployment[self._deployments.index_of(model)]
            | self._indexes(outer),
            requests_per_minute=requests,
            tokens_per_minute=tokens,
        )

    def _indexes(self, names: AbstractSet[str]) -> frozenset[int]:
        return frozenset(self._places[name] for name in names)


def _limits(model: str, overrides: Overrides) -> tuple[int | None, int | None]:
    """Requests and tokens a minute, as declared for the model or for what it builds upon."""
    if model not in overrides.models:
        return None, None
    declared = [overrides.models[name].declared for name in chain_of(model, overrides.models)]
    requests = next(
        (
            declaration.requests_per_minute
            for declaration in declared
            if declaration.requests_per_minute is not None
        ),
        None,
    )
    tokens = next(
        (
            declaration.tokens_per_minute
            for declaration in declared
            if declaration.tokens_per_minute is not None
        ),
        None,
    )
    return requests, tokens


def build_system(state: State) -> System:
    """Components that fail independently, and the chains of every task class as they would run.

    A routed model that is retired is a deployment that never answers; one that nobody knows depends
    on entities that nobody knows. Components that no chain depends on are left out. Of rate limits
    only those declared in ``catalog/`` bind: those of the price map are a new customer's.
    """
    figures, as_of = state.figures, state.as_of
    risk = state.portfolio.settings.risk
    rates = FailureRates(risk, state.incidents, as_of)
    failover = Failover(as_of, state.drills)
    usable = [failover.usable(task) for task in figures.tasks]
    models: dict[str, ModelFacts | None] = {}
    for task, fallbacks in zip(figures.tasks, usable, strict=True):
        models.update((entry.model, entry.facts) for entry in task.legs)
        models.update((fallback.model, fallback.facts) for fallback in fallbacks)
    deployments = Deployments(models, rates, as_of)
    dependencies = used_dependencies(
        risk.dependencies, deployments, (task.task.name for task in figures.tasks)
    )
    betas, origin = _betas(risk.common_cause)
    parts = assemble(deployments.all, dependencies, rates, betas, origin)
    chains = SystemChains(deployments, parts, dependencies, state.overrides)
    coverage = CoverageLookup(risk.coverage, as_of)
    tasks = tuple(
        _task(task, chains.of(task, fallbacks), coverage, state.drills)
        for task, fallbacks in zip(figures.tasks, usable, strict=True)
    )
    spans = spans_clouds(deployed.channel for deployed in deployments.all)
    return System(
        components=parts.components,
        tasks=tasks,
        shared_shortfall=cross_cloud_shortfall(betas) if spans else 0.0,
    )


def _betas(declared: CommonCause) -> tuple[Betas, Origin]:
    """The shared parts; as long as one of them is assumed, so is what is made of them."""
    assumed = {
        "otherwise": priors.BETA_OTHERWISE,
        "same_cloud": priors.BETA_SAME_CLOUD,
        "same_vendor": priors.BETA_SAME_VENDOR,
        "same_provider": priors.BETA_SAME_PROVIDER,
    }
    declared_betas = {
        name: float(value) for name in assumed if (value := getattr(declared, name)) is not None
    }
    origin: Origin = "declared" if len(declared_betas) == len(assumed) else "assumed"
    return Betas(**(assumed | declared_betas)), origin


def _task(
    task: TaskFigures, chains: tuple[Chain, ...], lookup: CoverageLookup, drills: Drills
) -> TaskSystem:
    name = task.task.name
    coverage = lookup.of(task.task.declared, drills.get(name, ()))
    if coverage.share and not any(len(chain.hops) > 1 for chain in chains):
        coverage = NO_FALLBACK
    return TaskSystem(
        name=name,
        chains=chains,
        coverage=coverage.share,
        coverage_origin=coverage.origin,
        coverage_note=coverage.note,
        value_per_hour=float(task.value_at_stake_per_month) / HOURS_PER_MONTH,
        requests_per_hour=float(task.requests_per_month) / HOURS_PER_MONTH,
    )
