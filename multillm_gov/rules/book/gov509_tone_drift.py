"""GOV509: a model keeps the writing style of its baseline."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, of_task
from multillm_gov.rules.quality_evidence import Claim, format_stake, measured
from multillm_gov.units import Positive
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code


class Parameters(Closed, frozen=True, kw_only=True):
    """How far the writing style may drift."""

    warn_at_ratio: Annotated[
        Positive,
        Meta(
            description=(
                "Ratio of the stylistic distance to its noise floor above which a warning is given"
            )
        ),
    ] = field(default_factory=partial(Positive, "1.5"))
    max_ratio: Annotated[
        Positive,
        Meta(description=("Largest ratio; above it the writing style counts as another one")),
    ] = field(default_factory=partial(Positive, "3"))
    fallbacks: Annotated[bool, Meta(description="Whether fallbacks are judged too")] = True


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models whose newest tone ratio is above a threshold."""
    least = min(parameters.warn_at_ratio, parameters.max_ratio)
    for claim, placed in measured(context, fallbacks=parameters.fallbacks, field="tone_ratio"):
        ratio = placed.record.tone_ratio
        if ratio is not None and ratio > least:
            yield _violation(context, claim, placed, ratio, parameters)


def _violation(
    context: RuleContext, claim: Claim, placed: PlacedRecord, ratio: Decimal, parameters: Parameters
) -> Violation:
    task, model = claim.task.task, claim.part.model
    over = ratio > parameters.max_ratio
    limit = parameters.max_ratio if over else parameters.warn_at_ratio
    return Violation(
        message=(
            f"the tone of {claim.describe()} drifted to {ratio:.2f} times its noise floor; "
            f"{'the limit is' if over else 'the warning threshold is'} {limit:.2f}"
        ),
        place=claim.use().place,
        subject=task.name,
        remedy=(
            f"Read a sample of the answers of {code(model)} with the owner of {code(task.name)}; "
            "then fix the prompt, pin a dated snapshot or move to another model, and measure "
            "again."
        ),
        risk=(
            f"{'Readers see another style' if over else 'The style begins to change'}: rework and "
            f"brand drift{format_stake(context, claim.task, ', with ')}."
        ),
        related=(("the measurement", placed.place.at("tone_ratio")),),
        figures={
            "tone_ratio": float(ratio),
            "max_ratio": float(parameters.max_ratio),
            "measured": placed.record.date.isoformat(),
        },
        severity=None if over else Severity.WARNING,
        distinction=claim.distinction,
    )


def _ratios(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    early = min(parameters.warn_at_ratio, parameters.max_ratio)
    for claim, placed in measured(context, fallbacks=parameters.fallbacks, field="tone_ratio"):
        if placed.record.tone_ratio is not None:
            yield of_task(claim.task, placed.record.tone_ratio, early)


RULE = Rule(
    id="GOV509",
    name="tone-drift",
    title="Tone drift",
    one="{subject} has a model whose writing style drifted near or over the limit",
    many="{count} task classes have a model whose writing style drifted near or over the limit",
    short_title="Tone drift",
    requirement="A model keeps the writing style of its baseline.",
    why=(
        "A model can keep its name and its score and change its writing style: the rollback of "
        "GPT-4o's sycophantic update of April 2025 began after three days. The ratio is the "
        "Jensen-Shannon divergence between the function words of the answers of two dates to the "
        "same prompts, divided by the divergence within one date. Below 1.5 the style is the "
        "same, up to 3 similar, above 3 distinct; two vendors' models measured 4.3 and 4.9 apart. "
        "It needs 5,000 function words on each side."
    ),
    remediation=(
        "Pin a dated snapshot, fix the prompt, or move; then measure again, with `govern bench "
        "--accept-tone` if the new style is welcome."
    ),
    decision="Have people read the answers.",
    severity=Severity.ERROR,
    check=check,
    limits={
        "max_ratio": RuleLimit(
            words="Tone drift, in multiples of its noise", unit="number", measure=_ratios
        ),
    },
    criteria=("warn_at_ratio",),
    parameters=Parameters,
    tighter={
        "warn_at_ratio": "lower",
        "max_ratio": "lower",
        "fallbacks": "present",
    },
    violating="""\
# allocations/content.yaml
owner: content
task_classes:
  articles:
    route: [{model: claude-sonnet-4-6}]
# evidence/articles.yaml
records:
  - task_class: articles
    model: claude-sonnet-4-6
    date: 2026-11-02
    sample_size: 540
    score: 0.93
    tone_ratio: 3.4
""",
    compliant="""\
# allocations/content.yaml
owner: content
task_classes:
  articles:
    route: [{model: claude-sonnet-4-6}]
# evidence/articles.yaml
records:
  - task_class: articles
    model: claude-sonnet-4-6
    date: 2026-11-16
    sample_size: 540
    score: 0.93
    tone_ratio: 1.2
""",
)
