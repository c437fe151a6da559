"""Answers that shadow evidence lacks: which calls get them, and what they may cost.

A logged request is sent as it was logged, to the candidate and, where its answer is not given, to
the incumbent. A judge, if one is named, says of each pair whether both lead to the same result.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.evaluation.bench.plan import BYTES_PER_TOKEN, JudgeCost
from multillm_gov.evaluation.bench.preference import REASON, closed_schema, judge_call
from multillm_gov.evaluation.bench.scoring import Expectation
from multillm_gov.evaluation.calls import CALL_MODES, longest_answer, provider_of
from multillm_gov.evaluation.client import Call, Message
from multillm_gov.evaluation.probes.probe import Probe, ProviderKey, TaskDigests
from multillm_gov.evaluation.shadow import Shadowed
from multillm_gov.evaluation.worst_cost import worst_cost
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.evals import Scorer

Side = Literal["incumbent", "candidate"]
JUDGMENT = closed_schema({"reason": REASON, "equivalent": {"type": "boolean"}})
_RUBRIC = (
    "Both answers are equivalent if whoever asked would do the same after either: the same facts, "
    "figures and decisions. Wording, order, length and layout do not count."
)
_TASK = "Two systems answered the same request. Are answer A and answer B equivalent?"


class ShadowRequest(Struct, frozen=True, kw_only=True):
    """One logged request, with the answers that are given."""

    task: TaskClass
    messages: tuple[Message, ...]
    """As logged; empty where both answers are given and the file has no request."""
    row: Shadowed
    """An answer that is not given is empty."""
    missing: tuple[Side, ...] = ()


class ShadowPlanner(Struct, frozen=True, kw_only=True):
    """What planning must know beside the requests."""

    day: date
    find: Callable[[str], ModelFacts | None]
    keys_of: Callable[[str], tuple[ProviderKey, ...]]
    judge: str = ""
    """Empty: nobody judges."""
    timeout_seconds: float = 60.0


class Question(Struct, frozen=True, kw_only=True):
    """One call for one answer that is missing."""

    number: int
    """Of the request."""
    side: Side
    probe: Probe


class ShadowPlan(Struct, frozen=True, kw_only=True):
    """Every call, before any is sent."""

    requests: tuple[ShadowRequest, ...]
    questions: tuple[Question, ...]
    judging: tuple[JudgeCost, ...]
    """One a request that the judge would be shown, with answers as long as may be."""

    @property
    def calls(self) -> int:
        """Calls without retries."""
        return len(self.questions) + len(self.judging)

    @property
    def worst_usd(self) -> Decimal:
        """The most that all calls of known price cost together."""
        costs = (*(question.probe.worst_usd for question in self.questions), *self._judges)
        return sum((cost for cost in costs if cost is not None), Decimal(0))

    @property
    def _judges(self) -> tuple[Decimal | None, ...]:
        return tuple(each.worst_usd for each in self.judging)

    @property
    def judging_usd(self) -> Decimal:
        """The part of it that the judge may cost."""
        return sum((cost for cost in self._judges if cost is not None), Decimal(0))

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Models whose price is not known, sorted."""
        models = {
            question.probe.model for question in self.questions if question.probe.worst_usd is None
        }
        return tuple(
            sorted(models | {cost.model for cost in self.judging if cost.worst_usd is None})
        )

    @property
    def missing_keys(self) -> tuple[str, ...]:
        """Names of the keys that are needed and not set."""
        keys = {key for question in self.questions for key in question.probe.keys}
        keys |= {key for each in self.judging for key in each.keys}
        return tuple(sorted(key.name for key in keys if key.is_missing))


def plan_shadow(requests: Sequence[ShadowRequest], planner: ShadowPlanner) -> ShadowPlan:
    """A call for every answer that is missing, and for every pair that would be judged."""
    questions = [
        Question(number=number, side=side, probe=_probe(request, side, planner))
        for number, request in enumerate(requests)
        for side in request.missing
    ]
    judged = [request for request in requests if planner.judge and request.row.judged is None]
    return ShadowPlan(
        requests=tuple(requests),
        questions=tuple(questions),
        judging=tuple(_foreseen(shadow_request, planner) for shadow_request in judged),
    )


def longest_answers(request: ShadowRequest, planner: ShadowPlanner) -> tuple[int, int]:
    """UTF-8 bytes of both answers: as given, or as long as the model may answer."""

    def size(side: Side, model: str, given: str) -> int:
        if side not in request.missing:
            return len(given.encode("utf-8", "replace"))
        return longest_answer(request.task.declared, planner.find(model)) * BYTES_PER_TOKEN

    row = request.row
    return (
        size("incumbent", row.incumbent, row.incumbent_answer),
        size("candidate", row.candidate, row.candidate_answer),
    )


def _foreseen(request: ShadowRequest, planner: ShadowPlanner) -> JudgeCost:
    first, second = longest_answers(request, planner)
    call = equivalence_call(request, ("x" * first, "x" * second), planner)
    return JudgeCost(
        model=planner.judge,
        worst_usd=worst_cost(call, planner.find(planner.judge)),
        keys=planner.keys_of(planner.judge),
    )


def equivalence_call(
    request: ShadowRequest, answers: tuple[str, str], planner: ShadowPlanner
) -> Call:
    """What the judge is asked about two answers."""
    expectation = Expectation(
        expected=None,
        scorer=Scorer(kind="rubric", judge=planner.judge, rubric=_RUBRIC),
        question="\n".join(message.content for message in request.messages),
    )
    first, second = answers
    parts = {"answer A": first, "answer B": second}
    return judge_call(expectation, _TASK, parts, JUDGMENT, planner.timeout_seconds)


def _probe(request: ShadowRequest, side: Side, planner: ShadowPlanner) -> Probe:
    model = request.row.candidate if side == "candidate" else request.row.incumbent
    facts = planner.find(model)
    call = Call(
        model=model,
        mode=CALL_MODES[request.task.declared.mode],
        messages=request.messages,
        max_output_tokens=longest_answer(request.task.declared, facts),
        timeout_seconds=planner.timeout_seconds,
    )
    return probe_of(request, call, planner)


def probe_of(request: ShadowRequest, call: Call, planner: ShadowPlanner) -> Probe:
    """A call as the runner takes it."""
    facts = planner.find(call.model)
    return Probe(
        task=request.task,
        model=call.model,
        kind="answer",
        role="route",
        provider=provider_of(call.model, facts),
        calls=(call,),
        samples=1,
        day=planner.day,
        origin="evals",
        digests=TaskDigests(task=""),
        place=request.task.place,
        worst_usd=worst_cost(call, facts),
        keys=planner.keys_of(call.model),
    )


def models_of(plan: ShadowPlan) -> Iterator[tuple[str, str, int, Decimal | None]]:
    """Task class, model, calls and worst case of the missing answers, in order."""
    counted: dict[tuple[str, str], list[Decimal | None]] = {}
    for question in plan.questions:
        counted.setdefault((question.probe.task.name, question.probe.model), []).append(
            question.probe.worst_usd
        )
    for (task, model), costs in sorted(counted.items()):
        known = [cost for cost in costs if cost is not None]
        yield task, model, len(costs), sum(known, Decimal(0)) if len(known) == len(costs) else None
