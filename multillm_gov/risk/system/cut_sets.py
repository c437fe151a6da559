"""Minimal cut sets of order 1 and 2: the components and pairs that take down a task class.

Structure comes first and probability second: a component that never failed yet (a vendor, a
jurisdiction) is a member all the same. That a failover is not covered counts as a member too, of
weight 1 - coverage; it is one event of the task class, since one drill tests all its chains. Method
3.3.

A set of components is an integer, a bit each. What all hops have in common is order 1, in one mask.
Order 2 is a product: what hits some of the hops, times what hits all the others, without order 1.
That is held as the masks of the hops, counted as it is, and multiplied out only as far as somebody
reads.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from heapq import merge
from itertools import islice
from operator import and_

from msgspec import Struct

from multillm_gov.risk.system.system import Component, System, TaskSystem

MOST_PAIRS = 200
"""Most pairs listed per chain, most probable first; `Cuts.pairs_left_out` counts the rest."""
UNCOVERED = "failover is not covered"
"""Name of the member that is no component."""
NOT_COVERED = -1
"""The same in place of a rank."""
_ALL = -1
"""All bits."""
_MOST_REMEMBERED = 1_000
"""Chains that are looked up, not joined anew: where there are more, hardly one comes twice."""
Masks = tuple[int, ...]
"""Of the hops of a chain, the first one first: those that must all be hit."""


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


class Ranking:
    """The components as bits, the likeliest failure lowest, so that listing by bit is in order."""

    def __init__(self, components: Sequence[Component]) -> None:
        ranked = sorted(enumerate(components), key=lambda each: (-each[1].unavailability, each[0]))
        self.index = [index for index, _ in ranked]
        self.weights = [component.unavailability for _, component in ranked]
        self.masks = _Bits({index: 1 << rank for rank, index in enumerate(self.index)})
        self._known: dict[tuple[float, tuple[Masks, ...]], Cuts] = {}

    def cuts(self, coverage: float, chains: tuple[Masks, ...], alone: int) -> "Cuts":
        """One object for equal ones, so that reports can list them once."""
        cuts = self._known.get((coverage, chains))
        if cuts is None:
            cuts = self._known[coverage, chains] = Cuts(self, coverage, chains, alone)
        return cuts

    def cut_set(self, *ranks: int, coverage: float = 0.0) -> CutSet:
        """By the ranks of its members."""
        probability, members = 1.0, []
        for rank in ranks:
            if rank == NOT_COVERED:
                probability *= 1 - coverage
            else:
                probability *= self.weights[rank]
                members.append(self.index[rank])
        return CutSet(tuple(sorted(members)), NOT_COVERED in ranks, probability)


class _Bits(dict[frozenset[int], int]):
    """Masks of hops, each joined once."""

    def __init__(self, bits: dict[int, int]) -> None:
        self._bits = bits

    def __missing__(self, components: frozenset[int]) -> int:
        return self.setdefault(components, sum(self._bits[index] for index in components))


class Cuts(Struct, frozen=True, eq=False):
    """Minimal cut sets of order 1 and 2 of a chain or task class, the likeliest first."""

    ranking: Ranking
    coverage: float
    chains: tuple[Masks, ...]
    """Those that must fail together: each chain's first hop, and its others unless uncovered."""
    alone: int
    """Bits of order 1."""

    @property
    def dead(self) -> bool:
        """Whether no hop would run at all, so that nothing has to fail."""
        return not self.chains

    @property
    def singles(self) -> tuple[CutSet, ...]:
        """Order 1: single points of failure."""
        return tuple(self.ranking.cut_set(rank) for rank in ranks_of(self.alone))

    @property
    def pairs(self) -> tuple[CutSet, ...]:
        """Order 2, `MOST_PAIRS` at most; none holds one of order 1."""
        return self.likeliest(MOST_PAIRS)

    @property
    def pairs_left_out(self) -> int:
        """How many `pairs` does not list."""
        return max(self.pair_count - MOST_PAIRS, 0)

    @property
    def pair_count(self) -> int:
        """How many there are of order 2, none of them listed."""
        return sum(others.bit_count() for _, others in self.products())

    def products(self) -> Iterator[tuple[int, int]]:
        """Order 2 as disjoint products: the rank of a member and the bits of all its partners.

        One member lies in the hop with the fewest components; the other is common to all hops
        without the first.
        """
        hops = list(dict.fromkeys(mask & ~self.alone for chain in self.chains for mask in chain))
        if not hops:
            return
        fewest = min(hops, key=lambda mask: (mask.bit_count(), mask))
        for rank in ranks_of(fewest):
            bit = 1 << rank
            others = reduce(and_, [mask for mask in hops if not mask & bit]) & ~(fewest & (bit - 1))
            if others:
                yield rank, others
        if self.coverage < 1 and (
            needy := reduce(and_, [chain[0] for chain in self.chains]) & ~self.alone
        ):
            yield NOT_COVERED, needy

    def likeliest(self, most: int) -> tuple[CutSet, ...]:
        """The likeliest of order 2: products are merged, expanded only as far as needed."""
        merged = merge(*(self._multiplied(first, others) for first, others in self.products()))
        sets = [
            self.ranking.cut_set(*ranks, coverage=self.coverage)
            for _, *ranks in islice(merged, most)
        ]
        return tuple(sorted(sets, key=lambda cut: (-cut.probability, cut.members, cut.uncovered)))

    def _multiplied(self, first: int, others: int) -> Iterator[tuple[float, int, int]]:
        weights = self.ranking.weights
        weight = 1 - self.coverage if first == NOT_COVERED else weights[first]
        return ((-weight * weights[second], first, second) for second in ranks_of(others))


class TaskCuts(Struct, frozen=True, eq=False, gc=False):
    """Cut sets of one task class: masks, which are made `Cuts` where somebody looks."""

    task: TaskSystem
    ranking: Ranking
    hops: tuple[Masks, ...]
    """By chain."""
    alone: Masks
    """Order 1 of each chain."""
    together: int
    """Order 1 of several chains at once."""

    @property
    def chains(self) -> tuple[Cuts, ...]:
        """One per chain: what takes down that chain's share of the requests."""
        pairs = zip(self.hops, self.alone, strict=True)
        return tuple(
            self.ranking.cuts(self.task.coverage, (hops,) if hops else (), alone)
            for hops, alone in pairs
        )

    @property
    def whole(self) -> Cuts:
        """What takes down every chain that carries requests and has a hop to run."""
        if len(self.hops) == 1:
            return self.chains[0]
        pairs = zip(self.task.chains, self.hops, strict=True)
        carrying = tuple(hops for chain, hops in pairs if hops and chain.share > 0)
        return self.ranking.cuts(self.task.coverage, carrying, self.together if carrying else 0)


def cut_sets(system: System) -> tuple[TaskCuts, ...]:
    """Cut sets of every task class, in the system's order."""
    ranking = Ranking(system.components)
    mask_of = ranking.masks
    remembered: tuple[dict[int, tuple[Masks, int]], ...] = ({}, {})
    cuts_of_tasks: list[TaskCuts] = []
    for task in system.tasks:
        covered = task.coverage > 0
        known = remembered[covered]
        hops, alone, together = [], [], _ALL
        for chain in task.chains:
            each = known.get(
                id(chain.hops)
            )  # the system holds the hops, so their id stays their own
            if each is None:
                # Where no failover is ever covered, it is as if there were none.
                masks = [
                    mask_of[hop.components] for hop in (chain.hops if covered else chain.hops[:1])
                ]
                common = _ALL if masks else 0
                for mask in masks:
                    common &= mask
                each = tuple(masks), common
                if len(known) < _MOST_REMEMBERED:
                    known[id(chain.hops)] = each
            hops.append(each[0])
            alone.append(each[1])
            if each[0] and chain.share > 0:
                together &= each[1]
        cuts_of_tasks.append(TaskCuts(task, ranking, tuple(hops), tuple(alone), together))
    return tuple(cuts_of_tasks)


def ranks_of(mask: int) -> Iterator[int]:
    """Positions of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
