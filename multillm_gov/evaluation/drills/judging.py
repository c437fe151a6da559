"""From what a drill showed to its record: per fault, then for the task class."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Literal

from multillm_gov.evaluation.client import Answer, CallFailure
from multillm_gov.evaluation.drills.drill import OUTAGES, Drill, DrillOutcome
from multillm_gov.evaluation.probes.check import observed
from multillm_gov.evidence.drill_record import DrillRecord, Fault, FaultResult
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.units import Amount, Positive, Share

Result = Literal["survives", "degraded", "fails"]
CUT: Fault = "stream-cut"
_GRAVITY: tuple[Result, ...] = ("survives", "degraded", "fails")
_MILLI = Decimal("0.001")
_NANO = Decimal("0.000000001")
_SHARE = Decimal("0.0001")


def judge_drills(
    outcomes: Iterable[DrillOutcome], versions: Mapping[str, str], source: str = "govern drill"
) -> tuple[DrillRecord, ...]:
    """One record per task class, in the order met.

    A fault counts by the worst of the routed models it was injected into. The task class *survives*
    if the chain answered in order, within latency and schema after every fault; it *fails* if no
    answer came after one of the faults that an outage shows as (refused connection, server error,
    rate limit, timeout); else it is
    *degraded*. A stream
    cut after its first words counts in the coverage alone: no gateway takes back what its caller
    has read already. Coverage is the share of the faults that the chain survived, cut streams
    included.
    """
    grouped: dict[str, list[DrillOutcome]] = {}
    for outcome in outcomes:
        grouped.setdefault(outcome.drill.task.name, []).append(outcome)
    return tuple(_record(group, versions, source) for group in grouped.values())


def _record(outcomes: list[DrillOutcome], versions: Mapping[str, str], source: str) -> DrillRecord:
    drill = outcomes[0].drill
    faults = tuple(_worst_by_fault(outcomes))
    survived = sum(fault.result == "survives" for fault in faults)
    answered = [
        fault.seconds for fault in faults if fault.result != "fails" and fault.seconds is not None
    ]
    longest = max(answered, default=None)
    results = [outcome.carried.result for outcome in outcomes]
    cost = sum(
        (result.usd or Decimal(0) for result in results if isinstance(result, Answer)), Decimal(0)
    )
    return DrillRecord(
        task_class=drill.task.name,
        date=drill.probe.day,
        result=_overall(faults),
        seconds_to_recover=Positive(max(longest, _MILLI)) if longest is not None else None,
        source=source,
        chain=_chain(drill.task),
        faults=faults,
        coverage=Share((Decimal(survived) / len(faults)).quantize(_SHARE)),
        task=drill.probe.digests.task,
        prompt=drill.probe.digests.prompt,
        output_schema=drill.probe.digests.output_schema,
        calls=len(outcomes),
        usd=Amount(cost.quantize(_NANO)),
        versions=dict(versions),
    )


def _chain(task: TaskClass) -> tuple[str, ...]:
    """The routed model with the largest share, then the fallbacks."""
    shares = task.shares
    largest = max(range(len(shares)), key=lambda index: (shares[index], -index))
    return (task.declared.route[largest].model, *task.declared.fallbacks)


def _overall(faults: tuple[FaultResult, ...]) -> Result:
    if all(fault.result == "survives" for fault in faults if fault.fault != CUT):
        return "survives"
    return (
        "fails"
        if any(fault.result == "fails" and fault.fault in OUTAGES for fault in faults)
        else "degraded"
    )


def _worst_by_fault(outcomes: list[DrillOutcome]) -> Iterator[FaultResult]:
    by_fault: dict[Fault, list[FaultResult]] = {}
    for outcome in outcomes:
        by_fault.setdefault(outcome.drill.fault, []).append(judge_fault(outcome))
    for results in by_fault.values():
        yield max(
            results,
            key=lambda result: (_GRAVITY.index(result.result), result.seconds or Decimal(0)),
        )


def judge_fault(outcome: DrillOutcome) -> FaultResult:
    """Whether the chain answered in order, within latency and schema; the detail has the figures.

    Never a text of an answer, nor a provider's own words.
    """
    drill, carried = outcome.drill, outcome.carried
    seconds = Amount(Decimal(str(carried.result.seconds)).quantize(_MILLI))
    where = f"`{drill.chain[0]}` fails: " if len(drill.task.declared.route) > 1 else ""
    if isinstance(carried.result, CallFailure) or not carried.attempts or carried.attempts[-1] == 0:
        detail = f"{where}{_why_none(outcome)}"
        return FaultResult(fault=drill.fault, result="fails", seconds=seconds, detail=detail)
    missed = tuple(_missed(drill, carried.result, carried.attempts))
    by = drill.chain[carried.attempts[-1]]
    result: Result = "degraded" if missed else "survives"
    detail = f"{where}{'; '.join(missed)}" if missed else ""
    return FaultResult(
        fault=drill.fault, result=result, answered_by=by, seconds=seconds, detail=detail
    )


def _why_none(outcome: DrillOutcome) -> str:
    drill, carried = outcome.drill, outcome.carried
    if isinstance(carried.result, Answer):
        return "the faulty response was accepted as an answer"
    tried = [drill.chain[position] for position in dict.fromkeys(carried.attempts)]
    if carried.attempts in {(), (0,)}:
        return (
            "no fallback: the stream broke after the first tokens were delivered"
            if drill.fault == "stream-cut"
            else "no fallback was called"
        )
    names = ", ".join(f"`{name}`" for name in tried[1:])
    return f"no answer from {names} either"


def _missed(drill: Drill, answer: Answer, attempts: tuple[int, ...]) -> Iterator[str]:
    expected = tuple(range(attempts[-1] + 1))
    if attempts != expected:
        passed = [drill.chain[position] for position in expected if position not in attempts]
        names = ", ".join(f"`{name}`" for name in passed)
        yield (
            f"out of order: {names} passed over" if passed else "models were called more than once"
        )
    latency = drill.task.declared.latency
    if latency is not None and answer.seconds > latency.p95_seconds:
        yield f"the answer came after {answer.seconds:.2f} s; the limit is {latency.p95_seconds} s"
    if not answer.text and not answer.vectors:
        yield "the answer is empty"
    elif drill.probe.origin != "generic":
        item = observed(drill.probe, answer, 1).evidence.get("contract")
        if item is not None and not item.satisfied:
            yield f"the answer does not satisfy the schema: {item.misfit}"
