"""Sending a plan's calls through a client, within limits of money, time and concurrency."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from multillm_gov.evaluation.client import Answer, Call, CallFailure, Client
from multillm_gov.evaluation.pacing import RunConditions, wait_before_retry
from multillm_gov.evaluation.probes.check import CallRecord, Observation, observed
from multillm_gov.evaluation.probes.probe import Probe

Ending = Literal["complete", "budget", "time", "interrupted"]
"""Why a run ended: complete, the next call could exceed the limit, total timeout, or Ctrl-C."""
AnswerListener = Callable[[Probe, int, Answer], None]


class Progress(Struct, frozen=True, kw_only=True):
    """How far a run is."""

    done: int
    """Samples settled."""
    total: int
    spent_usd: Decimal
    seconds: float


class ProbeRun(Struct, frozen=True, kw_only=True):
    """What a run showed, in the order of its plan."""

    observations: tuple[Observation, ...]
    """One a probe; those that nothing was sent for have seen nothing."""
    ending: Ending
    spent_usd: Decimal
    seconds: float
    calls: int
    """Sent, retries included."""


SendProbes = Callable[[Sequence[Probe], AnswerListener], Awaitable[ProbeRun]]
"""Sends probes through the run's client and budget."""


class Runner:
    """One run. Texts and vectors are dropped once checked, so that memory stays bounded."""

    def __init__(
        self,
        probes: Sequence[Probe],
        client: Client,
        conditions: RunConditions,
        *,
        on_progress: Callable[[Progress], None] | None = None,
        on_answer: AnswerListener | None = None,
    ) -> None:
        self._probes = probes
        self._client = client
        self._limits = conditions.limits
        self._budget = conditions.budget
        self._time = conditions.time
        self._on_progress = on_progress
        self._on_answer = on_answer
        self._total = sum(probe.samples for probe in probes)
        self._seen: list[list[CallRecord | None]] = [[None] * probe.samples for probe in probes]
        self._ending: Ending = "complete"
        self._done = self._calls = 0
        self._pauses: dict[str, float] = {}

    async def run(self) -> ProbeRun:
        """Send everything; Ctrl-C and the total timeout end early with what is known."""
        start = self._time.now()
        self._start = start
        self._slots = asyncio.Semaphore(self._limits.concurrency)
        self._freed = asyncio.Condition()
        workers = asyncio.ensure_future(self._work())
        try:
            await asyncio.wait_for(asyncio.shield(workers), self._limits.total_seconds)
        except BaseExceptionGroup as group:
            raise _first(group) from None
        except TimeoutError:
            self._end("time")
        except asyncio.CancelledError:
            self._end("interrupted")
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
        finally:
            workers.cancel()
            await asyncio.gather(workers, return_exceptions=True)
        return ProbeRun(
            observations=tuple(
                Observation(probe=probe, seen=tuple(each for each in seen if each is not None))
                for probe, seen in zip(self._probes, self._seen, strict=True)
            ),
            ending=self._ending,
            spent_usd=self._budget.spent,
            seconds=self._time.now() - start,
            calls=self._calls,
        )

    async def _work(self) -> None:
        """As many workers per provider as may call it; a paused provider delays no other."""
        queues: dict[str, deque[tuple[int, int]]] = {}
        for number, probe in enumerate(self._probes):
            queues.setdefault(probe.provider, deque()).extend(
                (number, sample) for sample in range(probe.samples)
            )
        most = self._limits.provider_concurrency or self._limits.concurrency
        async with asyncio.TaskGroup() as group:
            for provider, queue in queues.items():
                for _ in range(min(most, self._limits.concurrency, len(queue))):
                    group.create_task(self._empty(provider, queue))

    async def _empty(self, provider: str, queue: deque[tuple[int, int]]) -> None:
        while queue and self._ending == "complete":
            number, sample = queue.popleft()
            seen = await self._settle(self._probes[number], provider, sample)
            if seen is None:
                return
            self._seen[number][sample] = seen
            self._done += 1
            if self._on_progress is not None:
                self._on_progress(self._progress())

    async def _settle(self, probe: Probe, provider: str, sample: int) -> CallRecord | None:
        """Send one sample, as often as it takes; ``None``: the money did not last."""
        for attempt in range(1, self._limits.attempts + 1):
            await self._pause(provider)
            result = await self._send(probe, probe.call(sample))
            if result is None:
                return None
            if isinstance(result, Answer):
                if self._on_answer is not None:
                    self._on_answer(probe, sample, result)
                return observed(probe, result, attempt)
            wait = wait_before_retry(result, attempt, self._limits, self._time.chance())
            if wait is None:
                return observed(probe, result, attempt)
            if result.verdict == "rate-limited":
                # The limit is the provider's, not the call's: whoever calls it next would meet it
                # as well.
                self._pauses[provider] = max(
                    self._pauses.get(provider, 0.0), self._time.now() + wait
                )
            else:
                await self._time.sleep(wait)
        raise AssertionError("the last attempt is never sent again")

    async def _pause(self, provider: str) -> None:
        while (left := self._pauses.get(provider, 0.0) - self._time.now()) > 0:
            await self._time.sleep(left)

    async def _send(self, probe: Probe, call: Call) -> Answer | CallFailure | None:
        async with self._slots:
            if not await self._reserve(probe.worst_usd):
                return None
            self._calls += 1
            cost: Decimal | None = None
            try:
                result = await self._within(call)
                cost = _cost_of(result)
            finally:
                # A call that is cancelled in flight may be billed: its worst case counts.
                self._budget.settle(probe.worst_usd, cost)
                await self._tell_freed()
        return result

    async def _within(self, call: Call) -> Answer | CallFailure:
        limit = call.timeout_seconds + self._limits.grace_seconds
        try:
            return await asyncio.wait_for(self._client.send(call), limit)
        except TimeoutError:
            return CallFailure(
                verdict="timeout", message=f"no answer within {limit:g} s", seconds=limit
            )

    async def _reserve(self, worst: Decimal | None) -> bool:
        """Reserve the worst case, waiting while calls in flight may turn out cheaper."""
        async with self._freed:
            while not self._budget.reserve(worst):
                if (
                    self._ending != "complete"
                    or self._budget.is_broken
                    or not self._budget.reserved
                ):
                    self._end("budget")
                    self._freed.notify_all()
                    return False
                await self._freed.wait()
        return True

    async def _tell_freed(self) -> None:
        async with self._freed:
            self._freed.notify_all()

    def _end(self, ending: Ending) -> None:
        if self._ending == "complete":
            self._ending = ending

    def _progress(self) -> Progress:
        return Progress(
            done=self._done,
            total=self._total,
            spent_usd=self._budget.spent,
            seconds=self._time.now() - self._start,
        )


def _first(error: BaseException) -> BaseException:
    """What went wrong in a worker, out of the groups that all workers together raise."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _cost_of(result: Answer | CallFailure) -> Decimal | None:
    """US dollars; ``None``: not known, so the worst case."""
    if isinstance(result, Answer):
        return result.usd
    return None if result.may_bill else Decimal(0)


def incomplete(run: ProbeRun) -> Iterator[Observation]:
    """Probes that not all samples were settled of."""
    return (
        observation
        for observation in run.observations
        if len(observation.seen) < observation.probe.samples
    )
