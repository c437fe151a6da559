"""A portfolio as independent components and the chains through them: input of all risk measures.

Every shared cause is a component of its own (the vendor's, the provider's, the one that all share),
so that components fail independently of each other and a joint failure needs no correlation: it is
one component that several hops have.
"""

from typing import Literal

from msgspec import Struct

Kind = Literal[
    "everything",
    "gateway",
    "dependency",
    "jurisdiction",
    "vendor",
    "cloud",
    "region",
    "provider",
    "deployment",
]
"""``everything`` is the cause all deployments share; a ``deployment`` is a model at a provider."""
Origin = Literal["assumed", "declared", "measured", "published", "derived"]
"""A prior of method 9, written in ``govern.yaml``, computed from imported incidents, taken from a
vendor's announcement, or following from the chain itself."""


class Component(Struct, frozen=True, kw_only=True):
    """Something that can fail as one."""

    kind: Kind
    name: str
    """As declared or in the catalog; ``unknown`` is one entity, which is the cautious view."""
    unavailability: float = 0.0
    """Probability (0..1) that it is down at a moment, without the shares in common with others; 1:
    it never answers (a retired model that is still routed)."""
    mean_hours: float = 1.5
    """Mean length of one outage."""
    origin: Origin = "assumed"
    sample_size: int = 0
    """Incidents that the figures were computed from; 0 where they were not."""
    note: str = ""
    """Where a figure is from, in words."""
    carriers: frozenset[str] = frozenset()
    """Of a jurisdiction: ids of the components that its law binds."""

    @property
    def id(self) -> str:
        """``cloud:AWS``: unique in a system, and the same on every run."""
        return f"{self.kind}:{self.name}"


class Hop(Struct, frozen=True, kw_only=True):
    """One model in a chain, and the components that must all be up for it to answer."""

    model: str
    index: int
    """Position in ``route`` for the first hop of a chain, in ``fallbacks`` for the others."""
    components: frozenset[int]
    """Indexes into `System.components`."""
    requests_per_minute: int | None = None
    """Most that the deployment takes, as declared; ``None``: no limit is declared."""
    tokens_per_minute: int | None = None


class Chain(Struct, frozen=True, kw_only=True):
    """One routed model and the fallbacks tried in order when it fails."""

    share: float
    """Share of the task class's requests (0..1)."""
    hops: tuple[Hop, ...]
    """The routed model first; only hops that would run (known, not retired, not tried before)."""


class TaskSystem(Struct, frozen=True, kw_only=True):
    """One task class."""

    name: str
    chains: tuple[Chain, ...]
    coverage: float
    """Probability that a failure of the routed model is noticed and rerouted in time (0..1).

    From drill evidence, else assumed.
    """
    coverage_origin: Origin
    coverage_note: str = ""
    value_per_hour: float
    """Value at stake per hour without any answer, in the portfolio's currency.

    Declared per month, over 730 h.
    """
    requests_per_hour: float


class System(Struct, frozen=True, kw_only=True):
    """All components and task classes.

    Unserved share of a task class at a moment: the sum over its chains of the chain's share, where
    the chain's first hop is down and either the failover is not covered or every hop is down.
    """

    components: tuple[Component, ...]
    """Ordered by kind as in `Kind`, then by name."""
    tasks: tuple[TaskSystem, ...]
    """In the portfolio's order."""
    shared_shortfall: float = 0.0
    """How much less than declared (0..1) two deployments of one vendor and provider on two clouds
    may share, where there are such and not all betas can hold at once."""

    def index_of(self, identity: str) -> int:
        """Position of a component by its id.

        Raises:
            KeyError: there is no such component.
        """
        for index, component in enumerate(self.components):
            if component.id == identity:
                return index
        raise KeyError(identity)
