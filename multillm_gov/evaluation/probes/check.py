"""A check: what it keeps of each answer, and what it concludes over all of them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from msgspec import Struct

from multillm_gov.evaluation.client import Answer, CallFailure
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.evidence.record import CheckResult
from multillm_gov.plugins import load_plugins


class CallRecord(Struct, frozen=True, kw_only=True):
    """What is kept of one call: figures and the evidence of each check; no text, no vectors."""

    result: Answer | CallFailure
    """An answer without its text and vectors."""
    attempts: int = 1
    evidence: dict[str, Any] = {}
    """By name of the check: a small value."""


class Observation(Struct, frozen=True, kw_only=True):
    """All that a probe showed."""

    probe: Probe
    seen: tuple[CallRecord, ...]

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Of the calls that have one."""
        return tuple(each.result for each in self.seen if isinstance(each.result, Answer))

    @property
    def failures(self) -> tuple[CallFailure, ...]:
        """Of the calls that have none."""
        return tuple(each.result for each in self.seen if isinstance(each.result, CallFailure))

    def evidence(self, name: str) -> tuple[Any, ...]:
        """What a check saw, answer by answer."""
        return tuple(each.evidence[name] for each in self.seen if name in each.evidence)


def _observe_nothing(probe: Probe, answer: Answer) -> None:
    del probe, answer


class Check(Struct, frozen=True, kw_only=True):
    """One property that probes are judged by."""

    name: str
    observe: Callable[[Probe, Answer], object | None] = _observe_nothing
    """What to keep of an answer while its text is there; ``None``: nothing."""
    judge: Callable[[Observation], CheckResult | None]
    """The result; ``None``: nothing is declared, or the provider reports nothing to judge by.

    What is declared and cannot be judged is ``inconclusive``.
    """


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, by name, found by presence."""
    modules = load_plugins("multillm_gov.evaluation.probes.checks")
    return tuple(sorted((module.CHECK for module in modules), key=lambda check: check.name))


def observed(probe: Probe, result: Answer | CallFailure, attempts: int) -> CallRecord:
    """All that is kept of one call."""
    if isinstance(result, CallFailure):
        return CallRecord(result=result, attempts=attempts)
    evidence = {
        check.name: remaining
        for check in all_checks()
        if (remaining := check.observe(probe, result)) is not None
    }
    from msgspec.structs import replace

    return CallRecord(
        result=replace(result, text="", vectors=()), attempts=attempts, evidence=evidence
    )
