"""GOV510: measured response times stay within the limit."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import (
    LimitReading,
    Rule,
    RuleContext,
    RuleLimit,
    fixed,
    of_task,
    part_used,
)
from multillm_gov.rules.quality_evidence import Claim, claims_of, format_stake, measured
from multillm_gov.vocabulary import Closed


class Parameters(Closed, frozen=True, kw_only=True):
    """Which models must be fast enough."""

    fallbacks: Annotated[bool, Meta(description="Whether fallbacks must meet the limit too")] = True


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models whose newest measured p95 latency is over the limit of their task class."""
    for claim, placed in measured(context, fallbacks=parameters.fallbacks, field="p95_seconds"):
        latency, seconds = claim.task.task.declared.latency, placed.record.p95_seconds
        if latency is not None and seconds is not None and seconds > latency.p95_seconds:
            yield _violation(context, claim, placed, seconds, latency.p95_seconds)


def _violation(
    context: RuleContext, claim: Claim, placed: PlacedRecord, seconds: Decimal, limit: Decimal
) -> Violation:
    task = claim.task.task
    return Violation(
        message=(
            f"{claim.describe()} has a p95 latency of {_format(seconds)} s; its limit is "
            f"{_format(limit)} s"
        ),
        place=claim.use().place,
        subject=task.name,
        remedy=(
            "Route to a faster model, shorten the prompt or the answer and measure again, or have "
            "the limit raised."
        ),
        risk=(
            "More than one request in twenty is too late for its "
            f"use{format_stake(context, claim.task, ', with ')}."
        ),
        related=(
            ("the measurement", placed.place.at("p95_seconds")),
            ("the limit", task.place.at("latency", "p95_seconds")),
        ),
        figures={
            "p95_seconds": float(seconds),
            "limit_p95_seconds": float(limit),
            "sample_size": placed.record.sample_size,
            "measured": placed.record.date.isoformat(),
        },
        distinction=claim.distinction,
    )


def _format(seconds: Decimal) -> str:
    return f"{float(seconds):,.4g}"


def _used(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """The p95 latency of each model, of its limit; a routed one without a result is not known."""
    for task in context.tasks:
        latency = task.task.declared.latency
        if latency is None:
            continue
        for claim in claims_of(context, task, fallbacks=parameters.fallbacks, field="p95_seconds"):
            seconds = claim.newest.record.p95_seconds if claim.newest is not None else None
            if seconds is not None or claim.role == "model":
                yield of_task(task, part_used(seconds, latency.p95_seconds))


RULE = Rule(
    id="GOV510",
    name="latency-over-limit",
    title="Latency over the limit",
    one="{subject} has a model that exceeds the latency limit",
    many="{count} task classes have a model that exceeds the latency limit",
    short_title="Slow responses",
    requirement="Measured response times stay within the limit.",
    why=(
        "Where people or systems wait, a late answer is a wrong one. The newest internal "
        "measurement with a 95th percentile counts. Percentiles do not average: in a split, each "
        "model must meet the limit."
    ),
    remediation="Choose a faster model for the task class, or change the limit with its owner.",
    decision="Make the answers faster, or choose another model.",
    severity=Severity.ERROR,
    check=check,
    limits={
        "p95_seconds": RuleLimit(
            words="Latency (p95), of its limit",
            unit="share",
            limit=fixed(1),
            has_band=False,
            measure=_used,
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
    latency: {p95_seconds: 2}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 540,
     score: 0.93, p95_seconds: 2.7}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    latency: {p95_seconds: 3}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 540,
     score: 0.93, p95_seconds: 2.7}
""",
)
