"""GOV409: no proven model that meets every floor would cost much less."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.rules.cheaper_models import (
    CheaperModel,
    cheaper_model_violation,
    saving_per_month,
)
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.quality_evidence import usable_internal_result
from multillm_gov.rules.what_if import Prospects
from multillm_gov.units import (
    Amount,
    Share,
    format_count,
)
from multillm_gov.vocabulary import Closed

MOST_TRIALS = 300
"""Models tried per policy, largest saving first; each is judged by the whole book."""
MOST_POLICIES = 20
"""Policies of this rule that are judged; each plans the whole book again."""


class Parameters(Closed, frozen=True, kw_only=True):
    """Which saving is reported, and which result proves the quality of a model."""

    min_saving_share: Annotated[
        Share,
        Meta(description="Smallest reported saving, as a share (0..1) of the current cost"),
    ] = field(default_factory=partial(Share, "0.1"))
    min_saving: Annotated[
        Amount, Meta(description="Smallest reported saving per month, in the portfolio's currency")
    ] = field(default_factory=Amount)
    max_age_days: Annotated[
        int, Meta(ge=1, le=3_650, description="Largest age of a result that counts, in days")
    ] = 180
    min_sample_size: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Fewest scored cases of a result that counts")
    ] = 200


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield task classes that one proven model could serve for less without a new violation."""
    candidates = sorted(
        _candidates(context, parameters),
        key=lambda candidate: (-candidate.saving, candidate.task.task.name, candidate.facts.name),
    )
    if not candidates:
        return
    names = [
        policy.name
        for policy in context.state.portfolio.policies
        if policy.declared.rule in {RULE.id, RULE.name}
    ]
    if context.policy in names[MOST_POLICIES:]:
        yield _untried(context, len(candidates), 0)
        return
    prospects = Prospects(context, RULE.id)
    settled: set[str] = set()
    tried = 0
    for candidate in candidates:
        if candidate.task.task.name in settled:
            continue
        if tried == MOST_TRIALS:
            yield _untried(context, len(candidates), tried)
            return
        tried += 1
        if prospects.breaks_nothing(candidate.task, candidate.facts.name):
            settled.add(candidate.task.task.name)
            yield cheaper_model_violation(context, candidate)


def _saving(
    context: RuleContext, task: TaskFigures, facts: ModelFacts, *, is_used: bool
) -> Decimal | None:
    """A month, if the model alone served the task class; ``None`` where it is not known."""
    figures = context.state.figures
    cost = figures.pricing.mean_cost(facts, task.task.demand)
    if cost is None:
        return None  # among them a 0 of the price map that nothing states
    hosting = Decimal(0) if is_used else facts.usd_fixed_per_month / figures.usd_per_unit
    return saving_per_month(task, cost, hosting)


def _candidates(context: RuleContext, parameters: Parameters) -> Iterator[CheaperModel]:
    """Models with a proof in a task class that save enough there."""
    proven: dict[str, list[str]] = {}
    for name, model in context.state.evidence:
        proven.setdefault(name, []).append(model)
    used = {model for task in context.state.figures.tasks for model in task.task.models}
    for task in context.tasks:
        models = proven.get(task.task.name)
        floor, now = _floor(context, parameters, task), saving_per_month(task, Decimal(0))
        if not models or floor is None or not now:
            continue
        least = max(now * parameters.min_saving_share, parameters.min_saving)
        for model in models:
            proof = _proof(context, parameters, task, model)
            if (
                proof is None
                or proof.record.score < floor
                or model == _only(task)
                or _is_slow(task, proof)
            ):
                continue
            facts = context.state.catalog.find(model)
            if facts is None:
                continue
            saving = _saving(context, task, facts, is_used=model in used)
            if saving is not None and saving > 0 and saving >= least:
                yield CheaperModel(task, facts, proof, floor, now, saving)


def _only(task: TaskFigures) -> str:
    return task.legs[0].model if len(task.legs) == 1 else ""


def _is_slow(task: TaskFigures, proof: PlacedRecord) -> bool:
    latency, measured = task.task.declared.latency, proof.record.p95_seconds
    return latency is not None and measured is not None and measured > latency.p95_seconds


def _floor(context: RuleContext, parameters: Parameters, task: TaskFigures) -> Decimal | None:
    """The quality floor; where none is declared, the proven score of the primary model."""
    quality = task.task.declared.quality
    if quality is not None:
        return quality.floor
    proof = _proof(context, parameters, task, task.primary.model)
    return proof.record.score if proof is not None else None


def _proof(
    context: RuleContext, parameters: Parameters, task: TaskFigures, model: str
) -> PlacedRecord | None:
    age, size = parameters.max_age_days, parameters.min_sample_size
    return usable_internal_result(context, task, model, max_age_days=age, min_sample_size=size)


def _untried(context: RuleContext, candidates: int, tried: int) -> Violation:
    return Violation(
        message=(
            f"{format_count(candidates)} moves to a cheaper model would save enough; the "
            f"{format_count(tried)} with the largest savings are checked against the rules, the "
            "others are not"
        ),
        place=(context.policy_place or Place("policies")).key(),
        subject="portfolio",
        remedy="Raise `min_saving`, or handle the largest first and check again.",
        figures={"candidates": candidates, "tried": tried},
        severity=Severity.NOTE,
        distinction="untried",
    )


RULE = Rule(
    id="GOV409",
    name="cheaper-model-exists",
    title="Cheaper qualified model available",
    one="{subject} has a much cheaper alternative that meets every floor",
    many="{count} task classes have a much cheaper alternative that meets every floor",
    short_title="Possible savings",
    requirement="No proven model that meets every floor would cost much less.",
    why=(
        "The fair baseline of a portfolio is the cheapest single model that meets every floor. A "
        "model counts only with an internal result for this very task class that reaches the "
        "floor (where none is declared: the score of the current model). It must not violate any "
        "rule or policy about task classes more often than the current route: capabilities, "
        "context, residency, allowed models, latency, independence of the fallbacks, caps. Fixed "
        "costs of what is replaced are assumed to continue, so no saving is overstated."
    ),
    remediation=(
        "Try the model on a part of the requests, or document why the more expensive one is kept."
    ),
    decision="Measure the cheaper model first.",
    severity=Severity.NOTE,
    check=check,
    criteria=("min_saving_share", "min_saving", "max_age_days", "min_sample_size"),
    parameters=Parameters,
    tighter={
        "min_saving_share": "lower_or_none",
        "min_saving": "lower_or_none",
        "max_age_days": "lower",
        "min_sample_size": "higher",
    },
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-sonnet-4-6}]
    fallbacks: [gemini/gemini-2.5-flash]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
    quality: {floor: 0.9}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-sonnet-4-6, date: 2026-11-02, sample_size: 500, score: 0.95}
  - {task_class: triage, model: claude-haiku-4-5-20251001, date: 2026-11-02, sample_size: 500,
     score: 0.93}
# policies/money.yaml
policies:
  look-for-savings: {rule: cheaper-model-exists, enforcement: advisory}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5-20251001}]
    fallbacks: [gemini/gemini-2.5-flash]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
    quality: {floor: 0.9}
# evidence/triage.yaml
records:
  - {task_class: triage, model: claude-sonnet-4-6, date: 2026-11-02, sample_size: 500, score: 0.95}
  - {task_class: triage, model: claude-haiku-4-5-20251001, date: 2026-11-02, sample_size: 500,
     score: 0.93}
# policies/money.yaml
policies:
  look-for-savings: {rule: cheaper-model-exists, enforcement: advisory}
""",
)
