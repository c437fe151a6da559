"""How concentrated a portfolio is once one entity has failed and the fallbacks carry on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts, entities_of
from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.measures.capacity import MINUTES_PER_MONTH, mean_tokens
from multillm_gov.measures.concentration import at_level
from multillm_gov.measures.failover import Deployment, Failover, depends_on, deployment, loss
from multillm_gov.measures.figures import Concentration, FallbackFigures, LegFigures, TaskFigures

_ZERO = Decimal(0)


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
    inheriteds = []
    for key, (entity, load) in worst.items():
        heirs = sorted(load.heirs.values(), key=lambda heir: (-heir[0], heir[1].task.name))
        fallback = next((heir for _, _, heir in heirs if _is_limited(heir.facts)), heirs[0][2])
        if fallback.facts is None:
            continue
        requests, tokens = routine.get(key, (Decimal(0), Decimal(0)))
        inheriteds.append(
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
    yield from sorted(inheriteds, key=lambda inherited: inherited.model)


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
        for entry in task.legs:
            key, requests = deployment(entry.model, entry.facts), entry.requests_per_month
            before = routine.get(key, (Decimal(0), Decimal(0)))
            routine[key] = (before[0] + requests, before[1] + requests * size)
        entities = {entity for entry in task.legs for entity in entities_of(entry.facts, level)}
        for entity in sorted(entities - {UNKNOWN}):
            for each in loss(task, usable, level, entity):
                heir, requests = each.possible, each.leg.requests_per_month
                if each.hit and heir is not None:
                    added[entity, deployment(heir.model, heir.facts)].add(
                        task, heir, requests, requests * size
                    )
    return routine, added


class AfterLoss(Struct, frozen=True, kw_only=True):
    """What is left when one entity is down."""

    failed: str
    lost: Decimal
    """What it carried, in the basis's unit per month."""
    stopped: Decimal
    """The part of it that no fallback takes over."""
    total: Decimal
    """What all carried before."""
    after: Concentration
    """Over the entities that answer then; what is stopped is in nobody's share."""
    doubtful: Decimal
    """What stops as well if every route entry whose place is not known is on what failed."""
    unpriced: tuple[str, ...]
    """Names of task classes whose takers have no known cost: by spend nothing is judged."""

    @property
    def stopped_share(self) -> float:
        """Part of all that was carried before (0..1) which stops; 0 where nothing was carried."""
        return float(self.stopped / self.total) if self.total else 0.0

    @property
    def worst_stopped_share(self) -> float:
        """The same at the worse end of what is not known."""
        return float((self.stopped + self.doubtful) / self.total) if self.total else 0.0


def after_loss(
    tasks: Iterable[TaskFigures], failover: Failover, level: Level, basis: Basis, failed: str
) -> AfterLoss:
    """Concentration once ``failed`` is down and the usable fallbacks carry its requests.

    With ``w`` the weight of a route entry, another entity carries the sum of ``w`` over the route
    entries on it and the sum of ``w'`` over the route entries on ``failed`` whose first usable
    fallback known to be elsewhere is on it. By requests and value ``w'`` is ``w``, by spend the
    route entry's requests at the fallback's price. A route entry whose place is not known stays, in
    the one entity ``unknown``. Fixed costs of what failed are left out, standby costs of what
    survives are in; without a known price nothing weighs on the spend basis. Linear in route
    entries and fallbacks.
    """
    left: list[tuple[ModelFacts | None, Decimal]] = []
    lost = stopped = doubtful = total = _ZERO
    unpriced: dict[str, None] = {}
    for task in tasks:
        for each in loss(task, failover.usable(task), level, failed):
            weight = _carried(task, each.leg, basis)
            total += weight
            if not each.hit:
                left.append((each.leg.facts, weight))
                if each.hit is None and each.taker is None:
                    doubtful += weight
                continue
            lost += weight
            if each.taker is None:
                stopped += weight
            else:
                if basis is Basis.SPEND and each.taker.cost_per_request is None:
                    unpriced[task.task.name] = None
                taken = _taken_over(each.leg, each.taker, weight, basis)
                left.append((each.taker.facts, taken))
        if basis is Basis.SPEND:
            for fallback in task.fallbacks:
                total += fallback.standby_per_month
                if not depends_on(fallback.facts, level, failed):
                    left.append((fallback.facts, fallback.standby_per_month))
    after = at_level(tuple(left), level, basis)
    return AfterLoss(
        failed=failed,
        lost=lost,
        stopped=stopped,
        total=total,
        after=after,
        doubtful=doubtful,
        unpriced=tuple(unpriced),
    )


def _carried(task: TaskFigures, entry: LegFigures, basis: Basis) -> Decimal:
    if basis is Basis.REQUESTS:
        return entry.requests_per_month
    if basis is Basis.VALUE_AT_STAKE:
        return task.value_at_stake_per_month * entry.share
    return entry.spend_per_month or _ZERO


def _taken_over(
    entry: LegFigures, taker: FallbackFigures, weight: Decimal, basis: Basis
) -> Decimal:
    if basis is not Basis.SPEND:
        return weight
    return entry.requests_per_month * (taker.cost_per_request or _ZERO)
