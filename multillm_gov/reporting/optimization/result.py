"""What ``govern optimize`` found, for its report and for ``--data``."""

from decimal import Decimal

from msgspec import Struct

from multillm_gov.finding import Finding
from multillm_gov.optimization.conflicts import Conflict
from multillm_gov.optimization.frontier import Frontier
from multillm_gov.optimization.leverage import Leverage
from multillm_gov.optimization.options import Held
from multillm_gov.optimization.plan import Measurement
from multillm_gov.optimization.policy_prices import PolicyPrice
from multillm_gov.optimization.proposal import RouteMove
from multillm_gov.rules.engine.assessment import Assessment


class LimitShift(Struct, frozen=True, kw_only=True):
    """One limit, before and after."""

    limit: str
    """Policy and key."""
    required: str
    before: str
    after: str


class ScenarioEffect(Struct, frozen=True, kw_only=True):
    """One scenario of the book: its worst case today and with the proposal."""

    name: str
    before: Decimal | None
    """Value at risk and added cost; ``None``: the portfolio has nothing that it hits."""
    after: Decimal | None
    is_known: bool
    """Whether all of the added cost is known on both sides; else the amounts are lower bounds."""
    newly_broken: tuple[str, ...]
    """Limits that break in some case of it with the proposal, and in none today."""


class StressEffect(Struct, frozen=True, kw_only=True):
    """The scenario book over a proposal."""

    scenarios: tuple[ScenarioEffect, ...]
    not_run: int
    """Further scenarios, which would have taken too long."""


class StageResult(Struct, frozen=True, kw_only=True):
    """One pull request of the plan."""

    name: str
    """``best single move``, ``best three``, ``whole``."""
    moves: tuple[RouteMove, ...]
    saving: Decimal
    """A month, with what moving costs spread and lost cache hits counted."""
    spend_saving: Decimal
    """Of it, on the bill for consumption."""
    cash_saving: Decimal
    """Of that, cash: consumption under a minimum that is still owed saves none."""
    measurements: tuple[Measurement, ...]
    rollback: tuple[str, ...]
    effects: tuple[LimitShift, ...]
    afterwards: tuple[Finding, ...]
    """Steps that the change itself requires: probes, drills, approvals."""
    stress: StressEffect


class PriceResult(Struct, frozen=True, kw_only=True):
    """One binding limit with what it avoids."""

    price: PolicyPrice
    line: str
    """``policies/limits.yaml:5``."""
    loss_avoided: Decimal | None
    """Expected outage loss a month that the limit avoids; negative: it adds some."""
    shock_avoided: Decimal | None
    """What a price rise of 35% at the largest vendor adds less, a month."""


class ConflictResult(Struct, frozen=True, kw_only=True):
    """Policies that cannot all hold."""

    task: str
    """The task class; empty: the portfolio as a whole."""
    conflict: Conflict
    lines: tuple[str, ...]
    """Where each policy is written."""


class SolverFacts(Struct, frozen=True, kw_only=True):
    """How the answer was found."""

    status: str
    gap: float
    seconds: float
    task_classes: int
    options: int


class OptimizationResult(Struct, frozen=True, kw_only=True):
    """Everything that is reported."""

    state: Assessment
    currency: str
    today: Decimal
    """Everything counted, a month, as it runs now."""
    cost: Decimal | None
    """The same of the proposal; ``None``: no allocation keeps every limit."""
    extras: tuple[tuple[str, Decimal], ...]
    """What of the proposal's cost is not spend: moves, lost cache hits, minimums."""
    stages: tuple[StageResult, ...]
    held: tuple[Held, ...]
    conflicts: tuple[ConflictResult, ...]
    dropped: tuple[tuple[str, str], ...]
    prices: tuple[PriceResult, ...]
    frontiers: tuple[Frontier, ...]
    leverages: tuple[Leverage, ...]
    losses: tuple[Decimal, Decimal] | None
    """Expected outage loss a month, today and with the proposal."""
    assumptions: tuple[str, ...]
    judged_afterwards: tuple[str, ...]
    public: tuple[str, ...]
    """Models of the proposal whose quality rests on public results."""
    solver: SolverFacts | None
