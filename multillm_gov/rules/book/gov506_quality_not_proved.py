"""GOV506: quality is statistically proved to reach the floor."""

from collections.abc import Iterator
from math import ceil
from typing import Annotated

from msgspec import Meta, Struct

from multillm_gov.evidence.record import EvidenceRecord, PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.intervals import cases_to_prove, wilson_lower_bound
from multillm_gov.rules.engine.rule import (
    LimitReading,
    Rule,
    RuleContext,
    RuleLimit,
    fixed,
    of_task,
    part_used,
)
from multillm_gov.rules.quality_evidence import Claim, claims, format_stake
from multillm_gov.units import format_points
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of


class Parameters(Closed, frozen=True, kw_only=True):
    """The required confidence."""

    confidence: Annotated[
        float,
        Meta(
            ge=0.5,
            le=0.9999,
            description="Confidence of the one-sided lower bound compared with the floor",
        ),
    ] = 0.95
    fallbacks: Annotated[bool, Meta(description="Whether fallbacks must prove it too")] = True


class _Proof(Struct, frozen=True):
    """What a result proves, and what it must prove."""

    floor: float
    bound: float
    confidence: float


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models whose newest internal result, if any, proves less than the floor."""
    for claim in claims(context, fallbacks=parameters.fallbacks):
        quality = claim.task.task.declared.quality
        if quality is None:
            continue
        placed, floor = claim.newest, float(quality.floor)
        bound = 0.0
        if placed is not None:
            record = placed.record
            bound = wilson_lower_bound(
                float(record.score), record.sample_size, parameters.confidence
            )
        if placed is None or bound < floor:
            yield _violation(context, claim, placed, _Proof(floor, bound, parameters.confidence))


def _violation(
    context: RuleContext, claim: Claim, placed: PlacedRecord | None, proof: _Proof
) -> Violation:
    task = claim.task.task
    record = placed.record if placed else None
    short = format_points(max(0.0, proof.floor - proof.bound))
    return Violation(
        message=f"{claim.describe()} {_proof_text(record, proof)}; its floor is {proof.floor:.3f}",
        place=claim.use().place,
        subject=task.name,
        remedy=_remedy(claim, record, proof),
        risk=(
            f"The share of wrong answers may be up to {short} above the accepted level"
            f"{format_stake(context, claim.task, ', with ')}."
        ),
        related=(
            *((("the result", placed.place),) if placed else ()),
            ("the floor", task.place.at("quality", "floor")),
        ),
        figures={
            "score": float(record.score) if record else None,
            "lower_bound": proof.bound,
            "confidence": proof.confidence,
            "floor": proof.floor,
            "sample_size": record.sample_size if record else 0,
        },
        distinction=claim.distinction,
    )


def _proof_text(record: EvidenceRecord | None, proof: _Proof) -> str:
    if record is None:
        return "has no internal result"
    scored = f"scored {float(record.score):.3f} on {count_of(record.sample_size, 'case')}"
    return f"{scored}, which proves {proof.bound:.3f} with {proof.confidence * 100:g}% confidence"


def _remedy(claim: Claim, record: EvidenceRecord | None, proof: _Proof) -> str:
    if record is None:
        return (
            f"Score {code(claim.part.model)} on your own cases and add the record to `evidence/`."
        )
    score = float(record.score)
    if score <= proof.floor:
        return (
            "Route to a model that clears the floor with a margin: no sample proves a floor that "
            "the score misses."
        )
    cases = ceil(cases_to_prove(score, proof.floor, proof.confidence))
    return (
        f"Score more cases ({cases:,} at this score prove the floor), or route to a model that "
        "clears it with a margin."
    )


def _proved(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """What each newest result proves, of the floor; without a result nothing is."""
    for claim in claims(context, fallbacks=parameters.fallbacks):
        quality, newest = claim.task.task.declared.quality, claim.newest
        if quality is None:
            continue
        bound = 0.0
        if newest is not None:
            record = newest.record
            score = float(record.score)
            bound = wilson_lower_bound(score, record.sample_size, parameters.confidence)
        yield of_task(claim.task, part_used(bound, float(quality.floor)))


RULE = Rule(
    id="GOV506",
    name="quality-not-proved",
    title="Quality not proved",
    one="{subject} is not proved to reach its quality floor",
    many="{count} task classes are not proved to reach their quality floor",
    short_title="Quality not proved",
    requirement="Quality is statistically proved to reach the floor.",
    why=(
        "A small sample can be lucky. The one-sided Wilson bound (JASA 22, 1927) says what a "
        "score proves: 450 of 500 cases prove 0.876 with 95% confidence, not 0.90. GOV502 "
        "compares the score with the floor; a policy of this rule compares the bound."
    ),
    remediation="Score more cases, or choose a model with a margin above the floor.",
    severity=Severity.ERROR,
    check=check,
    limits={
        "floor": RuleLimit(
            words="Quality that is proved, of its floor",
            unit="share",
            limit=fixed(1),
            direction="at least",
            has_band=False,
            measure=_proved,
        ),
    },
    criteria=("confidence",),
    parameters=Parameters,
    tighter={"confidence": "higher", "fallbacks": "present"},
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    quality: {floor: 0.88}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 500, score: 0.90}
# policies/evidence.yaml
policies:
  proved-quality: {rule: quality-not-proved, confidence: 0.95}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    quality: {floor: 0.88}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 800, score: 0.90}
# policies/evidence.yaml
policies:
  proved-quality: {rule: quality-not-proved, confidence: 0.95}
""",
)
