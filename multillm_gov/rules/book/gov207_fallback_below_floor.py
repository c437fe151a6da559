"""GOV207: every fallback meets the quality floor and latency limit of its task class."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, NamedTuple

from msgspec import Meta, field

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.figures import FallbackFigures, TaskFigures
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, of_task
from multillm_gov.rules.quality_evidence import format_scored, misses
from multillm_gov.units import Share, format_points
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code


class Parameters(Closed, frozen=True, kw_only=True):
    """How far a task class may miss its limits during a failover."""

    tolerance: Annotated[
        Share,
        Meta(
            description="Share (0..1) by which a fallback may miss the floor or the latency limit"
        ),
    ] = field(default_factory=Share)
    quality: Annotated[bool, Meta(description="Compare scores with `quality.floor`")] = True
    latency: Annotated[bool, Meta(description="Compare latency with `latency.p95_seconds`")] = True


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield fallbacks whose newest internal result misses the floor or the latency limit."""
    slack = Decimal(parameters.tolerance)
    for task in context.tasks:
        declared = task.task.declared
        floor = (
            declared.quality.floor * (1 - slack)
            if declared.quality and parameters.quality
            else None
        )
        limit = (
            declared.latency.p95_seconds * (1 + slack)
            if declared.latency and parameters.latency
            else None
        )
        for fallback in task.fallbacks if floor is not None or limit is not None else ():
            yield from _misses(context, task, fallback, (floor, limit))


class _Miss(NamedTuple):
    """What a result of a fallback misses."""

    result: PlacedRecord
    message: str
    limit: tuple[str, Place]
    figures: dict[str, float]
    risk: str
    is_proved: bool = True


def _misses(
    context: RuleContext,
    task: TaskFigures,
    fallback: FallbackFigures,
    limits: tuple[Decimal | None, Decimal | None],
) -> Iterator[Violation]:
    floor, limit = limits
    records = [
        placed
        for placed in context.state.evidence.get((task.task.name, fallback.model), ())
        if placed.record.origin == "internal" and placed.record.date <= context.as_of
    ]
    if floor is not None and records and records[0].record.score < floor:
        yield _violation(task, fallback, _below_floor(task, records[0], floor))
    timed = next((placed for placed in records if placed.record.p95_seconds is not None), None)
    seconds = timed.record.p95_seconds if timed else None
    if limit is not None and timed is not None and seconds is not None and seconds > limit:
        slow = _Miss(
            result=timed,
            message=f"has a p95 latency of {seconds:f} s; the limit is {limit:f} s",
            limit=("the limit", task.task.place.at("latency", "p95_seconds")),
            figures={"p95_seconds": float(seconds), "max_p95_seconds": float(limit)},
            risk="While it takes over, callers time out, so it does not count as a failover.",
        )
        yield _violation(task, fallback, slow)


def _below_floor(task: TaskFigures, result: PlacedRecord, floor: Decimal) -> _Miss:
    score, proved = result.record.score, misses(result.record, float(floor))
    return _Miss(
        result=result,
        message=f"{format_scored(result.record)}; the floor is {floor:.3f}"
        + ("" if proved else "; not proved either way"),
        limit=("the floor", task.task.place.at("quality", "floor")),
        figures={"score": float(score), "floor": float(floor)},
        risk=f"While it takes over, the share of wrong answers {'is' if proved else 'may be'} "
        f"{format_points(floor - score)} above the accepted level.",
        is_proved=proved,
    )


def _violation(task: TaskFigures, fallback: FallbackFigures, miss: _Miss) -> Violation:
    what = "score" if "score" in miss.figures else "p95_seconds"
    return Violation(
        message=f"fallback {code(fallback.model)} of {code(task.task.name)} {miss.message}",
        place=task.task.place.at("fallbacks", fallback.index),
        subject=task.task.name,
        remedy=(
            "Replace it with a fallback within the limit, or adapt the prompt and score it again."
        ),
        risk=miss.risk,
        related=(("the result", miss.result.place), miss.limit),
        figures=dict(miss.figures),
        distinction=f"{what}: {fallback.model}",
        severity=None if miss.is_proved else Severity.NOTE,
    )


def _shortfalls(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """By what part the newest result of each fallback misses a limit; not known without one."""
    for task in context.tasks:
        declared = task.task.declared
        for fallback in task.fallbacks:
            if declared.quality is not None and parameters.quality:
                score = _newest(context, task, fallback, "score")
                floor = declared.quality.floor
                yield of_task(task, _part(None if score is None else floor - score, floor))
            if declared.latency is not None and parameters.latency:
                seconds = _newest(context, task, fallback, "p95_seconds")
                most = declared.latency.p95_seconds
                yield of_task(task, _part(None if seconds is None else seconds - most, most))


def _newest(
    context: RuleContext, task: TaskFigures, fallback: FallbackFigures, field: str
) -> Decimal | None:
    for placed in context.state.evidence.get((task.task.name, fallback.model), ()):
        record, figure = placed.record, getattr(placed.record, field)
        if record.origin == "internal" and record.date <= context.as_of and figure is not None:
            return Decimal(figure)
    return None


def _part(missed: Decimal | None, limit: Decimal) -> Decimal | None:
    return None if missed is None or not limit else max(missed / limit, Decimal(0))


RULE = Rule(
    id="GOV207",
    name="fallback-below-floor",
    title="Fallback below the quality floor or over the latency limit",
    one="{subject} has a fallback that misses its quality floor or latency limit",
    many="{count} task classes have a fallback that misses their quality floor or latency limit",
    short_title="Weak fallbacks",
    requirement="Every fallback meets the quality floor and latency limit of its task class.",
    why=(
        "A fallback that misses the quality floor or the latency limit replaces one incident with "
        "another. The newest internal result counts; for latency, the newest one with a latency. "
        "Without results, GOV501 reports it. By default, GOV502 compares the scores of routed "
        "models and fallbacks with the floor; this rule is for resilience policies that also "
        "require speed, or that tolerate slightly less during a failover."
    ),
    remediation=(
        "Choose a fallback that meets both limits, or state in the policy how far a failover may "
        "miss them."
    ),
    decision="Find a better fallback and measure it.",
    severity=Severity.WARNING,
    check=check,
    limits={
        "tolerance": RuleLimit(
            words="Shortfall of a fallback against floor or latency limit",
            unit="share",
            has_band=False,
            measure=_shortfalls,
        ),
    },
    parameters=Parameters,
    tighter={
        "tolerance": "lower",
        "quality": "present",
        "latency": "present",
    },
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-mini]
    latency: {p95_seconds: 2}
# evidence/2026-11.yaml
records:
  - {task_class: triage, model: gpt-5-mini, date: 2026-11-01, sample_size: 600,
     score: 0.93, p95_seconds: 3.4}
# policies/resilience.yaml
policies:
  fit-fallbacks:
    rule: fallback-below-floor
    tolerance: 0.1
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-nano]
    latency: {p95_seconds: 2}
# evidence/2026-11.yaml
records:
  - {task_class: triage, model: gpt-5-nano, date: 2026-11-01, sample_size: 600,
     score: 0.92, p95_seconds: 1.7}
# policies/resilience.yaml
policies:
  fit-fallbacks:
    rule: fallback-below-floor
    tolerance: 0.1
""",
)
