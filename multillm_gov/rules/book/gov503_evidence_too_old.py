"""GOV503: quality evidence is fresh."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.portfolio.allocation import Closed
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.quality_evidence import Claim, format_stake, relied_upon
from multillm_gov.words import code, count_of


class Parameters(Closed, frozen=True, kw_only=True):
    """How long a result counts."""

    max_age_days: Annotated[
        int, Meta(ge=1, le=3_650, description="Oldest result that still counts, in days")
    ] = 180
    notice_days: Annotated[
        int,
        Meta(
            ge=0,
            le=3_650,
            description="Days before that in which a note says so; 0, or as many as "
            "`max_age_days`: no notes",
        ),
    ] = 90
    fallbacks: Annotated[
        bool, Meta(description="Whether the evidence of fallbacks must be fresh too")
    ] = True


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Models whose newest internal result is too old, or soon will be."""
    limit = parameters.max_age_days
    noted = limit - parameters.notice_days if parameters.notice_days < limit else limit
    today = context.state.as_of.toordinal()
    for claim, placed in relied_upon(context, fallbacks=parameters.fallbacks):
        age = today - placed.record.date.toordinal()
        if age > noted:
            yield _violation(context, claim, placed, age, limit)


def _violation(
    context: RuleContext, claim: Claim, placed: PlacedRecord, age: int, limit: int
) -> Violation:
    old = age > limit
    task, model = claim.task.task, claim.part.model
    days = count_of(age, "day")
    return Violation(
        message=(
            f"the newest result for {claim.describe()} is {days} old; at most {limit:,} count"
            if old
            else f"the newest result for {claim.describe()} is {days} old and counts for "
            f"{limit - age:,} more"
        ),
        place=claim.use().place,
        subject=task.name,
        remedy=(
            f"Score {code(model)} again on the same cases and add the record to `evidence/`, dated "
            f"{'today' if old else 'before the old one lapses'}."
        ),
        risk=(
            f"The model may answer otherwise than it did{format_stake(context, claim.task, ', with ')}."
            if old
            else "In time the floor rests on nothing."
        ),
        related=(
            ("the newest result", placed.place),
            ("the floor", task.place.at("quality", "floor")),
        ),
        figures={
            "age_days": age,
            "max_age_days": limit,
            "measured": placed.record.date.isoformat(),
        },
        severity=None if old else Severity.NOTE,
        distinction=claim.distinction,
    )


RULE = Rule(
    id="GOV503",
    name="evidence-too-old",
    title="Quality evidence out of date",
    one="{subject} relies on quality evidence that is, or soon will be, too old",
    many="{count} task classes rely on quality evidence that is, or soon will be, too old",
    short_title="Outdated quality evidence",
    requirement="Quality evidence is recent.",
    why=(
        "One model name answered 84% of a test right in March 2023 and 51% in June (arXiv "
        "2307.09009); in 2025 "
        "degraded answers went unnoticed for about a month. Evidence up to 90 days old is taken as "
        "good, up to 180 as "
        "aging, older as none."
    ),
    remediation="Score the models again each quarter, on the same cases: `govern bench`.",
    severity=Severity.WARNING,
    check=check,
    parameters=Parameters,
    tighter={
        "max_age_days": "lower",
        "notice_days": "higher",
        "fallbacks": "present",
    },
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    quality: {floor: 0.9}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-03-02, sample_size: 500, score: 0.93}
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
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-03-02, sample_size: 500, score: 0.93}
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 500, score: 0.92}
""",
)
