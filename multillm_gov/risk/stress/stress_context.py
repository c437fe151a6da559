"""What a stress test runs against: a portfolio's system and figures, ready for any shocks."""

from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.evidence.loading import Evidence, Probes
from multillm_gov.evidence.record import EvidenceRecord
from multillm_gov.measures.cost.demand import Pricing
from multillm_gov.measures.figures import PortfolioFigures, TaskFigures
from multillm_gov.portfolio.settings import Settings
from multillm_gov.risk.system.system import System

Label = tuple[str, str]
"""Level and entity, such as ``("vendor", "openai")``: what a shock targets at."""
_MINUTES_PER_HOUR = 60


class StressedHop(Struct, frozen=True, kw_only=True, eq=False):
    """One model in a chain with what a shock can change, in the portfolio's currency."""

    model: str
    labels: frozenset[Label]
    """Everything it depends on."""
    retired: bool
    """It never answers, shock or not."""
    deployment: int
    """Index of its deployment in the system: one limit applies to all task classes that call it."""
    requests_per_minute: Decimal | None
    tokens_per_minute: Decimal | None
    facts: ModelFacts | None
    cost_per_request: Decimal | None
    """``None``: not known."""
    vendor: str
    evidence: tuple[EvidenceRecord, ...] = ()
    """Internal results up to the day, newest first."""


class StressedChain(Struct, frozen=True, kw_only=True):
    """One routed model and its fallbacks."""

    share: Decimal
    """Share of the task class's requests (0..1)."""
    hops: tuple[StressedHop, ...]


class ModelFixedCost(Struct, frozen=True, kw_only=True):
    """What a model costs a month whether it is called or not."""

    labels: frozenset[Label]
    vendor: str
    per_month: Decimal


class StressedTask(Struct, frozen=True, kw_only=True):
    """One task class."""

    name: str
    figures: TaskFigures
    chains: tuple[StressedChain, ...]
    coverage: Decimal
    """Probability that a failover works (0..1)."""
    value_per_hour: Decimal
    requests_per_hour: Decimal
    tokens_per_request: Decimal
    fixed: tuple[ModelFixedCost, ...]
    everyday_spend: tuple[tuple[str, Decimal], ...]
    """Vendors and what each is paid a month without any shock, as far as prices are known."""

    @property
    def requests_per_minute(self) -> Decimal:
        """Mean over the month."""
        return self.requests_per_hour / _MINUTES_PER_HOUR


class NamedSuccessor(Struct, frozen=True):
    """The model that the catalog names to move to, and what is known of it."""

    name: str
    facts: ModelFacts | None


class RateLimits(Struct, frozen=True):
    """Most that a deployment takes in a minute, as declared; ``None``: not declared."""

    requests: Decimal | None = None
    tokens: Decimal | None = None


class StressContext(Struct, frozen=True, kw_only=True):
    """A portfolio ready to be stressed; made by `stress_context` in `preparing`."""

    system: System
    figures: PortfolioFigures
    settings: Settings
    overrides: Overrides
    catalog: Catalog
    as_of: date
    tasks: tuple[StressedTask, ...]
    """In the system's order."""
    by_name: dict[str, StressedTask]
    successors: dict[str, NamedSuccessor]
    """By model as routed, where a successor is named."""
    limits: dict[int, RateLimits]
    """By deployment, where one is declared: the least of its spellings."""
    everyday_load: dict[int, Decimal]
    """By deployment: requests a minute on a usual day, mean; of one that nothing is routed to, what
    it is first in line to take over."""
    users: dict[Label, tuple[int, ...]]
    """By label: positions of the task classes that have it themselves or on one of their hops."""
    on_limits: tuple[int, ...]
    """Positions of the task classes that may call a deployment with a declared limit."""
    evidence: Evidence
    probes: Probes
    memo: dict[str, Any]
    """What stresses of the same portfolio have in common, kept from one to the next."""

    @property
    def pricing(self) -> Pricing:
        """Prices in the portfolio's currency."""
        return self.figures.pricing


def is_qualified(task_class: str, model: str, context: StressContext) -> bool:
    """Whether the successor of ``model`` has passed in a task class.

    The newest internal result must reach the quality floor, or where there is no floor or no result
    the newest probe must have passed. Evidence after the day counts for nothing.
    """
    if model not in context.successors:
        return False
    successor = context.successors[model].name
    quality = context.by_name[task_class].figures.task.declared.quality
    newest = next(
        (
            placed.record
            for placed in context.evidence.get((task_class, successor), ())
            if placed.record.origin == "internal" and placed.record.date <= context.as_of
        ),
        None,
    )
    if newest is not None and quality is not None:
        return newest.score >= quality.floor
    probes = context.probes.get((task_class, successor), ())
    probe = next((placed.probe for placed in probes if placed.probe.date <= context.as_of), None)
    return newest is not None or (probe is not None and probe.verdict == "pass")
