"""Components of a system, and which of them each deployment hangs on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from msgspec import Struct

from multillm_gov.portfolio.risk import Dependency
from multillm_gov.risk.deployments import Deployed
from multillm_gov.risk.failing import Failing, Failings
from multillm_gov.risk.sharing import Betas, Cause, joined, split
from multillm_gov.risk.system import Component, Kind, Origin

_ORDER = {kind: position for position, kind in enumerate(get_args(Kind))}


class Parts(Struct, frozen=True, kw_only=True):
    """All components in their order, and what hangs on which."""

    components: tuple[Component, ...]
    of_deployment: tuple[frozenset[int], ...]
    """By position of the deployment."""
    of_dependency: dict[str, int]
    """By name."""


def assemble(
    deployed: Sequence[Deployed],
    dependencies: Mapping[str, Dependency],
    failings: Failings,
    betas: Betas,
    betas_origin: Origin,
) -> Parts:
    """Causes, services, places and dependencies as components; linear in deployments and what they hang on."""
    causes, left = split([one.channel for one in deployed], betas)
    common = _Common(causes, deployed, betas_origin)
    found: dict[str, Component] = {}
    held: list[set[str]] = [set() for _ in deployed]
    for one, rest, ids in zip(deployed, left, held, strict=True):
        for component in _own(one, rest, common, failings):
            ids.add(found.setdefault(component.id, component).id)
    for cause in causes:
        if cause.kind == "everything" or cause.further:
            component = common.component(cause)
            found[component.id] = component
            for member in cause.members:
                held[member].add(component.id)
    outer = {name: _dependency(name, declared, failings) for name, declared in dependencies.items()}
    found.update((component.id, component) for component in outer.values())
    ordered = sorted(found.values(), key=lambda component: (_ORDER[component.kind], component.name))
    places = {component.id: index for index, component in enumerate(ordered)}
    return Parts(
        components=tuple(ordered),
        of_deployment=tuple(frozenset(places[identity] for identity in ids) for ids in held),
        of_dependency={name: places[component.id] for name, component in outer.items()},
    )


class _Common:
    """Shared causes, and who says how often they strike: assumed as long as anything in them is."""

    def __init__(self, causes: Sequence[Cause], deployed: Sequence[Deployed], betas_origin: Origin) -> None:
        self._causes = {(cause.kind, cause.name): cause for cause in causes if not cause.further}
        self._origins: list[Origin] = [one.failing.origin for one in deployed]
        self._betas_origin = betas_origin

    def part(self, kind: Kind, name: str) -> float:
        """Probability of the cause that all of a group share."""
        cause = self._causes.get((kind, name))
        return cause.probability if cause is not None else 0.0

    def vendor(self, name: str, failing: Failing) -> Component:
        """What all of a vendor's deployments share, and what is declared or measured of the vendor besides."""
        cause = self._causes.get(("vendor", name))
        if cause is None or failing.origin != "assumed":
            return _component("vendor", name, joined(failing.unavailability, self.part("vendor", name)), failing)
        return self._told("vendor", name, cause)

    def component(self, cause: Cause) -> Component:
        """A cause that is no service of its own: what all share, or the further part of those away more often."""
        name = cause.name if cause.kind == "everything" else f"{cause.kind} {cause.name}"
        if cause.further:
            name = f"{name}, those away {cause.further * 100:.4g} % or more of the time"
        return self._told("everything", name, cause)

    def _told(self, kind: Kind, name: str, cause: Cause) -> Component:
        assumed = any(self._origins[member] == "assumed" for member in cause.members)
        return Component(
            kind=kind,
            name=name,
            unavailability=cause.probability,
            origin="assumed" if assumed else self._betas_origin,
            note="common cause (beta factors)",
        )


def _own(one: Deployed, rest: float, common: _Common, failings: Failings) -> Iterator[Component]:
    """What a deployment hangs on, from wide to narrow; jurisdictions and regions never fail, but can be withdrawn."""
    exposure, failing = one.exposure, one.failing
    yield _place("jurisdiction", exposure.jurisdiction)
    yield common.vendor(exposure.vendor, failings.vendor(exposure.vendor))
    host = failings.cloud(exposure.cloud)
    away = joined(host.unavailability, common.part("cloud", exposure.cloud))
    yield _component("cloud", exposure.cloud, away, host)
    for region in one.regions:
        yield _place("region", region)
    yield _component("provider", exposure.provider, common.part("provider", exposure.provider), failing)
    if one.retired is None:
        yield _component("deployment", one.name, rest, failing)
    else:
        told = f"retired on {one.retired}"
        yield Component(kind="deployment", name=one.name, unavailability=1.0, origin="declared", note=told)


def _dependency(name: str, declared: Dependency, failings: Failings) -> Component:
    failing = failings.dependency(name, declared)
    return _component(declared.kind, name, failing.unavailability, failing)


def _place(kind: Kind, name: str) -> Component:
    return Component(kind=kind, name=name, origin="declared", note="fails only where a scenario withdraws it")


def _component(kind: Kind, name: str, unavailability: float, failing: Failing) -> Component:
    return Component(
        kind=kind,
        name=name,
        unavailability=unavailability,
        mean_hours=failing.mean_hours,
        origin=failing.origin,
        sample_size=failing.sample_size,
        note=failing.note,
    )
