"""A small portfolio with cases, and a client in this process whose answers are given."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from multillm_gov.evaluation.bench.outcomes import BenchRun
from multillm_gov.evaluation.bench.run import run_bench
from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.client import Answer, Call, CallFailure
from multillm_gov.evaluation.pacing import RunConditions, RunLimits, Time
from multillm_gov.evaluation.running import Runner
from multillm_gov.workflows.evaluation.bench import BenchOptions, PlannedBench, plan_benchmarks
from multillm_gov.workflows.evaluation.sending import SendingOptions
from portfolios import CAPITALS, written

DAY = date(2026, 11, 24)
Say = Callable[[Call], str | Answer | CallFailure]


class Fake:
    """Answers by a function of the call; what it was asked is kept."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.calls: list[Call] = []

    async def send(self, call: Call) -> Answer | CallFailure:
        """Answer at once."""
        self.calls.append(call)
        await asyncio.sleep(0)
        said = self.say(call)
        return (
            Answer(text=said, seconds=1.0, usd=Decimal("0.0001")) if isinstance(said, str) else said
        )

    async def close(self) -> None:
        """Nothing to let go of."""


async def _sleep(seconds: float) -> None:
    del seconds


@pytest.fixture
def portfolio(tmp_path: Path) -> Callable[..., Path]:
    """Write a portfolio: the small one, with files added or replaced."""

    def write(files: Mapping[str, str] | None = None) -> Path:
        return written(tmp_path, {**CAPITALS, **(files or {})})

    return write


@pytest.fixture
def prepared(portfolio: Callable[..., Path]) -> Callable[..., PlannedBench]:
    """A planned benchmark of the small portfolio."""

    def prepare(
        files: Mapping[str, str] | None = None, *, max_usd: Decimal | None = None, **given: object
    ) -> PlannedBench:
        sending = SendingOptions(offline=True, max_usd=max_usd)
        options = BenchOptions(sending=sending, **given)  # type: ignore[arg-type]
        return plan_benchmarks(options, as_of=DAY, root=portfolio(files))

    return prepare


@pytest.fixture
def run() -> Callable[..., BenchRun]:
    """Run a plan through a fake client, with no time to pass and, where given, little money."""

    def through(prepared: PlannedBench, fake: Fake, limit: Decimal | None = None) -> BenchRun:
        budget, time = Budget(limit), Time(now=lambda: 0.0, sleep=_sleep, chance=lambda: 0.0)

        async def send(probes, told):
            conditions = RunConditions(limits=RunLimits(concurrency=1), budget=budget, time=time)
            return await Runner(probes, fake, conditions, on_answer=told).run()

        return asyncio.run(run_bench(prepared.plan, prepared.planner, send))

    return through


@pytest.fixture
def fake() -> type[Fake]:
    """The client of this process."""
    return Fake
