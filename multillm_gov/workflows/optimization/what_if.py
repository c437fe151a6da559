"""Assumptions for one run: a price, a new model, a provider gone, another cap, twice the demand."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from msgspec.structs import replace

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.errors import UsageError
from multillm_gov.evidence.record import EvidenceRecord, PlacedRecord
from multillm_gov.location import Place
from multillm_gov.measures.cost.demand import is_unproved_zero
from multillm_gov.measures.portfolio_figures import measure
from multillm_gov.optimization.plan import ASSUMED
from multillm_gov.portfolio.allocation import SpendCap, TaskClass
from multillm_gov.portfolio.policy import Policy
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.state.state import State
from multillm_gov.units import Amount, Share
from multillm_gov.words import code, did_you_mean

CASES = 1_000
"""Cases that an assumed score is taken to rest on."""
_FORM = re.compile(r"(price|model|gone|cap|demand):(?:([^=]*)=)?(.+)")
FORMS = (
    "price:MODEL=FACTOR, model:NAME@TASK=SCORE, gone:NAME, cap:TASK=AMOUNT, "
    "cap:POLICY.KEY=VALUE, demand:FACTOR or demand:TASK=FACTOR"
)
"""What `--what-if` takes."""
FactsChange = Callable[[ModelFacts], ModelFacts]


def assume(state: State, texts: tuple[str, ...]) -> Assessment:
    """The state as it would be under all assumptions, measured and judged anew.

    Raises:
        UsageError: an assumption that is none, or about something that is not there.
    """
    changed = state
    for text in texts:
        match = _FORM.fullmatch(text)
        if match is None:
            raise UsageError(f"{code(text)} is no assumption", f"Write one of: {FORMS}.")
        kind, subject, value = match[1], match[2] or "", match[3]
        changed = _KINDS[kind](changed, subject, value)
    figures = measure(changed.portfolio, changed.catalog)
    return assess(replace(changed, figures=figures))


def _number(text: str, most: str = "1e15") -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= Decimal(most):
        raise UsageError(f"{code(text)} is no number that fits", f"Write one of: {FORMS}.")
    return value


def _price(state: State, model: str, factor: str) -> State:
    times = _number(factor, "1000")
    known = state.catalog.find(model)
    if known is None:
        raise UsageError(
            f"The catalog does not know {code(model)}", "Name a model as it is routed."
        )
    if known.price is None or is_unproved_zero(known):
        raise UsageError(
            f"The price of {code(model)} is not known, and neither is a multiple of it",
            "Declare the price in `catalog/`; 0 where the model is free.",
        )

    def repriced(facts: ModelFacts) -> ModelFacts:
        if facts.name != model or facts.price is None:
            return facts
        declared = facts.price_is_declared or not times  # an assumed 0 is free, not "not known"
        return replace(facts, price=facts.price.scaled(times), price_is_declared=declared)

    return _with_facts(state, repriced)


def _gone(state: State, _subject: str, name: str) -> State:
    known: set[str] = set()

    def gone(facts: ModelFacts) -> ModelFacts:
        exposure = facts.exposure
        if name not in {exposure.vendor, exposure.provider, exposure.cloud, facts.name}:
            return facts
        lifecycle = replace(facts.lifecycle, retirement=state.as_of, redirect="")
        return replace(facts, lifecycle=lifecycle)

    for task in state.figures.tasks:
        for model in task.task.models:
            facts = state.catalog.find(model)
            if facts is not None:
                exposure = facts.exposure
                known |= {exposure.vendor, exposure.provider, exposure.cloud, model}
    if name not in known:
        raise UsageError(
            f"Nothing here depends on {code(name)}{did_you_mean(name, known)}",
            "Name a vendor, provider, cloud or model as `govern graph` does.",
        )
    return _with_facts(state, gone)


def _model(state: State, subject: str, score: str) -> State:
    """A score on assumed cases; where the latency is limited, within the limit."""
    model, _, task = subject.rpartition("@")
    declared = {each.name: each.declared for each in state.portfolio.task_classes}
    if not model or task not in declared:
        raise UsageError(f"{code(subject)} names no task class", f"Write one of: {FORMS}.")
    if state.catalog.find(model) is None:
        raise UsageError(
            f"The catalog does not know {code(model)}", "Declare it in `catalog/`, with its price."
        )
    latency = declared[task].latency
    record = EvidenceRecord(
        task_class=task,
        model=model,
        date=state.as_of,
        sample_size=CASES,
        score=Share(str(_number(score, "1"))),
        source=ASSUMED,
        p95_seconds=None if latency is None else latency.p95_seconds,
    )
    placed = PlacedRecord(record=record, place=Place("evidence"))
    known = state.evidence.get((task, model), ())
    return replace(state, evidence={**state.evidence, (task, model): (placed, *known)})


def _cap(state: State, subject: str, value: str) -> State:
    amount = _number(value)
    policy, _, key = subject.rpartition(".")
    names = {each.name for each in state.portfolio.task_classes}
    policies = {each.name: each for each in state.portfolio.policies}
    if subject in names:

        def capped(task: TaskClass) -> TaskClass:
            cap: SpendCap = replace(task.declared.spend_cap, monthly=Amount(str(amount)))
            return replace(task, declared=replace(task.declared, spend_cap=cap))

        return _with_tasks(state, subject, capped)
    if policy not in policies or key not in policies[policy].parameters:
        raise UsageError(
            f"There is no task class, and no policy with a key, called {code(subject)}",
            f"Write one of: {FORMS}.",
        )
    changed = tuple(
        _with_key(each, key, amount) if each.name == policy else each
        for each in state.portfolio.policies
    )
    return replace(state, portfolio=replace(state.portfolio, policies=changed))


def _with_key(policy: Policy, key: str, amount: Decimal) -> Policy:
    old = policy.parameters[key]
    value: Any = int(amount) if isinstance(old, int) and amount == int(amount) else float(amount)
    return replace(policy, parameters={**policy.parameters, key: value})


def _demand(state: State, task: str, factor: str) -> State:
    times = _number(factor, "1000000")

    def grown(each: TaskClass) -> TaskClass:
        demand = each.declared.demand
        if demand is None:
            return each
        requests = int(demand.requests * times)
        return replace(
            each, declared=replace(each.declared, demand=replace(demand, requests=requests))
        )

    return _with_tasks(state, task, grown)


def _with_tasks(state: State, name: str, change: Callable[[TaskClass], TaskClass]) -> State:
    tasks = state.portfolio.task_classes
    if name and name not in {each.name for each in tasks}:
        raise UsageError(f"There is no task class {code(name)}", f"Write one of: {FORMS}.")
    changed = tuple(change(each) if not name or each.name == name else each for each in tasks)
    return replace(state, portfolio=replace(state.portfolio, task_classes=changed))


class _AssumedCatalog:
    """A catalog whose facts pass through an assumption."""

    def __init__(self, catalog: Catalog, fact: FactsChange) -> None:
        self._catalog = catalog
        self._fact = fact
        self._seen: dict[str, ModelFacts | None] = {}

    def find(self, name: str) -> ModelFacts | None:
        if name not in self._seen:
            facts = self._catalog.find(name)
            self._seen[name] = None if facts is None else self._fact(facts)
        return self._seen[name]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - everything else is unchanged
        return getattr(self._catalog, name)


def _with_facts(state: State, fact: FactsChange) -> State:
    return replace(state, catalog=cast("Catalog", _AssumedCatalog(state.catalog, fact)))


_KINDS: Mapping[str, Callable[[State, str, str], State]] = {
    "price": _price,
    "gone": _gone,
    "model": _model,
    "cap": _cap,
    "demand": _demand,
}
