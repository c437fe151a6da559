"""Running a benchmark through a client: answers first, then judges, within one budget."""

import json
from collections.abc import Sequence
from decimal import Decimal
from statistics import fmean

from multillm_gov.evaluation.bench.benchmark import Benchmark
from multillm_gov.evaluation.bench.judging import CaseState, judge_answers
from multillm_gov.evaluation.bench.outcomes import BenchRun, CaseOutcome, Counts
from multillm_gov.evaluation.bench.plan import BenchPlan, BenchPlanner, PlannedCase
from multillm_gov.evaluation.bench.preference import Preferences
from multillm_gov.evaluation.bench.scoring import (
    Score,
    Unscorable,
    needs_judge,
    normalize,
    score_text,
)
from multillm_gov.evaluation.client import Answer, CallFailure
from multillm_gov.evaluation.output_schema import OutputSchemaError, compile_schema
from multillm_gov.evaluation.probes.check import Observation
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.evaluation.running import ProbeRun, SendProbes
from multillm_gov.measures.stylometry import count_words

REJECTED = frozenset({"refused-by-filter", "context"})
"""Failures that are the model's own answer, so rejected; other failures are inconclusive."""


async def run_bench(plan: BenchPlan, planner: BenchPlanner, send: SendProbes) -> BenchRun:
    """Send the plan and score answers as they arrive; texts are kept only until they are judged."""
    case_states = [CaseState(scores=[], texts=[]) for _ in plan.slots]
    numbers = {id(case.probe): number for number, case in enumerate(plan.slots)}

    def look(probe: Probe, sample: int, answer: Answer) -> None:
        del sample
        number = numbers[id(probe)]
        _take(plan.slots[number], answer, case_states[number])

    first = await send([case.probe for case in plan.slots], look)
    judging: ProbeRun | None = None
    preferred: Preferences = {}
    if first.ending == "complete":
        judging, preferred = await judge_answers(plan, planner, case_states, send)
    return BenchRun(
        outcomes=_outcomes(plan, case_states, first.observations),
        counts=_counts(plan, case_states),
        preferred=preferred,
        ending=judging.ending if judging is not None else first.ending,
        spent_usd=judging.spent_usd if judging is not None else first.spent_usd,
        judging_usd=judging.spent_usd - first.spent_usd if judging is not None else Decimal(0),
        seconds=first.seconds + (judging.seconds if judging is not None else 0.0),
        calls=first.calls + (judging.calls if judging is not None else 0),
    )


def _take(case: PlannedCase, answer: Answer, state: CaseState) -> None:
    """Score what can be scored at once, and count words: the text is gone afterwards."""
    expectation = case.case.expectation
    if case.bench.is_prose:
        counts = count_words([answer.text])
        state.counts = (
            counts
            if state.counts is None
            else tuple(map(sum, zip(state.counts, counts, strict=True)))
        )
    if needs_judge(expectation.scorer.kind):
        state.texts.append(answer.text)
    else:
        state.scores.append(score_text(as_read(case.bench, answer.text), expectation))


def as_read(bench: Benchmark, text: str) -> str:
    """An answer as the task class's code reads it: after the declared normalizers."""
    declared, schema = bench.task.declared.normalize, bench.output_schema
    if not declared or schema is None:
        return text
    try:
        misfit = compile_schema(schema)
    except OutputSchemaError:
        return text
    reading = normalize(text, declared, schema, lambda value: misfit(value) is None)
    return text if reading is None else json.dumps(reading.value, ensure_ascii=False)


def _outcomes(
    plan: BenchPlan, kept_states: list[CaseState], observations: Sequence[Observation]
) -> dict[tuple[str, str], tuple[CaseOutcome, ...]]:
    outcomes_by_key: dict[tuple[str, str], list[CaseOutcome]] = {}
    for case, each, observation in zip(plan.slots, kept_states, observations, strict=True):
        key = (case.bench.task.name, case.contender.model)
        outcomes_by_key.setdefault(key, []).append(_outcome(case, each, observation))
    return {key: tuple(outcomes) for key, outcomes in outcomes_by_key.items()}


def _outcome(case: PlannedCase, state: CaseState, observation: Observation) -> CaseOutcome:
    scores = [score for score in state.scores if isinstance(score, Score)]
    refused = [failure for failure in observation.failures if failure.verdict in REJECTED]
    verdicts = [score.accepted for score in scores] + [False] * len(refused)
    graded = [score.value for score in scores] + [0.0] * len(refused)
    # One sample that nobody could judge leaves the case open: what is missing might have gone
    # either way.
    is_whole = len(verdicts) == case.probe.samples
    return CaseOutcome(
        case=case.case.id,
        accepted=fmean(verdicts) if is_whole else None,
        score=fmean(graded) if is_whole else None,
        weight=case.case.weight,
        why=_why(state, scores, observation, is_whole=is_whole),
        seconds=tuple(answer.seconds for answer in observation.answers),
        usd=_cost(observation),
    )


def _why(
    state: CaseState, scores: Sequence[Score], observation: Observation, *, is_whole: bool
) -> str:
    if is_whole:
        return next((score.why for score in scores if score.why), "")
    open_ones = [score.why for score in state.scores if isinstance(score, Unscorable)]
    failures = [
        failure.verdict for failure in observation.failures if failure.verdict not in REJECTED
    ]
    return next(iter((*open_ones, *failures)), "the run ended before the answer was judged")


def _cost(observation: Observation) -> Decimal | None:
    """What all calls of the case cost; ``None`` where one of them is not known."""
    costs = [
        Decimal(0)
        if isinstance(result, CallFailure) and not result.may_bill
        else getattr(result, "usd", None)
        for result in (each.result for each in observation.seen)
    ]
    return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


def _counts(
    plan: BenchPlan, kept_states: list[CaseState]
) -> dict[tuple[str, str], tuple[Counts, ...]]:
    nothing = count_words(())
    values_by_key: dict[tuple[str, str], list[Counts]] = {}
    for case, each in zip(plan.slots, kept_states, strict=True):
        if case.bench.is_prose:
            values_by_key.setdefault((case.bench.task.name, case.contender.model), []).append(
                each.counts or nothing
            )
    return {key: tuple(counts) for key, counts in values_by_key.items()}
