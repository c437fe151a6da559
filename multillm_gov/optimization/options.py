"""The options of a portfolio: which task classes are open to change, with which models."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from multillm_gov.measures.figures import TaskFigures
from multillm_gov.optimization.candidates import Candidate, candidates_of, proved_today
from multillm_gov.optimization.problem import Floats, Integers
from multillm_gov.state.state import State


class Option(Struct, frozen=True, kw_only=True):
    """One candidate of one task class."""

    task: TaskFigures
    candidate: Candidate


class Held(Struct, frozen=True, kw_only=True):
    """A task class that keeps its route, and why."""

    task: str
    reason: str


class OptionSet(Struct, frozen=True, kw_only=True):
    """All options, by name of task class and then of model."""

    tasks: tuple[TaskFigures, ...]
    options: tuple[Option, ...]
    task_of: Integers
    floors: tuple[float | None, ...]
    """By task class: proved quality required; ``None``: no floor, and today's is not measured."""
    held: tuple[Held, ...]

    @property
    def shares_today(self) -> Floats:
        """By option."""
        return np.array([option.candidate.share_today for option in self.options])

    @property
    def requests(self) -> Floats:
        """By option: requests a month of its task class."""
        return np.array([float(option.task.requests_per_month) for option in self.options])

    @property
    def costs(self) -> Floats:
        """By option: tokens a month, should it take all; 0 where not known (held classes)."""
        unit = [option.candidate.cost_per_request or 0.0 for option in self.options]
        return np.array(unit) * self.requests

    @property
    def spend_weights(self) -> Floats:
        """By option: what it weighs in shares of spend, should it take all.

        Of a held task class that is the spend of its route, hosting included, which stays as it is.
        """
        held = {each.task for each in self.held}
        hosting = [
            sum(
                float(entry.fixed_per_month) / option.candidate.share_today
                for entry in option.task.legs
                if entry.model == option.candidate.model and option.task.task.name in held
            )
            if option.candidate.share_today
            else 0.0
            for option in self.options
        ]
        return self.costs + np.array(hosting, dtype=np.float64)

    @property
    def quality(self) -> Floats:
        """By option: proved quality, 0 where not measured."""
        return np.array([option.candidate.proved or 0.0 for option in self.options])

    def fixed(self, also: Sequence[str] = ()) -> Floats:
        """By option: its share today where its task class is held, else ``nan``."""
        held = {each.task for each in self.held} | set(also)
        return np.array(
            [
                option.candidate.share_today if option.task.task.name in held else np.nan
                for option in self.options
            ]
        )


def options_of_state(
    state: State, *, public: bool = False, extra: Mapping[str, str] | None = None
) -> OptionSet:
    """Every task class with its candidates; those that cannot move are held, with the reason.

    Args:
        state: The portfolio.
        public: Whether public results count where there is no internal one.
        extra: Task classes held for a further reason, by name.
    """
    tasks = tuple(sorted(state.figures.tasks, key=lambda task: task.task.name))
    options: list[Option] = []
    task_of: list[int] = []
    floors: list[float | None] = []
    held: list[Held] = []
    for number, task in enumerate(tasks):
        candidates = candidates_of(state, task, public=public)
        floor = floor_of(task, candidates)
        reason = (extra or {}).get(task.task.name) or _held_because(task, candidates, floor)
        if reason:
            held.append(Held(task=task.task.name, reason=reason))
            candidates = tuple(candidate for candidate in candidates if candidate.share_today > 0)
        else:
            candidates = tuple(candidate for candidate in candidates if _is_timed(task, candidate))
        options += [Option(task=task, candidate=candidate) for candidate in candidates]
        task_of += [number] * len(candidates)
        floors.append(floor)
    return OptionSet(
        tasks=tasks,
        options=tuple(options),
        task_of=np.array(task_of, dtype=np.int64),
        floors=tuple(floors),
        held=tuple(held),
    )


def floor_of(task: TaskFigures, candidates: tuple[Candidate, ...]) -> float | None:
    """The declared floor; without one, what today's route proves."""
    quality = task.task.declared.quality
    return float(quality.floor) if quality is not None else proved_today(candidates)


def _held_because(task: TaskFigures, candidates: tuple[Candidate, ...], floor: float | None) -> str:
    demand = task.task.demand
    if demand is None or not task.requests_per_month:
        return "no demand is declared" if demand is None else "its demand is 0 requests"
    if any(
        candidate.cost_per_request is None for candidate in candidates if candidate.share_today > 0
    ):
        return "the cost of what answers today is not known"
    if floor is None:
        return "no quality floor is declared, and what answers today was not measured"
    if all(candidate.share_today > 0 for candidate in candidates):
        return "no other model has a recent result on its cases"
    if all(candidate.share_today > 0 or not _is_timed(task, candidate) for candidate in candidates):
        return "its latency is limited, and no other model's was measured"
    return ""


def _is_timed(task: TaskFigures, candidate: Candidate) -> bool:
    """Whether a latency limit can be judged; what answers today is taken as it is."""
    return (
        task.task.declared.latency is None
        or candidate.share_today > 0
        or candidate.late_share is not None
    )
