"""All variables, by the kind of subject."""

from typing import Any

from multillm_gov.portfolio.demand import Demand
from multillm_gov.rules.custom.vocabulary import (
    ELEMENTS,
    NUMBER,
    TEXT,
    TEXTS,
    OneModel,
    OneTask,
    Over,
    Variable,
    Whole,
    number,
    text,
    texts,
)
from multillm_gov.rules.custom.wide_variables import MODEL_VARIABLES, WHOLE_VARIABLES


def _route(task: OneTask) -> list[dict[str, Any]]:
    return [
        {
            **task.whole.known(entry.model, entry.facts),
            "share": float(entry.share),
            "cost_per_request": number(entry.cost_per_request),
            "spend_per_month": number(entry.spend_per_month),
        }
        for entry in task.figures.legs
    ]


def _fallbacks(task: OneTask) -> list[dict[str, Any]]:
    return [
        {
            **task.whole.known(fallback.model, fallback.facts),
            "cost_per_request": number(fallback.cost_per_request),
            "failover_spend_per_month": number(fallback.failover_spend_per_month),
            "shared_levels": [level.value for level in fallback.shared_with_primary],
        }
        for fallback in task.figures.fallbacks
    ]


def _demand(task: OneTask, key: str) -> float | None:
    demand: Demand | None = task.figures.task.declared.demand
    return None if demand is None else number(getattr(demand, key))


def _failover(task: OneTask) -> float | None:
    spends = [fallback.failover_spend_per_month for fallback in task.figures.fallbacks]
    known = [spend for spend in spends if spend is not None]
    return float(max(known)) if known and len(known) == len(spends) else None


def _share_of_spend(task: OneTask) -> float | None:
    spend = task.figures.spend_per_month
    return None if spend is None or not task.whole.spend else float(spend / task.whole.spend)


def _since_review(task: OneTask) -> float | None:
    review = task.figures.task.declared.review
    return None if review is None else float((task.whole.as_of - review.last).days)


def _task(name: str, kind: str, meaning: str, read: Any) -> Variable:  # noqa: ANN401 - one of many shapes
    """A variable read off the declaration."""
    return Variable(name, kind, meaning, lambda each: read(each.figures.task.declared))


TASK_VARIABLES = (
    Variable("task.name", TEXT, "name of the task class", lambda each: each.figures.task.name),
    Variable("task.owner", TEXT, "owner; empty: none", lambda each: text(each.figures.task.owner)),
    _task("task.purpose", TEXT, "purpose, its first 1,000 characters", lambda it: text(it.purpose)),
    _task("task.mode", TEXT, "kind of model it needs", lambda it: it.mode),
    _task("task.tags", TEXTS, "tags", lambda it: texts(it.tags)),
    _task(
        "task.capabilities", TEXTS, "capabilities it needs", lambda it: texts(it.needs.capabilities)
    ),
    _task(
        "task.classification",
        TEXT,
        "`public`, `internal`, `confidential` or `restricted`",
        lambda it: it.data.classification,
    ),
    _task(
        "task.residency",
        TEXTS,
        "regions where its data may be processed; empty: any",
        lambda it: texts(it.data.residency),
    ),
    _task(
        "task.value_at_stake",
        NUMBER,
        "per month, in the portfolio's currency",
        lambda it: number(it.cost_of_wrong_model.value_at_stake),
    ),
    Variable("task.route", ELEMENTS, "routed models: fields of models and of routes below", _route),
    Variable(
        "task.fallbacks",
        ELEMENTS,
        "fallbacks in order: fields of models and of fallbacks below",
        _fallbacks,
    ),
    Variable(
        "task.demand.requests", NUMBER, "requests per month", lambda each: _demand(each, "requests")
    ),
    Variable(
        "task.demand.input_tokens",
        NUMBER,
        "mean per request",
        lambda each: _demand(each, "input_tokens"),
    ),
    Variable(
        "task.demand.output_tokens",
        NUMBER,
        "mean per request",
        lambda each: _demand(each, "output_tokens"),
    ),
    Variable(
        "task.demand.p99_input_tokens",
        NUMBER,
        "99th percentile of the input",
        lambda each: _demand(each, "p99_input_tokens"),
    ),
    Variable(
        "task.demand.max_output_tokens",
        NUMBER,
        "longest required answer",
        lambda each: _demand(each, "max_output_tokens"),
    ),
    _task(
        "task.spend_cap.monthly",
        NUMBER,
        "cap on a month's spend",
        lambda it: number(it.spend_cap.monthly),
    ),
    _task(
        "task.spend_cap.per_request",
        NUMBER,
        "cap on a request's cost",
        lambda it: number(it.spend_cap.per_request),
    ),
    _task(
        "task.quality.floor",
        NUMBER,
        "quality floor (0..1)",
        lambda it: number(it.quality and it.quality.floor),
    ),
    _task(
        "task.latency.p95_seconds",
        NUMBER,
        "accepted p95 latency, seconds",
        lambda it: number(it.latency and it.latency.p95_seconds),
    ),
    _task("task.prompt", TEXT, "path of the prompt; empty: none", lambda it: text(it.prompt)),
    _task(
        "task.output_schema",
        TEXT,
        "path of the output schema; empty: none",
        lambda it: text(it.output_schema),
    ),
    _task(
        "task.review.every_months",
        NUMBER,
        "interval of reviews",
        lambda it: number(it.review and it.review.every_months),
    ),
    Variable("task.review.days_since", NUMBER, "days since the last review", _since_review),
    Variable(
        "measures.spend_per_month",
        NUMBER,
        "forecast; null: a price or the demand is not known",
        lambda each: number(each.figures.spend_per_month),
    ),
    Variable(
        "measures.cost_per_request",
        NUMBER,
        "spend over requests, fixed cost included",
        lambda each: number(each.figures.cost_per_request),
    ),
    Variable(
        "measures.largest_cost_per_request",
        NUMBER,
        "most expensive routed model at the largest size",
        lambda each: number(each.figures.largest_cost_per_request),
    ),
    Variable(
        "measures.failover_spend_per_month",
        NUMBER,
        "most expensive fallback carrying every request; null: none, or not known",
        _failover,
    ),
    Variable("measures.share_of_spend", NUMBER, "of the portfolio's (0..1)", _share_of_spend),
)


OWN: dict[Over, tuple[Variable, ...]] = {
    "task_class": TASK_VARIABLES,
    "model": MODEL_VARIABLES,
    "portfolio": (),
}
"""Variables of one subject; `WHOLE_VARIABLES` can be read everywhere."""


def types_of(over: Over) -> dict[str, str]:
    """CEL types by name of everything that can be read over a kind of subject."""
    return {variable.name: variable.type for variable in (*OWN[over], *WHOLE_VARIABLES)}


def values_of(variables: tuple[Variable, ...], each: OneTask | OneModel | Whole) -> dict[str, Any]:
    """The values of some variables of one subject.

    Raises:
        TooLongError: a list is longer than the limit.
    """
    return {variable.name: variable.read(each) for variable in variables}
