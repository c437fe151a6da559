"""Chains of hops as they would run, each made once: thousands of task classes share them."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from msgspec import structs

from multillm_gov.catalog.overrides import Overrides, chain_of
from multillm_gov.measures.figures import FallbackFigures, TaskFigures
from multillm_gov.portfolio.risk import Dependency
from multillm_gov.risk.components import Parts
from multillm_gov.risk.deployments import Deployed, Deployments
from multillm_gov.risk.system import Chain, Hop


def used_dependencies(
    dependencies: Mapping[str, Dependency], deployments: Deployments, tasks: AbstractSet[str]
) -> dict[str, Dependency]:
    """Dependencies that some call goes through, ordered by name; the others are no part of the system."""
    return {
        name: declared
        for name, declared in sorted(dependencies.items())
        if not tasks.isdisjoint(declared.task_classes)
        or any(_hangs(declared, model, deployments.of(model)) for model in deployments.models)
    }


def _hangs(declared: Dependency, model: str, deployed: Deployed) -> bool:
    """Whether the calls of a model go through it; task classes are looked at by themselves."""
    return (
        model in declared.models
        or deployed.exposure.provider in declared.providers
        or deployed.exposure.cloud in declared.clouds
        or not (declared.task_classes or declared.models or declared.providers or declared.clouds)
    )


class Chains:
    """Makes the chains of task classes."""

    def __init__(
        self, deployments: Deployments, parts: Parts, dependencies: Mapping[str, Dependency], overrides: Overrides
    ) -> None:
        self._deployments = deployments
        self._outer: dict[str, set[int]] = {}
        for name, declared in dependencies.items():
            for task in declared.task_classes:
                self._outer.setdefault(task, set()).add(parts.of_dependency[name])
        self._first = {model: _hop(model, deployments, parts, dependencies, overrides) for model in deployments.models}
        self._hops: dict[tuple[str, int, frozenset[int]], Hop] = {}
        self._chains: dict[tuple[object, ...], tuple[Hop, ...]] = {}

    def of(self, task: TaskFigures, standby: tuple[FallbackFigures, ...]) -> tuple[Chain, ...]:
        """One chain a leg: the other legs of a route take nothing over, as in `measures.after_loss`."""
        extra = frozenset(self._outer.get(task.task.name, ()))
        names = tuple((one.model, one.index) for one in standby)
        return tuple(
            Chain(share=float(leg.share), hops=self._walk((leg.model, leg.index), names, extra)) for leg in task.legs
        )

    def _walk(
        self, routed: tuple[str, int], standby: tuple[tuple[str, int], ...], extra: frozenset[int]
    ) -> tuple[Hop, ...]:
        """The routed model, then the fallbacks that are another deployment than it."""
        key = routed, standby, extra
        if key not in self._chains:
            own = self._deployments.of(routed[0]).key
            others = [one for one in standby if self._deployments.of(one[0]).key != own]
            self._chains[key] = tuple(self._at(model, index, extra) for model, index in (routed, *others))
        return self._chains[key]

    def _at(self, model: str, index: int, extra: frozenset[int]) -> Hop:
        key = model, index, extra
        if key not in self._hops:
            first = self._first[model]
            self._hops[key] = structs.replace(first, index=index, components=first.components | extra)
        return self._hops[key]


def _hop(
    model: str,
    deployments: Deployments,
    parts: Parts,
    dependencies: Mapping[str, Dependency],
    overrides: Overrides,
) -> Hop:
    deployed = deployments.of(model)
    outer = {parts.of_dependency[name] for name, declared in dependencies.items() if _hangs(declared, model, deployed)}
    requests, tokens = _limits(model, overrides)
    return Hop(
        model=model,
        index=0,
        components=parts.of_deployment[deployments.index_of(model)] | outer,
        requests_per_minute=requests,
        tokens_per_minute=tokens,
    )


def _limits(model: str, overrides: Overrides) -> tuple[int | None, int | None]:
    """Requests and tokens a minute, as declared for the model or for what it builds upon."""
    if model not in overrides.models:
        return None, None
    declared = [overrides.models[name].declared for name in chain_of(model, overrides.models)]
    requests = next((one.requests_per_minute for one in declared if one.requests_per_minute is not None), None)
    tokens = next((one.tokens_per_minute for one in declared if one.tokens_per_minute is not None), None)
    return requests, tokens
