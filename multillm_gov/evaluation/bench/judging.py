"""Calls to judge models about a benchmark's answers, and the scores that follow from replies."""

from typing import Any

from msgspec import Struct

from multillm_gov.evaluation.bench.benchmark import Benchmark, Contender
from multillm_gov.evaluation.bench.plan import (
    BenchPlan,
    BenchPlanner,
    PlannedCase,
    judge_probes,
    longest_judged,
)
from multillm_gov.evaluation.bench.preference import Preferences, Preferred, judge_pair, pair_calls
from multillm_gov.evaluation.bench.scoring import (
    Score,
    Unscorable,
    accept,
    needs_judge,
    scorer_module,
)
from multillm_gov.evaluation.client import Answer, Call
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.evaluation.running import ProbeRun, SendProbes


class CaseState(Struct):
    """What is remembered of one slot while the run goes on."""

    scores: list[Score | Unscorable]
    texts: list[str]
    """Only where a judge will be shown them."""
    counts: tuple[int, ...] | None = None


class _JudgeTask(Struct):
    """Calls to judges about one answer, or about two, and the replies so far."""

    number: int
    """Of the slot; for a pair, the challenger's."""
    probes: tuple[Probe, ...]
    is_pair: bool = False
    replies: dict[int, Answer] = {}
    is_settled: bool = False


async def judge_answers(
    plan: BenchPlan, planner: BenchPlanner, kept: list[CaseState], send: SendProbes
) -> tuple[ProbeRun | None, Preferences]:
    """Judge every answer that needs it, then drop the texts; no run where none needs it."""
    questions = [
        *_single(plan, planner, kept),
        *(_pairs(plan, planner, kept) if planner.limits.pairwise else ()),
    ]
    for each in kept:
        each.texts.clear()
    if not questions:
        return None, {}
    tasks = {
        id(probe): (question, place)
        for question in questions
        for place, probe in enumerate(question.probes)
    }
    preferred: dict[tuple[str, str], list[Preferred]] = {}

    def look(probe: Probe, sample: int, answer: Answer) -> None:
        """Conclude as soon as the last reply is there, so that no vectors pile up."""
        del sample
        question, place = tasks[id(probe)]
        question.replies[place] = answer
        if len(question.replies) == len(question.probes):
            _settle(plan.slots[question.number], question, kept, preferred)

    run = await send([probe for question in questions for probe in question.probes], look)
    for question in questions:
        if not question.is_settled and not question.is_pair:
            kept[question.number].scores.append(Unscorable(why="the judge gave no answer"))
    return run, {key: tuple(each) for key, each in preferred.items()}


def _settle(
    slot: PlannedCase,
    question: _JudgeTask,
    kept: list[CaseState],
    preferred: dict[tuple[str, str], list[Preferred]],
) -> None:
    replies = [question.replies[place] for place in range(len(question.probes))]
    question.replies.clear()
    question.is_settled = True
    if not question.is_pair:
        kept[question.number].scores.append(_concluded(slot, replies))
        return
    found = judge_pair(replies)
    if not isinstance(found, Unscorable):
        preferred.setdefault((slot.bench.task.name, slot.contender.model), []).append(found)


def _concluded(slot: PlannedCase, replies: list[Answer]) -> Score | Unscorable:
    module: Any = scorer_module(slot.case.expectation.scorer.kind)
    found = module.score_answers(replies, slot.case.expectation)
    return (
        found
        if isinstance(found, Unscorable)
        else accept(found, slot.case.expectation.scorer, module.ACCEPTED_FROM)
    )


def _single(plan: BenchPlan, planner: BenchPlanner, kept: list[CaseState]) -> list[_JudgeTask]:
    found = []
    for number, (slot, each) in enumerate(zip(plan.slots, kept, strict=True)):
        if not needs_judge(slot.case.expectation.scorer.kind):
            continue
        for text in each.texts:
            calls = _judge_calls(slot, text)
            if isinstance(calls, Unscorable):
                each.scores.append(calls)
            else:
                found.append(
                    _JudgeTask(number, judge_probes(slot.bench, slot.contender, calls, planner))
                )
    return found


def _judge_calls(slot: PlannedCase, text: str) -> tuple[Call, ...] | Unscorable:
    if not _fits(slot.bench, slot.contender, text):
        return Unscorable(why="the answer is longer than a judge's call was planned for")
    calls: tuple[Call, ...] | Unscorable = scorer_module(
        slot.case.expectation.scorer.kind
    ).judge_calls(text, slot.case.expectation)
    return calls


def _pairs(plan: BenchPlan, planner: BenchPlanner, kept: list[CaseState]) -> list[_JudgeTask]:
    """The first sample of each challenger against the incumbent's."""
    texts = {
        (slot.bench.task.name, slot.case.id, slot.contender.model): each.texts[0]
        for slot, each in zip(plan.slots, kept, strict=True)
        if each.texts and _fits(slot.bench, slot.contender, each.texts[0])
    }
    found = []
    for number, slot in enumerate(plan.slots):
        name, case, bench = slot.bench.task.name, slot.case, slot.bench
        if case.expectation.scorer.kind != "rubric" or slot.contender.model == bench.incumbent:
            continue
        sides = [
            texts.get((name, case.id, model)) for model in (bench.incumbent, slot.contender.model)
        ]
        if None in sides:
            continue
        calls = pair_calls(sides[0] or "", sides[1] or "", case.expectation)
        if not isinstance(calls, Unscorable):
            found.append(
                _JudgeTask(
                    number, judge_probes(bench, slot.contender, calls, planner), is_pair=True
                )
            )
    return found


def _fits(bench: Benchmark, contender: Contender, text: str) -> bool:
    return len(text.encode("utf-8", "replace")) <= longest_judged(bench, contender)
