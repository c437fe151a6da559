"""Which models a task class could go to: those it routes to, and those with results on its cases.

A candidate is judged by the newest result of its origin up to the day, with the one-sided 95%
Wilson bound as its proved quality (method 7).
"""

from collections.abc import Iterator
from math import erf, log, sqrt

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.evidence.record import EvidenceRecord, PlacedRecord
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.intervals import wilson_lower_bound
from multillm_gov.state.state import State

NEWEST_DAYS = 180
"""Results older than this prove nothing of a model that does not answer today."""
LATE_SHARE = 0.05
"""Share of the answers that may be later than the limit: it is a 95th percentile."""
_Z95 = 1.6448536269514722


class Candidate(Struct, frozen=True, kw_only=True):
    """One model for one task class."""

    model: str
    facts: ModelFacts | None
    cost_per_request: float | None
    """In the portfolio's currency; ``None``: not known."""
    share_today: float
    """Share of the task class's requests (0..1)."""
    record: EvidenceRecord | None
    """The newest result that counts."""
    placed: PlacedRecord | None
    proved: float | None
    """Lower bound of its quality (0..1); ``None``: not measured."""
    late_share: float | None
    """Estimated share of answers later than the limit; ``None``: no limit, or not measured."""

    @property
    def public(self) -> bool:
        """Whether its result is not the organization's own."""
        return self.record is not None and self.record.origin != "internal"


def candidates_of(
    state: State, task: TaskFigures, *, public: bool = False
) -> tuple[Candidate, ...]:
    """The routed models and every model with a result for the task class, by name.

    Args:
        state: The portfolio.
        task: The task class.
        public: Whether public and vendor results count where there is no internal one.
    """
    today: dict[str, float] = {}
    for entry in task.legs:
        today[entry.model] = today.get(entry.model, 0.0) + float(entry.share)
    names = sorted({*today, *_measured(state, task)})
    candidates = (_candidate(state, task, name, today.get(name, 0.0), public) for name in names)
    return tuple(
        candidate
        for candidate in candidates
        if candidate.share_today > 0
        or (candidate.record is not None and candidate.cost_per_request is not None)
    )


def _measured(state: State, task: TaskFigures) -> Iterator[str]:
    for name, model in state.evidence:
        if name == task.task.name:
            yield model


def _candidate(
    state: State, task: TaskFigures, model: str, share: float, public: bool
) -> Candidate:
    facts = state.catalog.find(model)
    cost = state.figures.pricing.mean_cost(facts, task.task.demand)
    placed = _newest(state, task, model, is_routed=share > 0, public=public)
    record = placed.record if placed else None
    return Candidate(
        model=model,
        facts=facts,
        cost_per_request=None if cost is None else float(cost),
        share_today=share,
        record=record,
        placed=placed,
        proved=None
        if record is None
        else wilson_lower_bound(float(record.score), record.sample_size),
        late_share=late_share(task, record),
    )


def _newest(
    state: State, task: TaskFigures, model: str, *, is_routed: bool, public: bool
) -> PlacedRecord | None:
    """The newest internal result; else, where public ones count, the newest of those."""
    records = [
        placed
        for placed in state.evidence.get((task.task.name, model), ())
        if placed.record.date <= state.as_of
        and (is_routed or (state.as_of - placed.record.date).days <= NEWEST_DAYS)
    ]
    own = next((placed for placed in records if placed.record.origin == "internal"), None)
    return own if own is not None or not public else next(iter(records), None)


def late_share(task: TaskFigures, record: EvidenceRecord | None) -> float | None:
    """Share of answers later than the limit, from a lognormal through median and 95th percentile.

    Percentiles of a mixture do not average, these shares do. With the 95th percentile alone it is
    5% where that lies within the limit, and not known where it does not.
    """
    latency = task.task.declared.latency
    if latency is None or record is None or record.p95_seconds is None:
        return None
    limit, p95 = float(latency.p95_seconds), float(record.p95_seconds)
    if record.p50_seconds is None or float(record.p50_seconds) >= p95:
        return LATE_SHARE if p95 <= limit else 1.0
    median = float(record.p50_seconds)
    deviations = log(limit / median) / (log(p95 / median) / _Z95)
    return (1 - erf(deviations / sqrt(2))) / 2


def proved_today(candidates: tuple[Candidate, ...]) -> float | None:
    """Proved quality of what runs now; ``None`` where a routed model was not measured."""
    routed = [candidate for candidate in candidates if candidate.share_today > 0]
    if any(candidate.proved is None for candidate in routed):
        return None
    return sum(candidate.share_today * (candidate.proved or 0.0) for candidate in routed)
