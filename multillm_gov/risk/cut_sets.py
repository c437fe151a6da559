"""Minimal cut sets of order 1 and 2: which one thing, or which two, take down a chain or a whole task class.

Structure comes first and probability second: a component that never failed yet (a vendor, a jurisdiction) is a member
all the same. That a failover is not covered counts as a member too, of weight 1 - coverage; it is one event of the
task class, since one drill tests all its chains. Method 3.3.
"""

from collections.abc import Iterator, Sequence
from heapq import nsmallest

from msgspec import Struct

from multillm_gov.risk.system import Chain, System, TaskSystem

MOST_PAIRS = 200
"""Most pairs kept of one chain, the most probable ones; `Cuts.pairs_left_out` counts the others."""
UNCOVERED = "failover is not covered"
"""Name of the member that is no component."""


class CutSet(Struct, frozen=True):
    """Things that together, and none of them in vain, take something down."""

    members: tuple[int, ...]
    """Indexes into `System.components`, ascending."""
    uncovered: bool
    """Whether the failover must also fail to be noticed or rerouted in time."""
    probability: float
    """That all of it is so at a moment."""

    @property
    def order(self) -> int:
        """How many things must go wrong at once."""
        return len(self.members) + self.uncovered


class Cuts(Struct, frozen=True):
    """Minimal cut sets of order 1 and 2 of a chain or a task class; the likeliest first, then in the system's order."""

    singles: tuple[CutSet, ...]
    """Order 1: single points of failure."""
    pairs: tuple[CutSet, ...]
    """Order 2; none holds one of order 1."""
    pairs_left_out: int = 0
    dead: bool = False
    """Whether no hop would run at all, so that nothing has to fail."""


class TaskCuts(Struct, frozen=True):
    """Cut sets of one task class."""

    task: TaskSystem
    chains: tuple[Cuts, ...]
    """One per chain: what takes down that chain's share of the requests."""
    whole: Cuts
    """What takes down every chain that carries requests."""


def cut_sets(system: System) -> tuple[TaskCuts, ...]:
    """Cut sets of every task class, in the system's order; worked out once per distinct chain and combination."""
    search = _Search(system)
    by_chain: dict[float, dict[tuple[frozenset[int], ...], Cuts]] = {}
    by_chains: dict[tuple[int, ...], Cuts] = {}
    found = []
    for task in system.tasks:
        coverage, chains = task.coverage, task.chains
        known = by_chain.setdefault(coverage, {})
        cuts, loaded = [], []
        for chain in chains:
            hops = tuple([hop.components for hop in chain.hops])
            each = known.get(hops)
            if each is None:
                each = known[hops] = search.cuts((chain,), coverage)
            cuts.append(each)
            if chain.share > 0:
                loaded.append(id(each))  # one object a distinct chain: its id is as good, and quicker to look up
        if len(chains) == 1:
            whole = cuts[0]
        else:
            combined = tuple(loaded)
            whole = by_chains.get(combined) or by_chains.setdefault(combined, search.whole(task))
        found.append(TaskCuts(task, tuple(cuts), whole))
    return tuple(found)


class _Search:
    """The components as bits, the likeliest failure lowest, so that whatever is listed by bit is in order."""

    def __init__(self, system: System) -> None:
        ranked = sorted(enumerate(system.components), key=lambda each: (-each[1].unavailability, each[0]))
        self.index = [index for index, _ in ranked]
        self.weights = [component.unavailability for _, component in ranked]
        self.bit = {index: 1 << rank for rank, index in enumerate(self.index)}
        self.masks: dict[frozenset[int], int] = {}

    def mask(self, components: frozenset[int]) -> int:
        """The bits of a hop."""
        known = self.masks.get(components)
        if known is None:
            known = self.masks[components] = sum(self.bit[index] for index in components)
        return known

    def whole(self, task: TaskSystem) -> Cuts:
        """What takes down every chain with a share at once."""
        return self.cuts([chain for chain in task.chains if chain.share > 0], task.coverage)

    def cuts(self, chains: Sequence[Chain], coverage: float) -> Cuts:
        """What takes down all of the chains: a hit on each first hop, and on each other one unless uncovered."""
        alive = [chain.hops for chain in chains if chain.hops]
        if not alive:
            return Cuts((), (), dead=True)
        firsts = list(dict.fromkeys(self.mask(hops[0].components) for hops in alive))
        later = dict.fromkeys(self.mask(hop.components) for hops in alive for hop in hops[1:])
        hops = list(dict.fromkeys([*firsts, *later])) if coverage > 0 else firsts
        always = _common(hops)
        needy = _common(firsts) & ~always if coverage < 1 else 0
        singles = tuple(self._cut_set(rank) for rank in _ranks(always))
        count, pairs = self._pairs([mask & ~always for mask in hops])
        pairs += [self._cut_set(rank, uncovered=1 - coverage) for rank in _ranks(needy)]
        kept = nsmallest(MOST_PAIRS, pairs, key=self._order)
        return Cuts(singles, tuple(kept), count + needy.bit_count() - len(kept))

    def _pairs(self, hops: list[int]) -> tuple[int, list[CutSet]]:
        """How many pairs hit every hop, and the likeliest of each first member; no member does it alone.

        One member lies in the hop with the fewest components; the other is common to all hops without the first.
        """
        fewest = min(hops, key=lambda mask: (mask.bit_count(), mask))
        count, pairs = 0, []
        for rank in _ranks(fewest):
            bit = 1 << rank
            others = _common([mask for mask in hops if not mask & bit]) & ~(fewest & (bit - 1))
            count += others.bit_count()
            for kept, other in enumerate(_ranks(others)):
                if kept == MOST_PAIRS:
                    break
                pairs.append(self._cut_set(rank, other))
        return count, pairs

    def _cut_set(self, *ranks: int, uncovered: float | None = None) -> CutSet:
        probability = 1.0 if uncovered is None else uncovered
        for rank in ranks:
            probability *= self.weights[rank]
        return CutSet(tuple(sorted(self.index[rank] for rank in ranks)), uncovered is not None, probability)

    def _order(self, cut: CutSet) -> tuple[float, tuple[int, ...], bool]:
        """Likeliest first, then in the system's order, which is by kind and name."""
        return -cut.probability, cut.members, cut.uncovered


def _common(masks: Sequence[int]) -> int:
    """Bits that all of at least one mask have."""
    common = masks[0]
    for mask in masks:
        common &= mask
    return common


def _ranks(mask: int) -> Iterator[int]:
    """Positions of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
