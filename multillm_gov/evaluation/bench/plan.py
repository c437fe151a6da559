"""All calls of a benchmark with their worst case, before any is sent: answers and judges."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.evaluation.bench.benchmark import BenchCase, Benchmark, BenchSettings, Contender
from multillm_gov.evaluation.bench.preference import pair_calls
from multillm_gov.evaluation.bench.scoring import Unscorable, needs_judge, scorer_module
from multillm_gov.evaluation.calls import CALL_MODES, has_native_schema, longest_answer, provider_of
from multillm_gov.evaluation.client import Call
from multillm_gov.evaluation.probes.probe import Probe, ProviderKey
from multillm_gov.evaluation.worst_cost import worst_cost

BYTES_PER_TOKEN = 8
"""Room for an answer in a judge's call, twice a token of prose; longer answers are not judged."""


class BenchPlanner(Struct, frozen=True, kw_only=True):
    """What planning must know beside the cases."""

    day: date
    limits: BenchSettings
    find: Callable[[str], ModelFacts | None]
    keys_of: Callable[[str], tuple[ProviderKey, ...]]


class JudgeCost(Struct, frozen=True, kw_only=True):
    """A judge's call about an answer as long as may be: what it may cost, without its text."""

    model: str
    worst_usd: Decimal | None
    keys: tuple[ProviderKey, ...] = ()


class PlannedCase(Struct, frozen=True, kw_only=True):
    """One case for one model, and the calls for it."""

    bench: Benchmark
    case: BenchCase
    contender: Contender
    probe: Probe
    judging: tuple[JudgeCost, ...] = ()
    """Judges' calls about each answer."""


class BenchPlan(Struct, frozen=True, kw_only=True):
    """A whole benchmark."""

    benches: tuple[Benchmark, ...]
    slots: tuple[PlannedCase, ...]
    """Case by case, so that a run cut short has whole pairs."""
    pairings: tuple[JudgeCost, ...] = ()
    """Judges' comparisons with the incumbent."""
    samples: int = 1

    @property
    def foreseen(self) -> tuple[JudgeCost, ...]:
        """All judges' calls."""
        return (
            *(sample for case in self.slots for sample in case.judging * self.samples),
            *self.pairings,
        )

    @property
    def worst_usd(self) -> Decimal:
        """The most that all calls of known price cost together."""
        answers = sum((case.probe.worst_total_usd or Decimal(0) for case in self.slots), Decimal(0))
        return answers + sum((each.worst_usd or Decimal(0) for each in self.foreseen), Decimal(0))

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Models whose price is not known, sorted: never counted as free."""
        models = {case.probe.model for case in self.slots if case.probe.worst_usd is None}
        return tuple(
            sorted(models | {each.model for each in self.foreseen if each.worst_usd is None})
        )

    @property
    def calls(self) -> int:
        """Calls without retries."""
        return sum(case.probe.samples for case in self.slots) + len(self.foreseen)

    @property
    def missing_keys(self) -> tuple[ProviderKey, ...]:
        """Keys that are needed and not set, by name."""
        keys = {key for case in self.slots for key in case.probe.keys}
        return tuple(
            sorted(
                key
                for key in keys | {key for each in self.foreseen for key in each.keys}
                if key.is_missing
            )
        )


def plan_bench(benches: Iterable[Benchmark], planner: BenchPlanner) -> BenchPlan:
    """Every call for every case and model."""
    all_benches = tuple(benches)
    slots = [
        _slot(bench, case, contender, planner)
        for bench in all_benches
        for case in bench.cases
        for contender in bench.contenders
    ]
    pairings = (
        [probe for bench in all_benches for probe in _pairings(bench, planner)]
        if planner.limits.pairwise
        else []
    )
    return BenchPlan(
        benches=all_benches,
        slots=tuple(slots),
        pairings=tuple(pairings),
        samples=planner.limits.samples,
    )


def _slot(
    bench: Benchmark, case: BenchCase, contender: Contender, planner: BenchPlanner
) -> PlannedCase:
    judging: tuple[JudgeCost, ...] = ()
    if needs_judge(case.expectation.scorer.kind):
        calls = scorer_module(case.expectation.scorer.kind).judge_calls(
            "x" * longest_judged(bench, contender), case.expectation
        )
        judging = () if isinstance(calls, Unscorable) else _foreseen(calls, planner)
    probe = _probe(bench, contender, answer_call(bench, case, contender, planner.limits), planner)
    return PlannedCase(bench=bench, case=case, contender=contender, probe=probe, judging=judging)


def answer_call(
    bench: Benchmark, case: BenchCase, contender: Contender, limits: BenchSettings
) -> Call:
    """The call for one case to one model: as the task class would make it."""
    native = bench.output_schema is not None and has_native_schema(
        bench.task.declared, contender.facts
    )
    return Call(
        model=contender.model,
        mode=CALL_MODES[bench.task.declared.mode],
        messages=case.messages,
        output_schema=bench.output_schema if native else None,
        max_output_tokens=longest_answer(bench.task.declared, contender.facts),
        timeout_seconds=limits.timeout_seconds,
    )


def longest_judged(bench: Benchmark, contender: Contender) -> int:
    """UTF-8 bytes of the longest answer that a judge is shown: what the plan's worst case is of."""
    return longest_answer(bench.task.declared, contender.facts) * BYTES_PER_TOKEN


def judge_probes(
    bench: Benchmark, contender: Contender, calls: Iterable[Call], planner: BenchPlanner
) -> tuple[Probe, ...]:
    """Calls of a scorer as the runner takes them, one each."""
    return tuple(_judge_probe(bench, contender, call, planner) for call in calls)


def _pairings(bench: Benchmark, planner: BenchPlanner) -> Iterator[JudgeCost]:
    incumbent, *others = bench.contenders
    for case in bench.cases:
        for contender in others if case.expectation.scorer.kind == "rubric" else ():
            first, second = ("x" * longest_judged(bench, each) for each in (incumbent, contender))
            calls = pair_calls(first, second, case.expectation)
            yield from () if isinstance(calls, Unscorable) else _foreseen(calls, planner)


def _foreseen(calls: Iterable[Call], planner: BenchPlanner) -> tuple[JudgeCost, ...]:
    return tuple(
        JudgeCost(
            model=call.model, worst_usd=_worst(call, planner), keys=planner.keys_of(call.model)
        )
        for call in calls
    )


def _worst(call: Call, planner: BenchPlanner) -> Decimal | None:
    facts = planner.find(call.model)
    return worst_cost(call, facts)


def _judge_probe(
    bench: Benchmark, contender: Contender, call: Call, planner: BenchPlanner
) -> Probe:
    facts = planner.find(call.model)
    return Probe(
        task=bench.task,
        model=call.model,
        kind="embedding" if call.mode == "embedding" else "answer",
        role="route",
        provider=provider_of(call.model, facts),
        calls=(call,),
        samples=1,
        day=planner.day,
        origin="evals",
        digests=bench.digests,
        place=contender.place,
        worst_usd=_worst(call, planner),
        keys=planner.keys_of(call.model),
    )


def _probe(bench: Benchmark, contender: Contender, call: Call, planner: BenchPlanner) -> Probe:
    facts = contender.facts
    return Probe(
        task=bench.task,
        model=contender.model,
        kind="answer",
        role="route" if contender.role in {"primary", "route"} else "fallback",
        provider=provider_of(contender.model, facts),
        calls=(call,),
        samples=planner.limits.samples,
        day=planner.day,
        origin="evals",
        digests=bench.digests,
        place=contender.place,
        worst_usd=worst_cost(call, facts),
        keys=planner.keys_of(contender.model),
    )
