"""GOV502: measured quality reaches the floor."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.intervals import wilson_lower_bound
from multillm_gov.rules.engine.rule import (
    LimitReading,
    Rule,
    RuleContext,
    RuleLimit,
    fixed,
    of_task,
    part_used,
)
from multillm_gov.rules.quality_evidence import (
    Claim,
    claims,
    format_scored,
    format_stake,
    misses,
    relied_upon,
)
from multillm_gov.units import format_points
from multillm_gov.vocabulary import Closed


class Parameters(Closed, frozen=True, kw_only=True):
    """Which models must reach the floor."""

    fallbacks: Annotated[bool, Meta(description="Whether fallbacks must reach the floor too")] = (
        True
    )


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models whose newest internal score is below the floor of their task class."""
    for claim, placed in relied_upon(context, fallbacks=parameters.fallbacks):
        quality = claim.task.task.declared.quality
        if quality is not None and placed.record.score < quality.floor:
            yield _violation(context, claim, placed, float(quality.floor))


def _violation(context: RuleContext, claim: Claim, placed: PlacedRecord, floor: float) -> Violation:
    task, record = claim.task.task, placed.record
    score, proved = float(record.score), misses(record, floor)
    short = f"{format_points(floor - score)} above the accepted level"
    stake = format_stake(context, claim.task, ", with ")
    return Violation(
        message=f"{claim.describe()} {format_scored(record)}; its floor is {floor:.3f}"
        + ("" if proved else "; not proved either way"),
        place=claim.use().place,
        subject=task.name,
        remedy=(
            "Route to a model that reaches the floor, fix the prompt and score again, or have the "
            "floor lowered."
        )
        if proved
        else "Score more cases: the floor is inside the interval, so this sample proves neither a "
        "miss nor that the model reaches the floor.",
        risk=f"The share of wrong answers {'is' if proved else 'may be'} {short}{stake}.",
        related=(("the result", placed.place), ("the floor", task.place.at("quality", "floor"))),
        figures={
            "score": score,
            "floor": floor,
            "lower_bound_95": wilson_lower_bound(score, record.sample_size),
            "sample_size": record.sample_size,
            "proved": proved,
        },
        severity=None if proved else Severity.WARNING,
        distinction=claim.distinction,
    )


def _scores(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    for claim in claims(context, fallbacks=parameters.fallbacks):
        quality = claim.task.task.declared.quality
        if quality is not None and (claim.newest is not None or claim.role == "model"):
            score = claim.newest.record.score if claim.newest is not None else None
            yield of_task(claim.task, part_used(score, quality.floor))


RULE = Rule(
    id="GOV502",
    name="quality-below-floor",
    title="Measured quality below the floor",
    one="{subject} has a model that scores below the quality floor",
    many="{count} task classes have a model that scores below the quality floor",
    short_title="Quality below the floor",
    requirement="Measured quality reaches the floor.",
    why=(
        "The floor is what the business accepts. The newest internal score counts as measured: it "
        "is an error where its whole 95% interval is below the floor, and a warning where the "
        "sample proves nothing either way. A policy of `quality-not-proved` (GOV506) requires "
        "more: that the interval excludes chance."
    ),
    remediation=(
        "Move to a model that reaches the floor on your own cases, or change the floor with its "
        "owner."
    ),
    decision="Improve the answers, or choose another model.",
    severity=Severity.ERROR,
    check=check,
    limits={
        "floor": RuleLimit(
            words="Quality score, of its floor",
            unit="share",
            limit=fixed(1),
            direction="at least",
            has_band=False,
            measure=_scores,
        ),
    },
    parameters=Parameters,
    tighter={"fallbacks": "present"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    quality: {floor: 0.9}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 500, score: 0.86}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-sonnet-4-6}]
    quality: {floor: 0.9}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 500, score: 0.86}
  - {task_class: triage, model: claude-sonnet-4-6, date: 2026-11-02, sample_size: 500, score: 0.95}
""",
)
