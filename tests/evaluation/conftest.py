"""Probes over a small task class, and a client in this process whose answers, faults and clock are
given."""

import asyncio
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from multillm_gov.catalog.facts import Exposure, ModelFacts
from multillm_gov.catalog.pricing.price import Price, UnitPrices
from multillm_gov.evaluation.client import Answer, Call, CallFailure, Message
from multillm_gov.evaluation.pacing import Time
from multillm_gov.evaluation.probes.probe import Probe, TaskDigests
from multillm_gov.location import Place
from multillm_gov.portfolio.allocation import RouteEntry, TaskClass, TaskClassDeclaration
from multillm_gov.portfolio.demand import Demand

DAY = date(2026, 11, 24)
PRICE = Price(standard=UnitPrices(input=Decimal("0.000002"), output=Decimal("0.00001")))
SCHEMA = {
    "type": "object",
    "properties": {
        "queue": {"type": "string"},
        "urgent": {"type": "boolean"},
        "score": {"type": "number"},
    },
    "required": ["queue"],
    "additionalProperties": False,
}


def facts_of(name="openai/gpt-5.4", canonical="gpt-5.4", provider="openai", **given):
    defaults = {
        "price": PRICE,
        "capabilities": frozenset({"response_schema"}),
        "source": "litellm",
        "mode": "chat",
    }
    return ModelFacts(
        name=name, exposure=Exposure(model=canonical, provider=provider), **{**defaults, **given}
    )


def task_of(name="triage", **declared):
    defaults = {
        "route": (RouteEntry(model="openai/gpt-5.4"),),
        "demand": Demand(requests=1000, input_tokens=100),
    }
    return TaskClass(
        name=name,
        owner="support",
        declared=TaskClassDeclaration(**{**defaults, **declared}),
        place=Place("allocations/support.yaml", ("task_classes", name)),
    )


def probe_of(declared=None, **given) -> Probe:
    """A probe of one chat model, sent three times."""
    task = task_of(**(declared or {}))
    model = given.get("model", "openai/gpt-5.4")
    call = Call(
        model=model, messages=(Message("user", "Sort: my bill is wrong"),), max_output_tokens=200
    )
    defaults = {
        "task": task,
        "model": model,
        "kind": "answer",
        "role": "route",
        "provider": "openai",
        "calls": (call,),
        "samples": 3,
        "day": DAY,
        "origin": "prompt",
        "digests": TaskDigests(task="sha256:" + "1" * 64),
        "facts": facts_of(),
        "place": task.place.at("route", 0, "model"),
        "worst_usd": Decimal("0.01"),
    }
    return Probe(**{**defaults, **given})


def answer_of(**given) -> Answer:
    defaults = {
        "text": '{"queue": "billing"}',
        "finish_reason": "stop",
        "served_model": "gpt-5.4-2026-03-05",
        "input_tokens": 90,
        "output_tokens": 12,
        "usd": Decimal("0.0003"),
        "seconds": 0.5,
    }
    return Answer(**{**defaults, **given})


def failure_of(verdict="provider-fault", **given) -> CallFailure:
    return CallFailure(
        **{"message": "HTTP 500", "seconds": 0.1, "may_bill": False, **given}, verdict=verdict
    )


class Clock:
    """Time that only passes when someone sleeps, and dice that always show the same."""

    def __init__(self, chance: float = 0.5) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []
        self._chance = chance

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)

    @property
    def time(self) -> Time:
        return Time(now=lambda: self.seconds, sleep=self.sleep, chance=lambda: self._chance)


class Scripted:
    """A client that gives what a function of the call and its number says."""

    def __init__(
        self, give: Callable[[Call, int], Answer | CallFailure], wait: float = 0.0
    ) -> None:
        self.give = give
        self.wait = wait
        self.sent: list[Call] = []
        self.flying = self.most_flying = 0

    async def send(self, call: Call) -> Answer | CallFailure:
        number = len(self.sent)
        self.sent.append(call)
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            await asyncio.sleep(self.wait)
            return self.give(call, number)
        finally:
            self.flying -= 1

    async def close(self) -> None:
        pass


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_probe():
    return probe_of


@pytest.fixture
def make_answer():
    return answer_of


@pytest.fixture
def make_failure():
    return failure_of


@pytest.fixture
def make_facts():
    return facts_of


@pytest.fixture
def scripted():
    return Scripted


@pytest.fixture
def altered():
    return replace


@pytest.fixture
def schema():
    return SCHEMA


@pytest.fixture
def make_clock():
    return Clock
