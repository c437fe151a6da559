"""GOV501: a quality floor is backed by an internal benchmark result."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.portfolio.allocation import Quality
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.quality_evidence import (
    Claim,
    claims_of,
    format_bench,
    format_stake,
    origins,
)
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, join_code, join_words


class Parameters(Closed, frozen=True, kw_only=True):
    """Which models need evidence."""

    fallbacks: Annotated[bool, Meta(description="Whether fallbacks need evidence too")] = True


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield task classes with a floor and a model without an internal result."""
    for task in context.tasks:
        quality = task.task.declared.quality
        if quality is None:
            continue
        claims = claims_of(context, task, fallbacks=parameters.fallbacks)
        bare = [claim for claim in claims if claim.newest is None]
        if bare:
            yield _violation(context, task, quality, bare, len(claims))


def _violation(
    context: RuleContext, task: TaskFigures, quality: Quality, bare: list[Claim], count: int
) -> Violation:
    name = task.task.name
    foreign = {claim.part.model: _foreign(claim, context) for claim in bare}
    only = [f"only {text} for {code(each)}" for each, text in foreign.items() if text]
    return Violation(
        message=(
            f"{code(name)} has a quality floor of {quality.floor}, but no internal benchmark "
            "result for "
            f"{join_words(_format_roles(bare))}{f' ({join_words(only)})' if only else ''}"
        ),
        place=task.task.place.at("quality", "floor"),
        subject=name,
        remedy=_remedy(context, task, tuple(foreign)),
        risk=(
            "It is not known whether the answers are good "
            f"enough{format_stake(context, task, ', with ')}."
        ),
        related=tuple(
            (f"{claim.role} without internal evidence", claim.use().place) for claim in bare
        ),
        figures={
            "floor": float(quality.floor),
            "models_without_evidence": len(bare),
            "models": count,
        },
    )


def _format_roles(bare: list[Claim]) -> Iterator[str]:
    for role, several in (("model", "models"), ("fallback", "fallbacks")):
        models = list(dict.fromkeys(claim.part.model for claim in bare if claim.role == role))
        if models:
            yield f"its {role if len(models) == 1 else several} {join_code(models)}"


def _foreign(claim: Claim, context: RuleContext) -> str:
    foreign = [origin for origin in origins(context, claim) if origin != "internal"]
    return f"{' and '.join(foreign)} results" if foreign else ""


RULE = Rule(
    id="GOV501",
    name="quality-evidence-missing",
    title="Quality floor without an internal benchmark result",
    one="{subject} has a quality floor but no internal benchmark result",
    many="{count} task classes have a quality floor but no internal benchmark result",
    short_title="Quality not measured",
    requirement="A quality floor is backed by an internal benchmark result.",
    why=(
        "Public leaderboards and vendor figures are not measured on your task, your prompt or "
        "your schema, and models change under the same name. Without an internal result, it is "
        "not known whether the floor is met. Fallbacks count: they answer on the worst day. One "
        "finding per task class names every model without evidence."
    ),
    remediation=(
        "Benchmark every routed model and fallback on your own cases (`govern bench`), and commit "
        "the result."
    ),
    severity=Severity.WARNING,
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
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 500,
     score: 0.94, origin: vendor}
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
  - {task_class: triage, model: claude-haiku-4-5, date: 2026-11-02, sample_size: 500, score: 0.93}
""",
)


def _remedy(context: RuleContext, task: TaskFigures, models: tuple[str, ...]) -> str:
    name, alone = task.task.name, len(models) == 1
    bench = format_bench(task, f"govern bench {name}", " with the cases in `evals/`")
    return (
        f"Score {'it' if alone else 'each'} on your own cases and add "
        f"`{{task_class: {name}, model: {models[0]}, date: {context.as_of}, sample_size: …, "
        f"score: …}}` {'' if alone else 'and one per model '}to the `records` of "
        f"a file in `evidence/`{bench}."
    )
