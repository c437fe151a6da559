"""GOV501: a quality floor rests on fresh results of the organization's own cases."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.finding import Severity, Violation
from multillm_gov.portfolio.allocation import Closed
from multillm_gov.rules.claims import Claim, claims
from multillm_gov.rules.rule import Case, Rule
from multillm_gov.rules.spelling import code
from multillm_gov.units import count_of, spell_money


class Parameters(Closed, frozen=True, kw_only=True):
    """What counts as evidence."""

    max_age_days: Annotated[int, Meta(ge=1, le=3_650, description="Oldest result that still counts, in days")] = 180
    min_sample_size: Annotated[int, Meta(ge=1, le=1_000_000, description="Fewest scored cases that count")] = 200
    fallbacks: Annotated[bool, Meta(description="Whether fallbacks need evidence too")] = True


def check(case: Case, parameters: Parameters) -> Iterator[Violation]:
    """Models of task classes with a floor whose newest internal result is missing, too old or too small."""
    for claim in claims(case, fallbacks=parameters.fallbacks):
        gap = _gap(claim, case, parameters)
        if gap:
            yield _violation(claim, gap, case, parameters)


def _gap(claim: Claim, case: Case, parameters: Parameters) -> str:
    placed = claim.internal
    if placed is None:
        others = sorted({placed.record.origin for placed in claim.records})
        return "no internal benchmark result" + (f" (only {' and '.join(others)} ones)" if others else "")
    age = (case.as_of - placed.record.date).days
    if age > parameters.max_age_days:
        return f"no recent result: the newest is {count_of(age, 'day')} old, at most {parameters.max_age_days:,} count"
    if placed.record.sample_size < parameters.min_sample_size:
        return (
            f"too small a result: {placed.record.sample_size:,} cases scored, "
            f"at least {parameters.min_sample_size:,} count"
        )
    return ""


def _violation(claim: Claim, gap: str, case: Case, parameters: Parameters) -> Violation:
    task = claim.task.task
    floor = task.declared.quality.floor if task.declared.quality else None
    value = claim.task.value_at_stake_per_month
    at_stake = f"; {spell_money(value, case.figures.currency)} a month are at stake" if value else ""
    placed = claim.internal
    return Violation(
        message=f"{code(task.name)} has a quality floor of {floor}, and its {claim.role} {code(claim.model)} has {gap}",
        place=claim.place,
        subject=task.name,
        remedy=(
            f"Score {code(claim.model)} on at least {parameters.min_sample_size:,} of your own cases and add "
            f"`{{task_class: {task.name}, model: {claim.model}, date: …, sample_size: …, score: …}}` to a file "
            "below `evidence/`."
        ),
        risk=f"Nobody knows whether the answers are good enough{at_stake}.",
        related=(
            ("the floor", task.place.at("quality", "floor")),
            *((("the newest result", placed.place),) if placed else ()),
        ),
        distinction=f"{claim.role}: {claim.model}",
    )


RULE = Rule(
    id="GOV501",
    name="quality-evidence-missing",
    title="A quality floor rests on fresh results of the organization's own cases",
    why=(
        "Public leaderboards and vendors' figures are not measured on your task, and models change under one name. A "
        "two-proportion test at 5 % and 80 % power needs 538 cases an arm to see a drop from .90 to .85; below 200 "
        "cases, or after 180 days, a score says little. Fallbacks count: they answer on the worst day."
    ),
    mend="Benchmark every routed model and fallback on your own cases each quarter, and commit the result.",
    severity=Severity.WARNING,
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
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 500, score: 0.94, origin: vendor}
""",
    mended="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    quality: {floor: 0.9}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 500, score: 0.93}
""",
    controls=(
        "NIST-AI-RMF MEASURE 2.3",
        "NIST-AI-RMF MEASURE 2.4",
        "NIST-AI-RMF MANAGE 4.1",
        "NIST-AI-600-1 MG-4.1-002",
        "ISO-42001 A.6.2.4",
        "EU-AI-Act Art. 26(5)",
    ),
)
