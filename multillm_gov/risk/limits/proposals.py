"""What could be done about limits that do not hold: moves of routes and fallbacks, with effects.

Each move is measured on the portfolio as it would be: its forecast, every limit of the appetite and
the exact expected loss. A move goes only to a model that is known, alive on the day, fit for the
task class and priced; it is a candidate that must be evaluated, never a verdict on its quality.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.measures.portfolio_figures import measure
from multillm_gov.portfolio.allocation import RouteEntry, TaskClassDeclaration
from multillm_gov.register import Effect, LimitRecord
from multillm_gov.risk.availability.availability import expected_loss_per_year
from multillm_gov.risk.limits.appetite import appetite_limits
from multillm_gov.risk.limits.candidates import Candidates, Swap, Trials
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.stress.stress_context_builder import stress_context
from multillm_gov.state.state import State

Kind = Literal["successor", "promote", "spread", "add fallback", "cheaper"]
MOST_TASKS = 5
"""Task classes that one move changes: a board decides on the largest."""
MEASURED_TASKS = 1_000
"""Task classes up to which moves are measured; beyond them an option has no figures."""


class ProposedMove(Struct, frozen=True, kw_only=True):
    """A change of several task classes, and what it does; ``None``: not measured."""

    kind: Kind
    swaps: tuple[Swap, ...]
    remaining: int
    """Task classes in the same situation for which no candidate shows."""
    cost_per_month: Decimal | None = None
    expected_loss: float | None = None
    effects: tuple[Effect, ...] = ()

    @property
    def settled(self) -> frozenset[str]:
        """Ids of limits that hold after it."""
        return frozenset(
            effect.limit for effect in self.effects if effect.judgment in {"within", "warning"}
        )


Proposals = Mapping[str, tuple[ProposedMove, ...]]
"""Moves by cause: ``retired-models``, ``concentration``, ``fallbacks``, ``spend``."""


_SHARES = frozenset(
    {
        "largest-vendor-of-spend",
        "largest-vendor-of-value",
        "effective-vendors",
        "effective-clouds",
        "price-shock",
    }
)


def propose(risk: PortfolioRisk) -> Proposals:
    """Moves for every cause of which a limit is outside."""
    candidates, trial = Candidates(risk), _Trial(risk)
    outside = {record.id for record in trial.before.values() if record.judgment == "outside"}
    moves_by_name: dict[str, tuple[ProposedMove, ...]] = {}
    if outside & {"retired-models", "retirement-slack"}:
        moves_by_name["retired-models"] = trial.moves(
            ("successor", candidates.successors()), ("promote", candidates.promotions())
        )
    if outside & _SHARES:
        moves_by_name["concentration"] = trial.least_outside(candidates.spreads())
    if candidates.lacking:
        moves_by_name["fallbacks"] = trial.moves(("add fallback", candidates.more_fallbacks()))
    if "forecast-spend" in outside or any(b.what == "monthly cap" for b in risk.already_broken):
        moves_by_name["spend"] = trial.moves(("cheaper", candidates.cheaper()))
    return moves_by_name


class _Trial:
    """Measures the portfolio as it would be after a move."""

    def __init__(self, risk: PortfolioRisk) -> None:
        self.risk = risk
        self.state = risk.state
        self.before = {
            appetite_limit.id: appetite_limit for appetite_limit in appetite_limits(risk.state)
        }

    def moves(self, *kinds: tuple[Kind, Trials]) -> tuple[ProposedMove, ...]:
        """The moves that change anything, each different from the ones before."""
        proposed_moves: list[ProposedMove] = []
        for kind, trials in kinds:
            swaps = tuple(swap for _, swap in trials if swap is not None)[:MOST_TASKS]
            if swaps and all(swaps != move.swaps for move in proposed_moves):
                proposed_moves.append(self.measured(kind, swaps, len(trials) - len(swaps)))
        return tuple(proposed_moves)

    def least_outside(self, trials: Trials) -> tuple[ProposedMove, ...]:
        """The shortest move after which the fewest limits on shares are outside."""
        swaps = [swap for _, swap in trials if swap is not None][:MOST_TASKS]
        moves = [
            self.measured("spread", tuple(swaps[:count]), 0) for count in range(1, len(swaps) + 1)
        ]
        return tuple(sorted(moves, key=lambda move: (self._outside(move), len(move.swaps)))[:1])

    def _outside(self, move: ProposedMove) -> int:
        after = {effect.limit: effect.judgment for effect in move.effects}
        return sum(
            after.get(name, record.judgment) == "outside"
            for name, record in self.before.items()
            if name in _SHARES
        )

    def measured(self, kind: Kind, swaps: tuple[Swap, ...], remaining: int) -> ProposedMove:
        """The move with its effects on forecast, limits and expected loss."""
        move = ProposedMove(kind=kind, swaps=swaps, remaining=remaining)
        if len(self.state.figures.tasks) > MEASURED_TASKS:
            return move
        state = _changed(self.state, move)
        known = not state.figures.unpriced and not self.state.figures.unpriced
        added = state.figures.spend_per_month - self.state.figures.spend_per_month
        loss = expected_loss_per_year(stress_context(state).system)
        return replace(
            move,
            cost_per_month=added if known else None,
            expected_loss=loss - self.risk.expected_loss,
            effects=tuple(_effects(self.before, appetite_limits(state))),
        )


def _changed(state: State, move: ProposedMove) -> State:
    swaps = {swap.task: swap for swap in move.swaps}
    tasks = tuple(
        replace(task, declared=_with(task.declared, swaps[task.name], move.kind))
        if task.name in swaps
        else task
        for task in state.portfolio.task_classes
    )
    portfolio = replace(state.portfolio, task_classes=tasks)
    return replace(
        state, portfolio=portfolio, figures=measure(portfolio, state.catalog, state.figures)
    )


def _with(declared: TaskClassDeclaration, swap: Swap, kind: Kind) -> TaskClassDeclaration:
    if kind == "add fallback":
        return replace(declared, fallbacks=(*declared.fallbacks, swap.model))
    route = tuple(
        replace(entry, model=swap.model) if entry.model == swap.former else entry
        for entry in declared.route
    )
    if len({entry.model for entry in route}) < len(route):
        route = (RouteEntry(model=swap.model),)
    rest = tuple(fallback for fallback in declared.fallbacks if fallback != swap.model)
    former = (swap.former,) if kind in {"spread", "cheaper"} else ()
    return replace(declared, route=route, fallbacks=(*rest, *former))


def _effects(before: Mapping[str, LimitRecord], after: tuple[LimitRecord, ...]) -> Iterator[Effect]:
    for record in after:
        was = before[record.id]
        if (was.value, was.judgment) != (record.value, record.judgment):
            yield Effect(
                limit=record.id, before=was.value, after=record.value, judgment=record.judgment
            )
