"""What a run of calls needs of the machine: its clock, its signals, its memory."""

import asyncio
import gc
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from multillm_gov.evaluation.pacing import Time


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
