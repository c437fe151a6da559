"""Who takes over when something fails: usable fallbacks and walks down chains (method 3.3).

Every rule, stress and report reads it here, so that all give one answer: a fallback is *usable* on
a day if the catalog knows it, it is not retired, it can do what the task class needs, the chain has
not tried its deployment before, and the newest drill of the chain did not fail.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, TypeVar

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts, entities_of
from multillm_gov.dimensions import IN_HOUSE, UNKNOWN, Level
from multillm_gov.evidence.drill_record import DrillRecord
from multillm_gov.evidence.loading import Drills
from multillm_gov.measures.figures import FallbackFigures, LegFigures, TaskFigures
from multillm_gov.measures.requirements import Fitness, requirement
from multillm_gov.portfolio.allocation import TaskClassDeclaration

DRILL_DAYS = 180
"""Days for which a drill that survived proves the failover."""
Deployment = tuple[str, str, tuple[str, ...]]
"""Model, provider and regions: what fails, and is limited, as one."""
Obstacle = Literal["not known", "retired", "repeated", "unable", "failed drill"]
"""Why a declared fallback would not take over."""
_ZERO = Decimal(0)


def deployment(name: str, facts: ModelFacts | None) -> Deployment:
    """What a routed name stands for: two spellings of one model at one place are one deployment."""
    if facts is None or UNKNOWN in (facts.exposure.model, facts.exposure.provider):
        return name, UNKNOWN, ()
    return facts.deployment or facts.exposure.model, facts.exposure.provider, facts.regions


class Failover:
    """The usable fallbacks of task classes on a day; each task class is judged once."""

    def __init__(self, as_of: date, drills: Drills) -> None:
        self._as_of = as_of
        self._drills = drills
        self._fitness = Fitness()
        self._judged: dict[int, tuple[TaskFigures, tuple[Obstacle | None, ...]]] = {}

    def obstacles(self, task: TaskFigures) -> tuple[Obstacle | None, ...]:
        """By declared fallback: why it would not take over; ``None``: it is usable."""
        known = self._judged.get(id(task))
        if known is None:
            known = self._judged[id(task)] = task, tuple(self._judge(task))
        return known[1]

    def usable(self, task: TaskFigures) -> tuple[FallbackFigures, ...]:
        """The fallbacks that would take over, in order."""
        if not task.fallbacks:
            return ()
        pairs = zip(task.fallbacks, self.obstacles(task), strict=True)
        return tuple(fallback for fallback, obstacle in pairs if obstacle is None)

    def newest_drill(self, task: TaskFigures) -> DrillRecord | None:
        """The newest drill up to the day, of whatever chain."""
        drills = self._drills.get(task.task.name, ())
        return next((placed.drill for placed in drills if placed.drill.date <= self._as_of), None)

    def is_proved(self, task: TaskFigures) -> bool:
        """Whether the newest drill was of this chain, survived, and is not too old."""
        drill = self.newest_drill(task)
        return (
            drill is not None
            and drill.result == "survives"
            and is_of(drill, task.task.declared)
            and (self._as_of - drill.date).days <= DRILL_DAYS
        )

    def is_failed(self, task: TaskFigures) -> bool:
        """Whether the newest drill was of this chain and failed."""
        drill = self.newest_drill(task)
        return drill is not None and drill.result == "fails" and is_of(drill, task.task.declared)

    def _judge(self, task: TaskFigures) -> Iterator[Obstacle | None]:
        failed = self.is_failed(task)
        tried = (
            {deployment(leg.model, leg.facts) for leg in task.legs}
            if len(task.legs) == 1
            else set()
        )
        facts_of = [fallback.facts for fallback in task.fallbacks]
        lacking = self._fitness.lacks(requirement(task.task.declared), facts_of)
        for fallback, lacks in zip(task.fallbacks, lacking, strict=True):
            key = deployment(fallback.model, fallback.facts)
            if fallback.facts is None:
                yield "not known"
            elif fallback.facts.retired_on(self._as_of):
                yield "retired"
            elif lacks is not None and lacks.proved:
                yield "unable"
            elif key in tried:
                yield "repeated"
            else:
                yield "failed drill" if failed else None
                tried.add(key)


def is_of(drill: DrillRecord, task: TaskClassDeclaration) -> bool:
    """Whether a drill is of the chain declared now; one that names no chain is taken to be."""
    if not drill.chain:
        return True
    routed = {leg.model for leg in task.route}
    return drill.chain[0] in routed and drill.chain[1:] == task.fallbacks


class Walk:
    """The requests of one chain on their way down its hops."""

    __slots__ = ("answered", "left", "requests")

    def __init__(self, requests: Decimal, hops: int) -> None:
        self.requests = self.left = requests
        self.answered = [_ZERO] * hops

    def answer(self, position: int, part: Decimal) -> None:
        """The hop at a position answers a part (0..1) of what reaches it; the rest goes on."""
        self.answered[position] = served = self.left * part
        self.left -= served


W = TypeVar("W", bound=Walk)


def walk_down(walks: Sequence[W], serve: Callable[[int, list[W]], None]) -> None:
    """Let all chains' requests go down, hop by hop.

    First what is routed is served everywhere, then what reaches the first fallbacks, and so on: a
    fallback takes over only what its limit leaves beyond its own demand. ``serve`` gets a position
    and the walks that reach it with requests, and calls `Walk.answer` for each that has an answer.
    What is left of a walk at the end is lost.
    """
    for position in range(max((len(walk.answered) for walk in walks), default=0)):
        serve(position, [walk for walk in walks if walk.left and position < len(walk.answered)])


class LegLoss(Struct, frozen=True):
    """What becomes of one route entry's requests while an entity is down."""

    leg: LegFigures
    hit: bool | None
    """Whether the routed model depends on the entity; ``None``: not known."""
    taker: FallbackFigures | None
    """The first usable fallback that is known not to depend on it."""
    possible: FallbackFigures | None
    """The first usable fallback that is not known to depend on it."""


def depends_on(facts: ModelFacts | None, level: Level, entity: str) -> bool | None:
    """Whether a model goes down with an entity; ``None``: not known."""
    entities = entities_of(facts, level)
    if entity in entities:
        return True
    return None if UNKNOWN in entities else False


def loss(
    task: TaskFigures, usable: Sequence[FallbackFigures], level: Level, entity: str
) -> tuple[LegLoss, ...]:
    """By route entry: who takes over while an entity is down; never another route entry."""
    exposed = [(fallback, depends_on(fallback.facts, level, entity)) for fallback in usable]
    taker = next((fallback for fallback, hit in exposed if hit is False), None)
    possible = next((fallback for fallback, hit in exposed if not hit), None)
    return tuple(
        LegLoss(leg, depends_on(leg.facts, level, entity), taker, possible) for leg in task.legs
    )


class Loss(Struct, frozen=True, kw_only=True):
    """What losing an entity means for task classes with their usable fallbacks, per month."""

    exposed: Decimal
    """Value at stake whose model is lost."""
    stopped: Decimal
    """Of it, what no fallback takes over."""
    unvalued: int
    """Task classes without a declared value that stop, in whole or in part."""
    requests: Decimal
    """Requests, of all task classes with a demand, whose model is lost."""
    stopped_requests: Decimal
    """Of them, those that no fallback takes over."""
    uncounted: int
    """Task classes without a demand that stop, in whole or in part."""


def value_lost(
    chains: Iterable[tuple[TaskFigures, Sequence[FallbackFigures]]], level: Level, entity: str
) -> Loss:
    """What losing an entity means; value and requests are summed over the task classes."""
    exposed = stopped = requests = stopped_requests = Decimal(0)
    unvalued = uncounted = 0
    for task, usable in chains:
        found = loss(task, usable, level, entity)
        hit = [each.leg.share for each in found if each.hit]
        lost = [each.leg.share for each in found if each.hit and each.taker is None]
        value, volume = task.value_at_stake_per_month, task.requests_per_month
        exposed += value * sum(hit, Decimal(0))
        stopped += value * sum(lost, Decimal(0))
        requests += volume * sum(hit, Decimal(0))
        stopped_requests += volume * sum(lost, Decimal(0))
        unvalued += bool(lost) and not value
        uncounted += bool(lost) and task.task.demand is None
    return Loss(
        exposed=exposed,
        stopped=stopped,
        unvalued=unvalued,
        requests=requests,
        stopped_requests=stopped_requests,
        uncounted=uncounted,
    )


class Cut(Struct, frozen=True, kw_only=True):
    """An entity whose loss alone stops requests of a task class: a cut of size one."""

    level: Level
    entity: str
    share: Decimal
    """Share of the requests lost (0..1)."""
    proved: bool
    """``False``: some model of the chain is not known to depend on another entity."""


def cuts(task: TaskFigures, level: Level, usable: Sequence[FallbackFigures]) -> Iterator[Cut]:
    """Every cut of size one at a level, in order of the route."""
    behind = {entity for part in usable for entity in entities_of(part.facts, level)} - {UNKNOWN}
    shares: dict[tuple[str, bool], Decimal] = {}
    for leg in task.legs:
        routed = entities_of(leg.facts, level)
        named = routed - {UNKNOWN}
        if UNKNOWN in routed:
            named = (named | behind) or routed
        for entity in sorted(named - {IN_HOUSE} if level is Level.JURISDICTION else named):
            hits = [depends_on(fallback.facts, level, entity) for fallback in usable]
            if entity != UNKNOWN and False in hits:
                continue
            proved = not usable or (entity != UNKNOWN and entity in routed and all(hits))
            shares[entity, proved] = shares.get((entity, proved), _ZERO) + leg.share
    for (entity, proved), share in shares.items():
        if share:
            yield Cut(level=level, entity=entity, share=share, proved=proved)
