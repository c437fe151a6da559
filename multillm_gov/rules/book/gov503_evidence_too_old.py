"""GOV503: quality evidence is recent."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, of_task
from multillm_gov.rules.quality_evidence import Claim, claims, format_stake, relied_upon
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of


class Parameters(Closed, frozen=True, kw_only=True):
    """How long a result counts."""

    max_age_days: Annotated[
        int, Meta(ge=1, le=3_650, description="Largest age of a result that counts, in days")
    ] = 180
    notice_days: Annotated[
        int,
        Meta(
            ge=0,
            le=3_650,
            description=(
                "Days before that in which a note is given; 0, or as many as `max_age_days`: no "
                "notes"
            ),
        ),
    ] = 90
    fallbacks: Annotated[
        bool, Meta(description="Whether the evidence of fallbacks must be recent too")
    ] = True


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models whose newest internal result is too old, or soon will be."""
    limit = parameters.max_age_days
    noted = limit - parameters.notice_days if parameters.notice_days < limit else limit
    today = context.as_of.toordinal()
    for claim, placed in relied_upon(context, fallbacks=parameters.fallbacks):
        age = today - placed.record.date.toordinal()
        if age > noted:
            yield _violation(context, claim, placed, age, limit)


def _violation(
    context: RuleContext, claim: Claim, placed: PlacedRecord, age: int, limit: int
) -> Violation:
    old = age > limit
    task, model = claim.task.task, claim.part.model
    return Violation(
        message=_message(claim, age, limit),
        place=claim.use().place,
        subject=task.name,
        remedy=(
            f"Score {code(model)} again on the same cases and add the record to `evidence/`, "
            f"dated {'today' if old else 'before the old one expires'}."
        ),
        risk=(
            f"The model may answer differently now{format_stake(context, claim.task, ', with ')}."
            if old
            else "After that, the floor has no evidence."
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


def _ages(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    early = max(parameters.max_age_days - parameters.notice_days, 0)
    for claim in claims(context, fallbacks=parameters.fallbacks):
        newest = claim.newest
        if newest is not None or claim.role == "model":
            age = None if newest is None else (context.as_of - newest.record.date).days
            yield of_task(claim.task, age, early or parameters.max_age_days)


RULE = Rule(
    id="GOV503",
    name="evidence-too-old",
    title="Quality evidence out of date",
    one="{subject} relies on quality evidence that is, or soon will be, too old",
    many="{count} task classes rely on quality evidence that is, or soon will be, too old",
    short_title="Outdated quality evidence",
    requirement="Quality evidence is recent.",
    why=(
        "One model name answered 84% of a test correctly in March 2023 and 51% in June (arXiv "
        "2307.09009); in 2025 degraded answers went unnoticed for about a month. Evidence up to "
        "90 days old counts as good, up to 180 days as aging, older as none."
    ),
    remediation="Score the models again every quarter on the same cases: `govern bench`.",
    severity=Severity.WARNING,
    check=check,
    limits={
        "max_age_days": RuleLimit(
            words="Age of the newest quality result", unit="days", measure=_ages
        ),
    },
    criteria=("notice_days",),
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


def _message(claim: Claim, age: int, limit: int) -> str:
    result = f"the newest result for {claim.describe()} is {count_of(age, 'day')} old"
    if age > limit:
        return f"{result}; the limit is {count_of(limit, 'day')}"
    return f"{result} and counts for {count_of(limit - age, 'day')} more"
