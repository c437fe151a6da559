"""What optimizing a state gives: the answer, its moves, and the portfolio with them, judged."""

from msgspec import Struct

from multillm_gov.documents.document import SourceFile
from multillm_gov.finding import Finding
from multillm_gov.optimization.conflicts import Conflict
from multillm_gov.optimization.declared import Refusal
from multillm_gov.optimization.problem import (
    Problem,
    Solution,
)
from multillm_gov.optimization.problem_inputs import Inputs
from multillm_gov.optimization.proposal import RouteMove
from multillm_gov.reporting.optimization.result import StressEffect
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.rules.engine.assessment import Assessment


class ProposalError(Exception):
    """A proposal that its own proof refuses: a defect, never a finding (exit 70)."""


class Objection(Struct, frozen=True, kw_only=True):
    """What the proof has against a proposal, and the task class to leave as it is."""

    task: str
    rule: str
    """Id of the rule; ``stress``: a limit breaks without any shock."""
    message: str


class Blocked(Struct, frozen=True, kw_only=True):
    """A task class for which no route keeps every limit of its own."""

    task: str
    conflict: Conflict


class Preparation(Struct, frozen=True, kw_only=True):
    """One state, ready to be optimized."""

    assessment: Assessment
    inputs: Inputs
    refusals: tuple[Refusal, ...]


class Optimum(Struct, frozen=True, kw_only=True):
    """What optimizing one state gave."""

    prepared: Preparation
    problem: Problem
    today: float
    """Everything counted, a month, as it runs now."""
    solution: Solution | None
    """``None``: no allocation keeps every limit."""
    moves: tuple[RouteMove, ...] = ()
    proposal: Assessment | None = None
    """The portfolio with the moves, judged; ``None`` where nothing moves."""
    files: tuple[SourceFile, ...] = ()
    """The files that change."""
    stressed_today: PortfolioRisk | None = None
    """The scenario book over today's portfolio; ``None``: nothing moves."""
    stress: StressEffect | None = None
    """The scenario book over the proposal, compared with today."""
    afterwards: tuple[Finding, ...] = ()
    """Steps that the change itself requires."""
    conflicts: tuple[Conflict, ...] = ()
    """Of the limits of the whole portfolio, where they leave no allocation."""
    blocked: tuple[Blocked, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()
    """Task classes left as they are since the finished proposal would break a rule: name, why."""
