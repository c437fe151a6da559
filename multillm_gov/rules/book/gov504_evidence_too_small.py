"""GOV504: quality evidence rests on enough cases."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.intervals import smallest_visible_drop
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, of_task
from multillm_gov.rules.quality_evidence import Claim, claims, format_stake, relied_upon
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of


class Parameters(Closed, frozen=True, kw_only=True):
    """How many cases a result needs."""

    min_sample_size: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Fewest scored cases of a result that counts")
    ] = 200
    fallbacks: Annotated[bool, Meta(description="Whether fallbacks need as many cases")] = True


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models whose newest internal result has too few cases."""
    for claim, placed in relied_upon(context, fallbacks=parameters.fallbacks):
        if placed.record.sample_size < parameters.min_sample_size:
            yield _violation(context, claim, placed, parameters.min_sample_size)


def _violation(context: RuleContext, claim: Claim, placed: PlacedRecord, least: int) -> Violation:
    task, record = claim.task.task, placed.record
    score = float(record.score)
    drop = smallest_visible_drop(score, record.sample_size)
    return Violation(
        message=f"the newest result for {claim.describe()} has "
        f"{count_of(record.sample_size, 'case')}; the minimum is {least:,}",
        place=claim.use().place,
        subject=task.name,
        remedy=(
            f"Score {code(claim.part.model)} on {least - record.sample_size:,} more cases and "
            f"write them as one record; {least:,} cases detect a drop of "
            f"{_points(smallest_visible_drop(score, least), score)}."
        ),
        risk=f"A repeat of this size detects only a drop of {_points(drop, score)} (one-sided 5%, "
        f"power 80%){format_stake(context, claim.task, ', with ')}.",
        related=(("the result", placed.place),),
        figures={
            "sample_size": record.sample_size,
            "min_sample_size": least,
            "score": score,
            "smallest_visible_drop": min(drop, score),
        },
        distinction=claim.distinction,
    )


def _points(drop: float, score: float) -> str:
    return f"{drop * 100:.1f} points or more" if drop <= score else "the whole score"


def _sizes(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    for claim in claims(context, fallbacks=parameters.fallbacks):
        newest = claim.newest
        if newest is not None or claim.role == "model":
            yield of_task(claim.task, None if newest is None else newest.record.sample_size)


RULE = Rule(
    id="GOV504",
    name="evidence-too-small",
    title="Too few benchmark cases",
    one="{subject} relies on a result from too few cases",
    many="{count} task classes rely on a result from too few cases",
    short_title="Small benchmark samples",
    requirement="Quality evidence rests on enough cases.",
    why=(
        "Two samples of 538 cases distinguish 0.90 from 0.85; with 100 cases only a drop of 13 "
        "points stands out (two-proportion test, one-sided 5%, power 80%). 200 cases detect a "
        "drop of about 9 points from 0.90, which is coarse; 500 count as good. The finding says "
        "what the sample at hand can detect."
    ),
    remediation="Score more cases, and write them as one record.",
    severity=Severity.WARNING,
    check=check,
    limits={
        "min_sample_size": RuleLimit(
            words="Cases behind a quality result",
            unit="count",
            direction="at least",
            measure=_sizes,
        ),
    },
    parameters=Parameters,
    tighter={"min_sample_size": "higher", "fallbacks": "present"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    quality: {floor: 0.9}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 100, score: 0.93}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    quality: {floor: 0.9}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 540, score: 0.93}
""",
)
