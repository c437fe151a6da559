"""A cheaper model with proven quality, and how moving to it is proposed."""

from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Violation
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.rules.engine.rule import RuleContext
from multillm_gov.units import (
    MONTHS_PER_YEAR,
    format_share,
)
from multillm_gov.words import code, count_of

_ZERO = Decimal(0)


def saving_per_month(
    task: TaskFigures, cost_per_request: Decimal, fixed_per_month: Decimal = _ZERO
) -> Decimal | None:
    """What a month costs less if one model answers everything, in the portfolio's currency.

    The requests of every route entry at its unit cost, minus all requests at the other's unit cost,
    minus the fixed cost the other would newly bring. Fixed costs of what is replaced are taken to
    go on, so a saving is never flattered; costs of evaluating and of a colder prompt cache are not
    in it. ``None`` where a route entry's unit cost is not known.
    """
    now = _ZERO
    for entry in task.legs:
        if entry.cost_per_request is None:
            return None
        now += entry.requests_per_month * entry.cost_per_request
    return now - task.requests_per_month * cost_per_request - fixed_per_month


class CheaperModel(Struct, frozen=True):
    """A model with proven quality for a task class, and the saving there."""

    task: TaskFigures
    facts: ModelFacts
    proof: PlacedRecord
    floor: Decimal
    now: Decimal
    """Current cost of the requests per month."""
    saving: Decimal


def cheaper_model_violation(context: RuleContext, candidate: CheaperModel) -> Violation:
    """The proposal as a violation, with what the move saves and what it keeps."""
    task, floor, now = candidate.task, candidate.floor, candidate.now
    name, record = task.task.name, candidate.proof.record
    timed = task.task.declared.latency is not None and record.p95_seconds is None
    untimed = " Its latency was not measured; measure it first." if timed else ""
    return Violation(
        message=_message(context, candidate),
        place=task.task.place.at("route"),
        subject=name,
        remedy=(
            f"Score {code(candidate.facts.name)} on the same cases as {code(task.primary.model)}, "
            "route a part to it, and review the effect on concentration with `govern "
            f"diff`.{untimed}"
        ),
        risk=(
            f"{context.money(candidate.saving * MONTHS_PER_YEAR)} a year, without the cost of "
            "evaluation and of a cold cache."
        ),
        related=(("the result", candidate.proof.place),),
        figures={
            "saving_per_month": candidate.saving,
            "cost_per_month": now,
            "model": candidate.facts.name,
            "score": record.score,
            "floor": floor,
        },
        distinction=candidate.facts.name,
    )


def _message(context: RuleContext, candidate: CheaperModel) -> str:
    task, now, record = candidate.task, candidate.now, candidate.proof.record
    compared = (
        f"the floor is {candidate.floor:.3f}"
        if task.task.declared.quality is not None
        else f"{code(task.primary.model)} scored {candidate.floor:.3f}"
    )
    return (
        f"{code(candidate.facts.name)} alone would serve {code(task.task.name)} for "
        f"{context.money(candidate.saving)} a month less "
        f"({format_share(candidate.saving / now)} of {context.money(now)}) and violates no "
        f"further rule; it scored {record.score:.3f} on "
        f"{count_of(record.sample_size, 'case')}, {compared}"
    )
