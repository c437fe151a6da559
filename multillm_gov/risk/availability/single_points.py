"""Cut sets of all task classes: which components and pairs take down the most value."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from heapq import nsmallest

from msgspec import Struct

from multillm_gov.risk.system.cut_sets import MOST_PAIRS, Cuts, CutSet, TaskCuts
from multillm_gov.risk.system.priors import HOURS_PER_YEAR

MOST_POINTS = 200
"""Most pairs listed."""
MOST_READ = 2_000_000
"""Most pairs looked at, over all distinct chains."""
MOST_HITS = 100
"""Most task classes named for each; `Point.task_classes` counts them all."""

Key = tuple[tuple[int, ...], bool]


class Hit(Struct, frozen=True):
    """What a task class loses."""

    task: str
    share: float
    """Of its requests (0..1): less than 1 where only some chains of a split route go down."""
    value_per_hour: float
    """In the portfolio's currency."""


class SinglePoint(Struct, frozen=True, kw_only=True):
    """A cut set and what it takes down, over all chains in which it is minimal."""

    members: tuple[int, ...]
    """Indexes into `System.components`, ascending."""
    uncovered: bool
    """Whether the failover of each task class hit must fail too."""
    value_per_hour: float
    """Lost while it lasts, in the portfolio's currency."""
    loss_per_year: float
    """Value times probability times 8,760 h: its part of the expected loss to first order."""
    task_classes: int
    """How many it hits."""
    hits: tuple[Hit, ...]
    """Those by value lost, most first, then in the system's order; `MOST_HITS` at most."""


class _Group(Struct):
    """The chains that have the very same cut sets."""

    cuts: Cuts
    value: float = 0.0
    chains: list[tuple[int, float]] = []
    """Position of the task class and share of its requests."""


def single_points(cuts: Iterable[TaskCuts]) -> tuple[SinglePoint, ...]:
    """Single points of failure, by the value that they take down, then cost, then name."""
    return _gather(
        tuple(cuts), lambda chain: chain.singles, lambda value, loss: (-value, -loss), None
    )


def double_points(cuts: Iterable[TaskCuts]) -> tuple[SinglePoint, ...]:
    """Pairs by the value that only both take down: costliest first, `MOST_POINTS` at most.

    Those that never happened yet come last, by the value they would take down. Of each chain the
    likeliest are looked at, `MOST_PAIRS` where the distinct chains are few.
    """
    tasks = tuple(cuts)
    most = min(MOST_PAIRS, MOST_READ // max(len(_groups(tasks)), 1))
    return _gather(
        tasks, lambda chain: chain.likeliest(most), lambda value, loss: (-loss, -value), MOST_POINTS
    )


def _gather(
    tasks: tuple[TaskCuts, ...],
    members: Callable[[Cuts], tuple[CutSet, ...]],
    rank: Callable[[float, float], tuple[float, float]],
    most: int | None,
) -> tuple[SinglePoint, ...]:
    values: defaultdict[Key, float] = defaultdict(float)
    losses: defaultdict[Key, float] = defaultdict(float)
    groups: defaultdict[Key, list[_Group]] = defaultdict(list)
    for group in _groups(tasks):
        for cut in members(group.cuts):
            key = (cut.members, cut.uncovered)
            values[key] += group.value
            losses[key] += group.value * cut.probability * HOURS_PER_YEAR
            groups[key].append(group)
    ranked = nsmallest(
        len(values) if most is None else most,
        values,
        lambda key: (rank(values[key], losses[key]), key),
    )
    return tuple(
        _point(key, values[key], losses[key], _shares(groups[key]), tasks) for key in ranked
    )


def _groups(tasks: tuple[TaskCuts, ...]) -> Collection[_Group]:
    """Chains with a share, grouped by cut sets: those of one distinct chain are one object."""
    groups_by_number: dict[int, _Group] = {}
    for position, task in enumerate(tasks):
        for chain, cuts in zip(task.task.chains, task.chains, strict=True):
            if chain.share > 0:
                group = groups_by_number.setdefault(id(cuts), _Group(cuts))
                group.value += chain.share * task.task.value_per_hour
                group.chains.append((position, chain.share))
    return groups_by_number.values()


def _shares(groups: Iterable[_Group]) -> dict[int, float]:
    """Share of the requests that is lost, by position of the task class."""
    shares: defaultdict[int, float] = defaultdict(float)
    for group in groups:
        for position, share in group.chains:
            shares[position] += share
    return shares


def _point(
    key: Key, value: float, loss: float, shares: dict[int, float], tasks: tuple[TaskCuts, ...]
) -> SinglePoint:
    lost = (
        (-share * tasks[position].task.value_per_hour, position)
        for position, share in shares.items()
    )
    hits = tuple(
        Hit(tasks[position].task.name, shares[position], -least)
        for least, position in nsmallest(MOST_HITS, lost)
    )
    return SinglePoint(
        members=key[0],
        uncovered=key[1],
        value_per_hour=value,
        loss_per_year=loss,
        task_classes=len(shares),
        hits=hits,
    )
