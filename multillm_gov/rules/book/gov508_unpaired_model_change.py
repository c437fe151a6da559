"""GOV508: a new primary model was compared with the old one on the same cases."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.figures import LegFigures, TaskFigures
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.quality_evidence import Claim, claims_of, format_bench, format_stake
from multillm_gov.units import format_share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code


class Parameters(Closed, frozen=True, kw_only=True):
    """How long a comparison counts."""

    max_age_days: Annotated[
        int, Meta(ge=1, le=3_650, description="Largest age of a comparison that counts, in days")
    ] = 180


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield task classes with a floor whose primary model changed without a comparison."""
    if context.base is None:
        return
    before = {task.task.name: task for task in context.base.figures.tasks}
    for task in context.tasks:
        former = before.get(task.task.name)
        if former is None or task.task.declared.quality is None:
            continue
        old, new = former.primary, task.primary
        if old.model != new.model and not _same(old.facts, new.facts):
            claim = claims_of(context, task, fallbacks=False)[task.legs.index(new)]
            if not _remembered(context, claim, old, parameters.max_age_days):
                yield _violation(context, claim, old)


def _same(facts: ModelFacts | None, other: ModelFacts | None) -> bool:
    """Whether two names are one model: another host, or the snapshot of an alias."""
    return facts is not None and other is not None and facts.exposure.model == other.exposure.model


def _remembered(context: RuleContext, claim: Claim, old: LegFigures, max_age_days: int) -> bool:
    memo: dict[tuple[str, int], bool] = context.memo.setdefault(RULE.name, {})
    key = (claim.task.task.name, max_age_days)
    if key not in memo:
        memo[key] = _paired(context, claim, old, max_age_days)
    return memo[key]


def _paired(context: RuleContext, claim: Claim, old: LegFigures, max_age_days: int) -> bool:
    today = context.as_of.toordinal()
    for placed in claim.records:
        record = placed.record
        counts = (
            record.origin == "internal" and 0 <= today - record.date.toordinal() <= max_age_days
        )
        if counts and any(
            text == old.model or _same(context.models.get(text), old.facts)
            for text in record.paired_with
        ):
            return True
    return False


def _violation(context: RuleContext, claim: Claim, old: LegFigures) -> Violation:
    figures: TaskFigures = claim.task
    name, model = figures.task.name, claim.part.model
    newest = claim.newest
    return Violation(
        message=(
            f"the primary model of {code(name)} changes from {code(old.model)} to {code(model)}; "
            "no internal result compares the two on the same cases"
        ),
        place=claim.use().place,
        subject=name,
        remedy=(
            f"Run {code(old.model)} and {code(model)} over the same cases and write `paired_with: "
            f"[{old.model}]` into the record of {code(model)} in `evidence/`"
            f"{format_bench(figures, f'govern bench {name} --model {old.model}', '')}."
        ),
        risk=(
            "It is not known whether the answers get better or "
            f"worse{format_stake(context, figures, ', with ')}: two scores on different cases "
            "cannot be compared."
        ),
        related=(
            *((("its newest result", newest.place),) if newest else ()),
            ("the floor", figures.task.place.at("quality", "floor")),
        ),
        figures={"before": old.model, "after": model, "share": format_share(figures.primary.share)},
        distinction=model,
    )


RULE = Rule(
    id="GOV508",
    name="unpaired-model-change",
    title="Model change without paired comparison",
    one="{subject} changed its primary model without a paired comparison",
    many="{count} task classes changed their primary model without a paired comparison",
    short_title="Model changes not compared",
    requirement="A new primary model was compared with the old one on the same cases.",
    why=(
        "Scores on different samples differ by chance alone: 75 compared with 74 solved of 100 is "
        "no evidence either way (z = 0.16, TwinRouterBench, arXiv 2605.18859). Answers of both "
        "models to the same cases remove the difference between the cases. The rule is judged "
        "only against a base (`govern check --base REV`, `govern diff`); another host of the same "
        "model, and the dated snapshot of an alias, do not count as a change."
    ),
    remediation=(
        "Run both models on the same cases before the switch (`govern bench`); name the old one "
        "in `paired_with`."
    ),
    severity=Severity.WARNING,
    check=check,
    criteria=("max_age_days",),
    parameters=Parameters,
    tighter={"max_age_days": "lower"},
)
