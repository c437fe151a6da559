"""GOV409: no proven model that meets every floor would cost much less."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Annotated

from msgspec import Meta, Struct, field

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.demand_cost import Pricing
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.single_model import saving_per_month
from multillm_gov.portfolio.allocation import Closed
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.what_if import Prospects
from multillm_gov.units import (
    MONTHS_PER_YEAR,
    Amount,
    Share,
    format_count,
    format_money,
    format_share,
)
from multillm_gov.words import code, count_of

MOST_TRIALS = 300
"""Models tried per policy, the largest saving first: each is judged by the whole book."""
MOST_POLICIES = 20
"""Policies of this rule that are judged: each lays out the whole book anew."""


class Parameters(Closed, frozen=True, kw_only=True):
    """What saving is worth a finding, and what proves a model's quality."""

    min_saving_share: Annotated[
        Share,
        Meta(
            description="Smallest saving reported, as a share (0..1) of what the requests cost "
            "today"
        ),
    ] = field(default_factory=partial(Share, "0.1"))
    min_saving: Annotated[
        Amount, Meta(description="Smallest saving reported, per month, in the portfolio's currency")
    ] = field(default_factory=Amount)
    max_age_days: Annotated[
        int, Meta(ge=1, le=3_650, description="Oldest result that still proves, in days")
    ] = 180
    min_sample_size: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Fewest scored cases that prove")
    ] = 200


class _Candidate(Struct, frozen=True):
    """A model whose quality is proved for a task class, and what it would save there."""

    task: TaskFigures
    facts: ModelFacts
    proof: PlacedRecord
    floor: Decimal
    now: Decimal
    """What the requests cost per month today."""
    saving: Decimal


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Task classes that one proven model could answer for less, without breaking a rule that holds today."""
    candidates = sorted(
        _candidates(context, parameters),
        key=lambda one: (-one.saving, one.task.task.name, one.facts.name),
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
    for one in candidates:
        if one.task.task.name in settled:
            continue
        if tried == MOST_TRIALS:
            yield _untried(context, len(candidates), tried)
            return
        tried += 1
        if prospects.breaks_nothing(one.task, one.facts.name):
            settled.add(one.task.task.name)
            yield _violation(context, one)


def _candidates(context: RuleContext, parameters: Parameters) -> Iterator[_Candidate]:
    """Models proved in a task class that save enough there."""
    proven: dict[str, list[str]] = {}
    for name, model in context.state.evidence:
        proven.setdefault(name, []).append(model)
    pricing = Pricing(context.state.figures.usd_per_unit)
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
            cost = pricing.mean_cost(facts, task.task.declared.demand)
            if facts is None or not cost:
                continue  # a price of nothing means a free tier or an unknown price, never a saving
            hosting = (
                Decimal(0)
                if model in used
                else facts.usd_fixed_per_month / context.state.figures.usd_per_unit
            )
            saving = saving_per_month(task, cost, hosting)
            if saving is not None and saving > 0 and saving >= least:
                yield _Candidate(task, facts, proof, floor, now, saving)


def _only(task: TaskFigures) -> str:
    return task.legs[0].model if len(task.legs) == 1 else ""


def _is_slow(task: TaskFigures, proof: PlacedRecord) -> bool:
    latency, measured = task.task.declared.latency, proof.record.p95_seconds
    return latency is not None and measured is not None and measured > latency.p95_seconds


def _floor(context: RuleContext, parameters: Parameters, task: TaskFigures) -> Decimal | None:
    """The quality floor; where none is declared, what the model that carries most has proved."""
    quality = task.task.declared.quality
    if quality is not None:
        return quality.floor
    proof = _proof(context, parameters, task, task.primary.model)
    return proof.record.score if proof is not None else None


def _proof(
    context: RuleContext, parameters: Parameters, task: TaskFigures, model: str
) -> PlacedRecord | None:
    """The newest result of the organization's own cases in this task class, if it is recent and large enough."""
    for placed in context.state.evidence.get((task.task.name, model), ()):
        record = placed.record
        if record.origin == "internal" and record.date <= context.state.as_of:
            recent = (context.state.as_of - record.date).days <= parameters.max_age_days
            return placed if recent and record.sample_size >= parameters.min_sample_size else None
    return None


def _untried(context: RuleContext, candidates: int, tried: int) -> Violation:
    return Violation(
        message=(
            f"{format_count(candidates)} moves to a cheaper model would save enough; "
            f"{format_count(tried)} of them, the "
            "largest savings first, are held against the rules, the others are not"
        ),
        place=(context.policy_place or Place("policies")).key(),
        subject="portfolio",
        remedy="Raise `min_saving`, or settle the largest first and check again.",
        figures={"candidates": candidates, "tried": tried},
        severity=Severity.NOTE,
        distinction="untried",
    )


def _violation(context: RuleContext, one: _Candidate) -> Violation:
    task, floor, now = one.task, one.floor, one.now
    currency, name, record = context.state.figures.currency, task.task.name, one.proof.record
    quality = task.task.declared.quality
    held = (
        f"the floor is {floor:.3f}"
        if quality is not None
        else f"{code(task.primary.model)} scored {floor:.3f}"
    )
    timed = task.task.declared.latency is not None and record.p95_seconds is None
    untimed = " Its answer time was not measured: time it first." if timed else ""
    return Violation(
        message=(
            f"{code(one.facts.name)} alone would answer {code(name)} for "
            f"{format_money(one.saving, currency)} a month "
            f"less ({format_share(one.saving / now)} of {format_money(now, currency)}), and breaks "
            "no rule that holds "
            f"today; it scored {record.score:.3f} on {count_of(record.sample_size, 'case')}, {held}"
        ),
        place=task.task.place.at("route"),
        subject=name,
        remedy=(
            f"Score {code(one.facts.name)} on the same cases as {code(task.primary.model)}, route "
            "a part to it, and "
            f"look with `govern diff` at what that does to concentration.{untimed}"
        ),
        risk=f"{format_money(one.saving * MONTHS_PER_YEAR, currency)} a year; evaluation and a cold "
        "cache not counted.",
        related=(("the result", one.proof.place),),
        figures={
            "saving_per_month": one.saving,
            "cost_per_month": now,
            "model": one.facts.name,
            "score": record.score,
            "floor": floor,
        },
        distinction=one.facts.name,
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
        "model counts only "
        "with a result of the organization's own cases for this very task class that reaches the "
        "floor (where none is "
        "declared: what the present model scored). It must violate no standing rule and no policy "
        "about task classes "
        "more than the present route does: capabilities, context, residency, allowed models, "
        "latency, independence of "
        "the fallbacks, caps. Fixed costs of what is replaced are taken to go on, so no saving is "
        "flattered."
    ),
    remediation="Try the model on a part of the requests, or write down why the dearer one is kept.",
    decision="Measure the cheaper model first.",
    severity=Severity.NOTE,
    check=check,
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
  - {task_class: triage, model: claude-haiku-4-5-20251001, date: 2026-11-02, sample_size: 500, score: 0.93}
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
  - {task_class: triage, model: claude-haiku-4-5-20251001, date: 2026-11-02, sample_size: 500, score: 0.93}
# policies/money.yaml
policies:
  look-for-savings: {rule: cheaper-model-exists, enforcement: advisory}
""",
)
