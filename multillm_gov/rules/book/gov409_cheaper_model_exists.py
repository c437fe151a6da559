"""GOV409: no proven model that meets every floor would cost much less."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Annotated

from msgspec import Meta, Struct, field

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.evidence.record import PlacedRecord
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.demand_cost import Pricing
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.single_model import saving_per_month
from multillm_gov.portfolio.allocation import Closed
from multillm_gov.rules.prospects import Prospects
from multillm_gov.rules.rule import Case, Rule
from multillm_gov.rules.spelling import code
from multillm_gov.units import Amount, Share, count_of, spell_money, spell_share

_MOST_CANDIDATES = 10
"""Models tried per task class, the largest saving first: each is judged by the whole book."""


class Parameters(Closed, frozen=True, kw_only=True):
    """What saving is worth a finding, and what proves a model's quality."""

    min_saving_share: Annotated[
        Share, Meta(description="Smallest saving reported, as a share (0..1) of what the requests cost today")
    ] = field(default_factory=partial(Share, "0.1"))
    min_saving: Annotated[
        Amount, Meta(description="Smallest saving reported, per month, in the portfolio's currency")
    ] = field(default_factory=Amount)
    max_age_days: Annotated[int, Meta(ge=1, le=3_650, description="Oldest result that still proves, in days")] = 180
    min_sample_size: Annotated[int, Meta(ge=1, le=1_000_000, description="Fewest scored cases that prove")] = 200


class _Candidate(Struct, frozen=True):
    """A model whose quality is proved, and what it would save."""

    facts: ModelFacts
    proof: PlacedRecord
    saving: Decimal


def check(case: Case, parameters: Parameters) -> Iterator[Violation]:
    """Task classes that one proven model could answer for less, without breaking a rule that holds today."""
    proven: dict[str, list[str]] = {}
    for name, model in sorted(case.evidence):
        proven.setdefault(name, []).append(model)
    prospects: Prospects | None = None
    for task in case.tasks:
        floor = _floor(case, parameters, task)
        now = _cost(task)
        if floor is None or not now or task.task.name not in proven:
            continue
        candidates = _candidates(case, parameters, task, floor, proven[task.task.name])
        worth = [
            one for one in candidates if one.saving >= max(now * parameters.min_saving_share, parameters.min_saving)
        ]
        for one in sorted(worth, key=lambda one: (-one.saving, one.facts.name))[:_MOST_CANDIDATES]:
            prospects = prospects or Prospects(case, RULE.id)
            if prospects.breaks_nothing(task, one.facts.name):
                yield _violation(case, task, one, floor, now)
                break


def _floor(case: Case, parameters: Parameters, task: TaskFigures) -> Decimal | None:
    """The quality floor; where none is declared, what the model that carries most has proved."""
    quality = task.task.declared.quality
    if quality is not None:
        return quality.floor
    proof = _proof(case, parameters, task, task.primary.model)
    return proof.record.score if proof is not None else None


def _proof(case: Case, parameters: Parameters, task: TaskFigures, model: str) -> PlacedRecord | None:
    """The newest result of the organization's own cases in this task class, if it is recent and large enough."""
    for placed in case.evidence.get((task.task.name, model), ()):
        record = placed.record
        if record.origin == "internal" and record.date <= case.as_of:
            recent = (case.as_of - record.date).days <= parameters.max_age_days
            return placed if recent and record.sample_size >= parameters.min_sample_size else None
    return None


def _cost(task: TaskFigures) -> Decimal | None:
    """What the requests cost today, fixed costs left out: nothing less could be saved."""
    return saving_per_month(task, Decimal(0))


def _candidates(
    case: Case, parameters: Parameters, task: TaskFigures, floor: Decimal, models: list[str]
) -> Iterator[_Candidate]:
    pricing = Pricing(case.figures.usd_per_unit)
    demand, latency = task.task.declared.demand, task.task.declared.latency
    for model in models:
        proof = _proof(case, parameters, task, model)
        if proof is None or proof.record.score < floor or (len(task.legs) == 1 and model == task.legs[0].model):
            continue
        measured = proof.record.p95_seconds
        if latency is not None and measured is not None and measured > latency.p95_seconds:
            continue
        facts = case.catalog.find(model)
        cost = pricing.mean_cost(facts, demand)
        if facts is None or not cost:
            continue  # a price of nothing means a free tier or an unknown price, never a saving
        saving = saving_per_month(task, cost, _new_fixed_cost(case, facts))
        if saving is not None:
            yield _Candidate(facts, proof, saving)


def _new_fixed_cost(case: Case, facts: ModelFacts) -> Decimal:
    """Hosting that is not paid for yet."""
    if not facts.usd_fixed_per_month or any(facts.name in task.task.models for task in case.figures.tasks):
        return Decimal(0)
    return facts.usd_fixed_per_month / case.figures.usd_per_unit


def _violation(case: Case, task: TaskFigures, one: _Candidate, floor: Decimal, now: Decimal) -> Violation:
    currency, name, record = case.figures.currency, task.task.name, one.proof.record
    quality = task.task.declared.quality
    held = f"the floor is {floor:.3f}" if quality is not None else f"{code(task.primary.model)} scored {floor:.3f}"
    timed = task.task.declared.latency is not None and record.p95_seconds is None
    untimed = " Its answer time was not measured: time it first." if timed else ""
    return Violation(
        message=(
            f"{code(one.facts.name)} alone would answer {code(name)} for {spell_money(one.saving, currency)} a month "
            f"less ({spell_share(one.saving / now)} of {spell_money(now, currency)}), and breaks no rule that holds "
            f"today; it scored {record.score:.3f} on {count_of(record.sample_size, 'case')}, {held}"
        ),
        place=task.task.place.at("route"),
        subject=name,
        remedy=(
            f"Score {code(one.facts.name)} on the same cases as {code(task.primary.model)}, route a part to it, and "
            f"look with `govern diff` at what that does to concentration.{untimed}"
        ),
        risk=f"{spell_money(one.saving * 12, currency)} a year, evaluation and a colder prompt cache not counted.",
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
    title="No proven model that meets every floor would cost much less",
    why=(
        "The fair baseline of a portfolio is the cheapest single model that meets every floor. A model counts only "
        "with a result of the organization's own cases for this very task class that reaches the floor (where none is "
        "declared: what the present model scored). It must violate no standing rule and no policy about task classes "
        "more than the present route does: capabilities, context, residency, allowed models, latency, independence of "
        "the fallbacks, caps. Fixed costs of what is replaced are taken to go on, so no saving is flattered."
    ),
    mend="Try the model on a part of the requests, or write down why the dearer one is kept.",
    severity=Severity.NOTE,
    check=check,
    parameters=Parameters,
    standing=False,
    example="""\
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
    mended="""\
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
    controls=("NIST-AI-RMF MEASURE 2.3", "NIST-AI-RMF MANAGE 4.1", "ISO-42001 A.6.2.4"),
)
