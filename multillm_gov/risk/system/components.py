"""Components of a system, and which of them each deployment depends on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from msgspec import Struct, structs

from multillm_gov.portfolio.risk import Dependency
from multillm_gov.risk.system.common_cause import (
    Betas,
    SharedCause,
    cross_cloud_shortfall,
    split_causes,
    union_probability,
)
from multillm_gov.risk.system.deployments import Deployed
from multillm_gov.risk.system.failure_rates import FailureRate, FailureRates
from multillm_gov.risk.system.system import Component, Kind, Origin

_ORDER = {kind: position for position, kind in enumerate(get_args(Kind))}
_CAUSE = "common cause (betas)"
_NOTHING: tuple[float, Origin] = (0.0, "assumed")


class Parts(Struct, frozen=True, kw_only=True):
    """All components in their order, and what depends on which."""

    components: tuple[Component, ...]
    of_deployment: tuple[frozenset[int], ...]
    """By position of the deployment."""
    of_dependency: dict[str, int]
    """By name."""


def assemble(
    deployed: Sequence[Deployed],
    dependencies: Mapping[str, Dependency],
    failings: FailureRates,
    betas: Betas,
    betas_origin: Origin,
) -> Parts:
    """Causes, services, places and dependencies as components, in linear time."""
    causes, left = split_causes([each.channel for each in deployed], betas)
    common = _Common(causes, deployed, betas_origin, cross_cloud_shortfall(betas))
    components_by_name: dict[str, Component] = {}
    held: list[set[str]] = [set() for _ in deployed]
    for each, rest, ids in zip(deployed, left, held, strict=True):
        for component in _own(each, rest, common, failings):
            ids.add(component.id)
            known = components_by_name.get(component.id, component)
            carriers = known.carriers | component.carriers
            components_by_name[component.id] = structs.replace(known, carriers=carriers)
    for cause in causes:
        if cause.kind == "everything" or cause.further:
            component = common.component(cause)
            components_by_name[component.id] = component
            for member in cause.members:
                held[member].add(component.id)
    outer = {name: _dependency(name, declared, failings) for name, declared in dependencies.items()}
    components_by_name.update((component.id, component) for component in outer.values())
    ordered = sorted(
        components_by_name.values(), key=lambda component: (_ORDER[component.kind], component.name)
    )
    places = {component.id: index for index, component in enumerate(ordered)}
    return Parts(
        components=tuple(ordered),
        of_deployment=tuple(frozenset(places[identity] for identity in ids) for ids in held),
        of_dependency={name: places[component.id] for name, component in outer.items()},
    )


class _Common:
    """Shared causes, and who says how often they strike: assumed as long as anything in them is."""

    def __init__(
        self,
        causes: Sequence[SharedCause],
        deployed: Sequence[Deployed],
        betas_origin: Origin,
        shortfall: float,
    ) -> None:
        self._assumed = {
            index for index, each in enumerate(deployed) if each.failing.origin == "assumed"
        }
        self._betas_origin = betas_origin
        self._note = _CAUSE
        if shortfall:
            self._note += (
                "; one vendor and provider on two clouds shares up to "
                f"{_percent(shortfall)} less than its beta"
            )
        self._groups = {
            (cause.kind, cause.name): (cause.probability, self._origin(cause))
            for cause in causes
            if not cause.further
        }

    def _origin(self, cause: SharedCause) -> Origin:
        return self._betas_origin if self._assumed.isdisjoint(cause.members) else "assumed"

    def part(self, kind: Kind, name: str) -> float:
        """Probability of the cause that all of a group share."""
        return self._groups.get((kind, name), _NOTHING)[0]

    def service(self, kind: Kind, name: str, failing: FailureRate) -> Component:
        """What takes a cloud or vendor down by itself, and what all that is on it shares."""
        probability, origin = self._groups.get((kind, name), _NOTHING)
        if not probability:
            return _component(kind, name, failing.unavailability, failing)
        if not failing.unavailability and failing.origin == "assumed":
            return _cause(kind, name, probability, origin, self._note)
        both = structs.replace(
            failing,
            origin="assumed" if origin == "assumed" else failing.origin,
            note=f"{failing.note}; {_percent(failing.unavailability)} by itself, the rest a common "
            "cause (betas)",
        )
        return _component(kind, name, union_probability(failing.unavailability, probability), both)

    def component(self, cause: SharedCause) -> Component:
        """A cause that is no service: what all share, or the further part of weaker ones."""
        name = cause.name if cause.kind == "everything" else f"{cause.kind} {cause.name}"
        if cause.further:
            name = f"{name}, those down {_percent(cause.further)} or more of the time"
        return _cause("everything", name, cause.probability, self._origin(cause), self._note)


def _own(
    deployed: Deployed, rest: float, common: _Common, failings: FailureRates
) -> Iterator[Component]:
    """What a deployment depends on, from wide to narrow.

    Jurisdictions and regions never fail, but can be withdrawn.
    """
    exposure, failing = deployed.exposure, deployed.failing
    parties = exposure.parties()
    for law in sorted(deployed.laws):
        bound = {f"{party}:{name}" for party, name, country in parties if country == law}
        place = _place("jurisdiction", law)
        yield structs.replace(place, carriers=frozenset(bound) or _sites(deployed))
    if exposure.needs_vendor:
        yield common.service("vendor", exposure.vendor, failings.vendor(exposure.vendor))
    yield common.service("cloud", exposure.cloud, failings.cloud(exposure.cloud))
    for site in deployed.sites:
        yield _place("region", site)
    part = structs.replace(
        failing, note=f"part of {_percent(failing.unavailability)}, {failing.note}"
    )
    yield _component(
        "provider", exposure.provider, common.part("provider", exposure.provider), part
    )
    if deployed.retired is None:
        yield _component("deployment", deployed.name, rest, part)
    else:
        text = f"retired on {deployed.retired}"
        yield Component(
            kind="deployment", name=deployed.name, unavailability=1.0, origin="published", note=text
        )


def _sites(deployed: Deployed) -> frozenset[str]:
    """The regions that bring a law which binds no party."""
    return frozenset(f"region:{site}" for site in deployed.sites)


def _dependency(name: str, declared: Dependency, failings: FailureRates) -> Component:
    failing = failings.dependency(name, declared)
    return _component(declared.kind, name, failing.unavailability, failing)


def _place(kind: Kind, name: str) -> Component:
    return Component(
        kind=kind, name=name, origin="derived", note="fails only where a scenario withdraws it"
    )


def _cause(kind: Kind, name: str, probability: float, origin: Origin, note: str) -> Component:
    return Component(kind=kind, name=name, unavailability=probability, origin=origin, note=note)


def _component(kind: Kind, name: str, unavailability: float, failing: FailureRate) -> Component:
    return Component(
        kind=kind,
        name=name,
        unavailability=unavailability,
        mean_hours=failing.mean_hours,
        origin=failing.origin,
        sample_size=failing.sample_size,
        note=failing.note,
    )


def _percent(share: float) -> str:
    """Four significant digits: these shares lie far below one percent."""
    return f"{share * 100:.4g}%"
