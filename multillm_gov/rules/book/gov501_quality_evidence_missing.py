"""GOV501: a quality floor rests on fresh results of the organization's own cases."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.portfolio.allocation import Closed
from multillm_gov.rules.claims import Claim, claims, spell_part
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
    newest = case.as_of.toordinal()
    for claim in claims(case, fallbacks=parameters.fallbacks):
        placed = claim.internal(case.as_of)
        if (
            placed is None
            or newest - placed.record.date.toordinal() > parameters.max_age_days
            or placed.record.sample_size < parameters.min_sample_size
        ):
            yield _violation(claim, placed, case, parameters)


def _gap(claim: Claim, placed: PlacedRecord | None, case: Case, parameters: Parameters) -> str:
    if placed is None:
        others = sorted({one.record.origin for one in claim.records if one.record.date <= case.as_of})
        return "no internal benchmark result" + (f" (only {' and '.join(others)} ones)" if others else "")
    age = (case.as_of - placed.record.date).days
    if age > parameters.max_age_days:
        return f"no recent result: the newest is {count_of(age, 'day')} old, at most {parameters.max_age_days:,} count"
    return (
        f"too small a result: {count_of(placed.record.sample_size, 'case')} scored, "
        f"at least {parameters.min_sample_size:,} count"
    )


def _violation(claim: Claim, placed: PlacedRecord | None, case: Case, parameters: Parameters) -> Violation:
    task, use = claim.task.task, claim.use()
    model, value = claim.part.model, claim.task.value_at_stake_per_month
    at_stake = f"; {spell_money(value, case.figures.currency)} a month are at stake" if value else ""
    return Violation(
        message=(
            f"{code(task.name)} has a quality floor of {claim.floor}, and its {spell_part(use)} {code(model)} has "
            f"{_gap(claim, placed, case, parameters)}"
        ),
        place=use.place,
        subject=task.name,
        remedy=(
            f"Score {code(model)} on at least {parameters.min_sample_size:,} of your own cases and add "
            f"`{{task_class: {task.name}, model: {model}, date: …, sample_size: …, score: …}}` to a file "
            "below `evidence/`."
        ),
        risk=f"Nobody knows whether the answers are good enough{at_stake}.",
        related=(
            ("the floor", task.place.at("quality", "floor")),
            *((("the newest result", placed.place),) if placed else ()),
        ),
        distinction=f"{use.role}: {model}",
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
