"""GOV502: measured quality reaches the floor."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.proportions import wilson_lower_bound
from multillm_gov.portfolio.allocation import Closed
from multillm_gov.rules.claims import Claim, claims, spell_part
from multillm_gov.rules.rule import Case, Rule
from multillm_gov.rules.spelling import code
from multillm_gov.units import count_of, spell_money, spell_share


class Parameters(Closed, frozen=True, kw_only=True):
    """What is held against the floor."""

    lower_bound: Annotated[
        bool, Meta(description="Hold the one-sided 95 % lower bound against the floor instead of the score itself")
    ] = False
    fallbacks: Annotated[bool, Meta(description="Whether fallbacks must reach the floor too")] = True


def check(case: Case, parameters: Parameters) -> Iterator[Violation]:
    """Models whose newest internal result lies below the floor of their task class."""
    for claim in claims(case, fallbacks=parameters.fallbacks):
        placed = claim.internal(case.as_of)
        if placed is None:
            continue
        record = placed.record
        if record.score < claim.floor or (
            parameters.lower_bound and wilson_lower_bound(float(record.score), record.sample_size) < float(claim.floor)
        ):
            yield _violation(claim, placed, case)


def _violation(claim: Claim, placed: PlacedRecord, case: Case) -> Violation:
    task, use, record = claim.task.task, claim.use(), placed.record
    score, floor = float(record.score), float(claim.floor)
    bound = wilson_lower_bound(score, record.sample_size)
    said = f"scored {score:.3f}" if score < floor else f"scored {score:.3f}, at least {bound:.3f} with 95 % confidence,"
    value = claim.task.value_at_stake_per_month
    at_stake = f", with {spell_money(value, case.figures.currency)} a month at stake" if value else ""
    return Violation(
        message=(
            f"{spell_part(use)} {code(claim.part.model)} {said} on {count_of(record.sample_size, 'case')} of "
            f"{code(task.name)}; its floor is {floor:.3f}"
        ),
        place=use.place,
        subject=task.name,
        remedy=(
            "Route to a model that reaches the floor, improve the prompt and score again, or have the floor lowered."
            if score < floor
            else "Score more cases, or route to a model that clears the floor with a margin."
        ),
        risk=f"{_short(score, bound, floor)}{at_stake}.",
        related=(("the result", placed.place), ("the floor", task.place.at("quality", "floor"))),
        figures={"score": score, "floor": floor, "lower_bound_95": bound, "sample_size": record.sample_size},
        distinction=f"{use.role}: {claim.part.model}",
    )


def _short(score: float, bound: float, floor: float) -> str:
    if score < floor:
        return f"{spell_share(floor - score)} more of the answers are wrong than is accepted"
    return f"Up to {spell_share(floor - bound)} more of the answers may be wrong than is accepted"


RULE = Rule(
    id="GOV502",
    name="quality-below-floor",
    title="Measured quality reaches the floor",
    why=(
        "The floor is what the business accepts. The newest internal result counts. With `lower_bound`, the one-sided "
        "95 % Wilson bound must reach the floor, which guards against a lucky small sample: 450 of 500 cases prove "
        ".876, not .90."
    ),
    mend="Move to a model that reaches the floor on your own cases, or change the floor with its owner.",
    severity=Severity.ERROR,
    check=check,
    parameters=Parameters,
    example="""\
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
    mended="""\
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
    controls=(
        "NIST-AI-RMF MEASURE 2.3",
        "NIST-AI-RMF MANAGE 4.1",
        "NIST-AI-600-1 MG-4.1-002",
        "ISO-42001 A.6.2.4",
        "ISO-42001 A.6.2.6",
    ),
)
