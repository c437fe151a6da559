"""What the sending commands share: options, the refusal of expensive plans, the result."""

import asyncio
import gc
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import ROUND_UP, Decimal
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from multillm_gov.errors import UnableError
from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.client import Client
from multillm_gov.evaluation.pacing import RunConditions, RunLimits, Time
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.evaluation.running import AnswerListener, ProbeRun, Progress, Runner, SendProbes
from multillm_gov.report import Report
from multillm_gov.units import format_money
from multillm_gov.words import count_of

DEFAULT_MAX_USD = Decimal("1.00")
_Result = TypeVar("_Result")
_NAMED = 5
_CENT = Decimal("0.01")


def time_of(*, replayed: bool) -> Time:
    """The machine's own; a replay waits for nobody."""

    async def pass_by(seconds: float) -> None:
        del seconds
        await asyncio.sleep(0)

    if replayed:
        return Time(now=lambda: 0.0, sleep=pass_by, chance=lambda: 0.0)
    return Time(now=time.monotonic, sleep=asyncio.sleep, chance=random.random)


def end_on_termination() -> None:
    """Let SIGTERM (a cancelled job) end the run as Ctrl-C does, where the system supports it."""
    task = asyncio.current_task()
    if task is not None:
        with suppress(NotImplementedError, RuntimeError, ValueError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


@contextmanager
def collecting() -> Iterator[None]:
    """Collect cycles during calls: providers' clients leave many, and the CLI defers collection."""
    before = gc.isenabled()
    gc.enable()
    try:
        yield
    finally:
        if not before:
            gc.disable()


async def run_and_close(
    run: Callable[[SendProbes], Awaitable[_Result]],
    client: Client,
    conditions: RunConditions,
    on_progress: Callable[[Progress], None] | None,
) -> _Result:
    """Carry a run out through a client and close it, whatever happens."""

    async def send(probes: Sequence[Probe], listener: AnswerListener) -> ProbeRun:
        runner = Runner(probes, client, conditions, on_progress=on_progress, on_answer=listener)
        return await runner.run()

    try:
        return await run(send)
    finally:
        await client.close()


class SendingOptions(Struct, frozen=True, kw_only=True):
    """What a run may spend, how its calls are sent, and who answers them."""

    max_usd: Decimal | None = None
    """``None``: `DEFAULT_MAX_USD` where calls are billed, no limit where they are not."""
    unknown_price_allowed: bool = False
    concurrency: int = 8
    provider_concurrency: int | None = None
    """``None``: as many as all together."""
    timeout_seconds: float = 60.0
    """For one call."""
    total_seconds: float | None = None
    offline: bool = False
    record: Path | None = None
    replay: Path | None = None
    write: bool = True
    """Whether evidence is written."""

    @property
    def is_billed(self) -> bool:
        """Whether calls reach providers; what answers otherwise is no evidence."""
        return not self.offline and self.replay is None

    @property
    def limit(self) -> Decimal | None:
        """US dollars that the run may spend; ``None``: it spends nothing."""
        return DEFAULT_MAX_USD if self.max_usd is None and self.is_billed else self.max_usd

    @property
    def conditions(self) -> RunConditions:
        """Those of one run; its budget is new."""
        limits = RunLimits(
            concurrency=self.concurrency,
            provider_concurrency=self.provider_concurrency,
            total_seconds=self.total_seconds,
        )
        time = time_of(replayed=self.replay is not None)
        return RunConditions(limits=limits, budget=Budget(self.limit), time=time)


class WorstCase(Struct, frozen=True, kw_only=True):
    """What a plan costs at most."""

    usd: Decimal
    """Of all calls whose price is known."""
    parts: str
    """What is sent, counted: ``12 probes``."""
    unpriced: Sequence[str] = ()
    """Models whose price is not known, which is not the same as free."""
    how_to_send_less: str
    """Which options make the plan smaller: completes "or send less: "."""


class RunResult(Struct, frozen=True, kw_only=True):
    """What a run led to."""

    report: Report
    interrupted: bool


def refuse_unaffordable(worst: WorstCase, options: SendingOptions) -> None:
    """Refuse a plan before its first call if it may cost more than the limit.

    Raises:
        UnableError: it may cost more, or its price is not known.
    """
    limit = options.limit
    if limit is None:
        return
    if worst.unpriced and not options.unknown_price_allowed:
        names = ", ".join(f"`{name}`" for name in worst.unpriced[:_NAMED])
        more = count_of(len(worst.unpriced) - _NAMED, "other model")
        raise UnableError(
            f"What {worst.parts} may cost is not known: no price for {names}"
            + (f" and {more}" if len(worst.unpriced) > _NAMED else ""),
            "Declare `usd_per_million_tokens` below `models` in `catalog/`, leave these models "
            "out, or pass --allow-unknown-price.",
        )
    if worst.usd > limit:
        raise UnableError(
            f"{worst.parts} may cost {format_money(worst.usd, rounding=ROUND_UP)}; --max-usd "
            f"allows {format_money(limit)}",
            f"Pass --max-usd {worst.usd.quantize(_CENT, ROUND_UP)}, or send less: "
            f"{worst.how_to_send_less}. --plan shows the worst case of each part.",
        )
