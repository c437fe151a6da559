"""How much unavailability deployments share: beta factors as nested causes.

A deployment is down for a share u of the time. That share is made of independent causes, one inside
the other: one that all deployments share, one of its cloud, one of its vendor, one of its provider,
and its own. With the betas b of two deployments of equal u that share a cause on a level, the
causes they share amount to exactly b*u; causes combine as 1 - (1-x)(1-y). This is the
marginal-preserving form of method 3.3 (qc = b*u, qi = (u - qc)/(1 - qc)), nested.

Unequal channels share b*min(u). So a group whose members differ has a further cause for those above
the least, another for those above the next, and so on: each pair then shares exactly what the
smaller one has.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from multillm_gov.risk.system.system import Kind

ROUNDING = 1e-15
"""Differences that arithmetic makes; no cause is that rare."""

MOST_STEPS = 20
"""Most further causes of one group; beyond it, pairs share what the next lower figure has."""


class Betas(Struct, frozen=True, kw_only=True):
    """Shared parts (0..1) of two deployments, by what they have in common."""

    otherwise: float
    same_cloud: float
    same_vendor: float
    same_provider: float


def cross_cloud_shortfall(betas: Betas) -> float:
    """How far two deployments of one vendor and provider on two clouds may miss their beta (0..1).

    What each shares with its own cloud, beyond what all share, it cannot share across clouds: such
    pairs reach at most 1 - same_cloud + otherwise. No joint distribution meets all the betas then;
    the assumed betas are met exactly. Holds to first order in the unavailability.
    """
    reach = 1 - max(betas.same_cloud, betas.otherwise) + betas.otherwise
    target = max(betas.same_provider, betas.same_vendor, betas.otherwise)
    return max(0.0, 1 - reach / target) if target else 0.0


def spans_clouds(channels: Iterable["Channel"]) -> bool:
    """Whether two deployments of one vendor and provider run on different clouds."""
    clouds: dict[tuple[str, str], str] = {}
    return any(
        clouds.setdefault((channel.vendor, channel.provider), channel.cloud) != channel.cloud
        for channel in channels
    )


class Channel(Struct, frozen=True, kw_only=True):
    """One deployment and its unavailability given that its cloud and dependencies are up."""

    vendor: str
    provider: str
    cloud: str
    unavailability: float


class SharedCause(Struct, frozen=True, kw_only=True):
    """Something that takes all its members down at once."""

    kind: Kind
    name: str
    further: float
    """0 for a group's own cause; else the unavailability from which a further one applies."""
    probability: float
    members: tuple[int, ...]
    """Positions of the channels."""


def union_probability(*shares: float) -> float:
    """Share of the time in which at least one of independent causes is there."""
    total = 0.0
    for share in shares:
        total += (1 - total) * share
    return total


def remaining_cause(total: float, held: float) -> float:
    """The independent cause that raises ``held`` to ``total``; 0 if reached, up to rounding."""
    return (total - held) / (1 - held) if total - held > ROUNDING else 0.0


def split_causes(
    channels: Sequence[Channel], betas: Betas
) -> tuple[tuple[SharedCause, ...], tuple[float, ...]]:
    """Shared causes and each channel's own remainder; together exactly its unavailability.

    Two channels with both vendor and cloud in common share the causes of both. A beta below that of
    a wider group adds nothing to it; where cloud and vendor together would exceed the whole, the
    vendor's cause ends there. Models of different vendors at one provider share its cause too:
    nobody has data for such pairs, and one API is one API.
    """
    held = [0.0] * len(channels)
    causes: list[SharedCause] = []
    for kind, name_of, part in _groups(betas):
        for name, members in _grouped(channels, range(len(channels)), name_of).items():
            for cause in _steps(channels, kind, name, members, part):
                causes.append(cause)
                _hold(cause, held)
    causes += list(_providers(channels, betas.same_provider, causes, held))
    left = tuple(
        remaining_cause(channel.unavailability, have)
        for channel, have in zip(channels, held, strict=True)
    )
    return tuple(causes), left


_Name = Callable[[Channel], str]
_Part = Callable[[float], float]


def _groups(betas: Betas) -> tuple[tuple[Kind, _Name, _Part], ...]:
    """From wide to narrow: kind of group, its name for a channel, its cause at unavailability u."""
    wide = betas.otherwise
    cloud, vendor = max(wide, betas.same_cloud), max(wide, betas.same_vendor)

    def of_vendor(u: float) -> float:
        return min(remaining_cause(vendor * u, wide * u), remaining_cause(u, cloud * u))

    return (
        ("everything", lambda _: "all deployments", lambda u: wide * u),
        ("cloud", lambda channel: channel.cloud, lambda u: remaining_cause(cloud * u, wide * u)),
        ("vendor", lambda channel: channel.vendor, of_vendor),
    )


def _grouped(
    channels: Sequence[Channel], members: Iterable[int], name_of: _Name
) -> dict[str, list[int]]:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for member in members:
        groups[name_of(channels[member])].append(member)
    return dict(sorted(groups.items()))


def _steps(
    channels: Sequence[Channel], kind: Kind, name: str, members: list[int], part: _Part
) -> Iterable[SharedCause]:
    """The cause of a whole group, and further ones for members above its least.

    Where one provider's deployments alone are left, their own shared cause takes over what is
    missing.
    """
    levels = _thinned(sorted({channels[member].unavailability for member in members}))
    before = 0.0
    for step, level in enumerate(levels):
        above = tuple(member for member in members if channels[member].unavailability >= level)
        places = {(channels[member].vendor, channels[member].provider) for member in above}
        probability = remaining_cause(part(level), before)
        if step and len(places) == 1:
            return
        if probability > 0:
            further = level if step else 0.0
            yield SharedCause(
                kind=kind, name=name, further=further, probability=probability, members=above
            )
        before = part(level)


def _thinned(levels: list[float]) -> list[float]:
    """At most so many, evenly picked, the least one among them."""
    if len(levels) <= MOST_STEPS:
        return levels
    return [levels[step * len(levels) // MOST_STEPS] for step in range(MOST_STEPS)]


class _Filling:
    """Fills up what deployments of one vendor at one provider share, cause by cause."""

    def __init__(
        self,
        channels: Sequence[Channel],
        beta: float,
        causes: Sequence[SharedCause],
        held: list[float],
    ) -> None:
        self._channels = channels
        self._beta = beta
        self._held = held
        self._shared: list[SharedCause] = []
        self._holding = [set[int]() for _ in channels]
        """By channel: positions of the causes that it depends on."""
        for cause in causes:
            self._keep(cause)

    def missing(self, group: Sequence[int]) -> float:
        """What a group shares too little by its beta, as far as no member gets more than it has."""
        common = set.intersection(*(self._holding[member] for member in group))
        whole = [self._channels[member].unavailability for member in group]
        least = min(
            remaining_cause(total, self._held[member])
            for total, member in zip(whole, group, strict=True)
        )
        return min(
            least,
            remaining_cause(
                self._beta * min(whole),
                union_probability(*(self._shared[index].probability for index in sorted(common))),
            ),
        )

    def fill(
        self, kind: Kind, name: str, members: Sequence[int], probability: float
    ) -> Iterable[SharedCause]:
        """A further cause of the members, if it is one."""
        if probability > 0:
            cause = SharedCause(
                kind=kind, name=name, further=0.0, probability=probability, members=tuple(members)
            )
            _hold(cause, self._held)
            self._keep(cause)
            yield cause

    def _keep(self, cause: SharedCause) -> None:
        for member in cause.members:
            self._holding[member].add(len(self._shared))
        self._shared.append(cause)


def _providers(
    channels: Sequence[Channel], beta: float, causes: Sequence[SharedCause], held: list[float]
) -> Iterable[SharedCause]:
    """One cause per provider, and a further one where a vendor's deployments there share less."""
    filling = _Filling(channels, beta, tuple(causes), held)
    for name, members in _grouped(
        channels, range(len(channels)), lambda channel: channel.provider
    ).items():
        vendors = _grouped(channels, members, lambda channel: channel.vendor)
        yield from filling.fill(
            "provider", name, members, min(filling.missing(group) for group in vendors.values())
        )
        for vendor, group in vendors.items():
            if len(group) > 1:
                yield from filling.fill(
                    "everything", f"{vendor} at {name}", group, filling.missing(group)
                )


def _hold(cause: SharedCause, held: list[float]) -> None:
    for member in cause.members:
        held[member] = union_probability(held[member], cause.probability)
