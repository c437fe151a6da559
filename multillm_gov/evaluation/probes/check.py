"""A check: what it keeps of each answer, and what it concludes over all of them."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct

from multillm_gov.evaluation.client import Answer, Failure
from multillm_gov.evaluation.probes import checks
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.evidence.record import CheckResult


class Seen(Struct, frozen=True, kw_only=True):
    """What is kept of one call: its figures, and what each check saw in it; no text and no vectors."""

    result: Answer | Failure
    """An answer without its text and vectors."""
    attempts: int = 1
    sights: dict[str, Any] = {}
    """By name of the check: a small value."""


class Observation(Struct, frozen=True, kw_only=True):
    """All that a probe showed."""

    probe: Probe
    seen: tuple[Seen, ...]

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Of the calls that have one."""
        return tuple(each.result for each in self.seen if isinstance(each.result, Answer))

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Of the calls that have none."""
        return tuple(each.result for each in self.seen if isinstance(each.result, Failure))

    def sights(self, name: str) -> tuple[Any, ...]:
        """What a check saw, answer by answer."""
        return tuple(each.sights[name] for each in self.seen if name in each.sights)


def _look_at_nothing(probe: Probe, answer: Answer) -> None:
    del probe, answer


class Check(Struct, frozen=True, kw_only=True):
    """One thing that probes are held against."""

    name: str
    look: Callable[[Probe, Answer], object | None] = _look_at_nothing
    """What to keep of an answer while its text is there; ``None``: nothing."""
    conclude: Callable[[Observation], CheckResult | None]
    """What all of it shows; ``None``: the task class declares nothing to hold it against, or the provider tells none.

    What is declared and cannot be judged is ``inconclusive``.
    """


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, by name, found by presence."""
    files = {file.stem for folder in checks.__path__ for file in Path(folder).glob("*.py")}
    found = (import_module(f"{checks.__name__}.{stem}").CHECK for stem in files - {"__init__"})
    return tuple(sorted(found, key=lambda check: check.name))


def look(probe: Probe, result: Answer | Failure, attempts: int) -> Seen:
    """All that is kept of one call."""
    if isinstance(result, Failure):
        return Seen(result=result, attempts=attempts)
    sights = {
        check.name: sight
        for check in all_checks()
        if (sight := check.look(probe, result)) is not None
    }
    from msgspec.structs import replace

    return Seen(result=replace(result, text="", vectors=()), attempts=attempts, sights=sights)
