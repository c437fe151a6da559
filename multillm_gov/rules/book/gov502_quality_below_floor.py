"""GOV502: measured quality reaches the floor."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.intervals import wilson_lower_bound
from multillm_gov.portfolio.allocation import Closed
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.quality_evidence import Claim, format_stake, relied_upon
from multillm_gov.units import format_share
from multillm_gov.words import count_of


class Parameters(Closed, frozen=True, kw_only=True):
    """Who must reach the floor."""

    fallbacks: Annotated[bool, Meta(description="Whether fallbacks must reach the floor too")] = (
        True
    )


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Models whose newest internal score lies below the floor of their task class."""
    for claim, placed in relied_upon(context, fallbacks=parameters.fallbacks):
        quality = claim.task.task.declared.quality
        if quality is not None and placed.record.score < quality.floor:
            yield _violation(context, claim, placed, float(quality.floor))


def _violation(context: RuleContext, claim: Claim, placed: PlacedRecord, floor: float) -> Violation:
    task, record = claim.task.task, placed.record
    score = float(record.score)
    return Violation(
        message=(
            f"{claim.describe()} scored {score:.3f} on {count_of(record.sample_size, 'case')}; its "
            f"floor is {floor:.3f}"
        ),
        place=claim.use().place,
        subject=task.name,
        remedy="Route to a model that reaches the floor, mend the prompt and score again, or have "
        "the floor lowered.",
        risk=(
            f"{format_share(floor - score)} more of the answers are wrong than is accepted"
            f"{format_stake(context, claim.task, ', with ')}."
        ),
        related=(("the result", placed.place), ("the floor", task.place.at("quality", "floor"))),
        figures={
            "score": score,
            "floor": floor,
            "lower_bound_95": wilson_lower_bound(score, record.sample_size),
            "sample_size": record.sample_size,
        },
        distinction=claim.distinction,
    )


RULE = Rule(
    id="GOV502",
    name="quality-below-floor",
    title="Measured quality below the floor",
    one="{subject} has a model that scores below the quality floor",
    many="{count} task classes have a model that scores below the quality floor",
    short_title="Quality below the floor",
    requirement="Measured quality reaches the floor.",
    why=(
        "The floor is what the business accepts. The newest internal score counts, as it was "
        "measured; a policy of "
        "`quality-not-proved` (GOV506) asks for more: that chance cannot explain it."
    ),
    remediation="Move to a model that reaches the floor on your own cases, or change the floor with its "
    "owner.",
    decision="Improve the answers, or choose another model.",
    severity=Severity.ERROR,
    check=check,
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
