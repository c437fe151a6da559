"""What each fallback would have to carry when one entity is lost, over all task classes at once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts, entities_of
from multillm_gov.dimensions import UNKNOWN, Level
from multillm_gov.measures.capacity import MINUTES_PER_MONTH, mean_tokens
from multillm_gov.measures.failover import Deployment, Failover, deployment, loss
from multillm_gov.measures.figures import FallbackFigures, TaskFigures


class Inherited(Struct, frozen=True, kw_only=True):
    """The mean load of one fallback in the month of the loss that burdens it most."""

    model: str
    facts: ModelFacts
    level: Level
    entity: str
    """What is lost."""
    requests_per_minute: Decimal
    """Its own and the inherited ones."""
    tokens_per_minute: Decimal
    heirs: tuple[tuple[TaskFigures, int], ...]
    """Task classes that then send it requests, most first, each with its fallback position."""

    @property
    def task_classes(self) -> frozenset[str]:
        """Names of the heirs."""
        return frozenset(task.task.name for task, _ in self.heirs)


class _Load:
    """What one loss adds to one deployment."""

    def __init__(self) -> None:
        self.requests = self.tokens = Decimal(0)
        self.heirs: dict[str, tuple[Decimal, TaskFigures, FallbackFigures]] = {}

    def add(
        self, task: TaskFigures, fallback: FallbackFigures, requests: Decimal, tokens: Decimal
    ) -> None:
        self.requests += requests
        self.tokens += tokens
        before = self.heirs[task.task.name][0] if task.task.name in self.heirs else Decimal(0)
        self.heirs[task.task.name] = (before + requests, task, fallback)


def inherited_loads(
    tasks: Sequence[TaskFigures], failover: Failover, level: Level
) -> Iterator[Inherited]:
    """Per fallback deployment the worst single loss at a level, ordered by name; linear.

    A lost routed model's requests go to the first fallback that answers and is not known to depend
    on the same entity. Entities that are not known are never lost.
    """
    routine, added = _loads(tasks, failover, level)
    worst: dict[Deployment, tuple[str, _Load]] = {}
    for (entity, key), load in sorted(added.items(), key=lambda item: item[0][0]):
        if (
            key not in worst
            or load.tokens + load.requests > worst[key][1].tokens + worst[key][1].requests
        ):
            worst[key] = (entity, load)
    found = []
    for key, (entity, load) in worst.items():
        heirs = sorted(load.heirs.values(), key=lambda heir: (-heir[0], heir[1].task.name))
        fallback = next((heir for _, _, heir in heirs if _is_limited(heir.facts)), heirs[0][2])
        if fallback.facts is None:
            continue
        requests, tokens = routine.get(key, (Decimal(0), Decimal(0)))
        found.append(
            Inherited(
                model=fallback.model,
                facts=fallback.facts,
                level=level,
                entity=entity,
                requests_per_minute=(requests + load.requests) / MINUTES_PER_MONTH,
                tokens_per_minute=(tokens + load.tokens) / MINUTES_PER_MONTH,
                heirs=tuple((task, heir.index) for _, task, heir in heirs),
            )
        )
    yield from sorted(found, key=lambda one: one.model)


def _is_limited(facts: ModelFacts | None) -> bool:
    """Of several spellings of one deployment, the one whose limits are known counts."""
    return facts is not None and not (
        facts.requests_per_minute is None and facts.tokens_per_minute is None
    )


def _loads(
    tasks: Sequence[TaskFigures], failover: Failover, level: Level
) -> tuple[dict[Deployment, tuple[Decimal, Decimal]], dict[tuple[str, Deployment], _Load]]:
    """Monthly requests and tokens: routine ones, and those added by each lost entity."""
    routine: dict[Deployment, tuple[Decimal, Decimal]] = {}
    added: defaultdict[tuple[str, Deployment], _Load] = defaultdict(_Load)
    for task in tasks:
        demand = task.task.declared.demand
        if demand is None or not task.requests_per_month:
            continue
        size = mean_tokens(demand)
        usable = failover.usable(task)
        for leg in task.legs:
            key, requests = deployment(leg.model, leg.facts), leg.requests_per_month
            before = routine.get(key, (Decimal(0), Decimal(0)))
            routine[key] = (before[0] + requests, before[1] + requests * size)
        entities = {entity for leg in task.legs for entity in entities_of(leg.facts, level)}
        for entity in sorted(entities - {UNKNOWN}):
            for each in loss(task, usable, level, entity):
                heir, requests = each.possible, each.leg.requests_per_month
                if each.hit and heir is not None:
                    added[entity, deployment(heir.model, heir.facts)].add(
                        task, heir, requests, requests * size
                    )
    return routine, added
