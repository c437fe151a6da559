"""Sending for the answers that shadow evidence lacks, and having complete pairs judged."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.evaluation.bench.preference import read_judgment
from multillm_gov.evaluation.client import Answer
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.evaluation.running import ProbeRun, SendProbes
from multillm_gov.evaluation.shadow import Shadowed
from multillm_gov.evaluation.shadow_plan import (
    JUDGMENT,
    ShadowPlan,
    ShadowPlanner,
    ShadowRequest,
    Side,
    equivalence_call,
    longest_answers,
    probe_of,
)


class ShadowRun(Struct, frozen=True, kw_only=True):
    """What came back."""

    rows: tuple[Shadowed, ...]
    """Requests with both answers."""
    unanswered: int
    """Requests of which an answer is missing: they are not compared."""
    unjudged: int
    """Pairs of which the judge gave no verdict: counted neither way."""
    runs: tuple[ProbeRun, ...] = ()

    @property
    def spent_usd(self) -> Decimal:
        """What the calls cost."""
        return self.runs[-1].spent_usd if self.runs else Decimal(0)

    @property
    def endings(self) -> frozenset[str]:
        """Why each part of the run ended."""
        return frozenset(run.ending for run in self.runs)


async def run_shadow(plan: ShadowPlan, planner: ShadowPlanner, send: SendProbes) -> ShadowRun:
    """Get the missing answers, then have complete pairs judged."""
    texts: dict[tuple[int, Side], str] = {}
    places = {id(question.probe): question for question in plan.questions}

    def keep(probe: Probe, sample: int, answer: Answer) -> None:
        del sample
        question = places[id(probe)]
        texts[question.number, question.side] = answer.text

    runs = []
    if plan.questions:
        runs.append(await send([question.probe for question in plan.questions], keep))
    complete = [
        _filled(request, number, texts)
        for number, request in enumerate(plan.requests)
        if all((number, side) in texts for side in request.missing)
    ]
    unjudged = 0
    if planner.judge and complete:
        run, complete, unjudged = await _judged(complete, planner, send)
        runs.append(run)
    return ShadowRun(
        rows=tuple(shadow_request.row for shadow_request in complete),
        unanswered=len(plan.requests) - len(complete),
        unjudged=unjudged,
        runs=tuple(runs),
    )


def _filled(
    request: ShadowRequest, number: int, texts: dict[tuple[int, Side], str]
) -> ShadowRequest:
    row = request.row
    return replace(
        request,
        row=replace(
            row,
            incumbent_answer=texts.get((number, "incumbent"), row.incumbent_answer),
            candidate_answer=texts.get((number, "candidate"), row.candidate_answer),
        ),
    )


async def _judged(
    requests: Sequence[ShadowRequest], planner: ShadowPlanner, send: SendProbes
) -> tuple[ProbeRun, list[ShadowRequest], int]:
    values_by_number: dict[int, bool] = {}
    probes_by_number = {
        number: probe_of(request, equivalence_call(request, _shown(request), planner), planner)
        for number, request in enumerate(requests)
        if request.row.judged is None and _fits(request, planner)
    }
    places = {id(probe): number for number, probe in probes_by_number.items()}

    def look(probe: Probe, sample: int, answer: Answer) -> None:
        del sample
        judgment = read_judgment(answer, JUDGMENT)
        if judgment is not None:
            values_by_number[places[id(probe)]] = bool(judgment["equivalent"])

    run = await send(list(probes_by_number.values()), look)
    judged = [
        replace(
            request,
            row=replace(request.row, judged=values_by_number.get(number, request.row.judged)),
        )
        for number, request in enumerate(requests)
    ]
    return run, judged, sum(request.row.judged is None for request in judged)


def _shown(request: ShadowRequest) -> tuple[str, str]:
    return request.row.incumbent_answer, request.row.candidate_answer


def _fits(request: ShadowRequest, planner: ShadowPlanner) -> bool:
    """Whether the answers are no longer than the judge's call was planned for."""
    longest = longest_answers(request, planner)
    return all(
        len(text.encode("utf-8", "replace")) <= most
        for text, most in zip(_shown(request), longest, strict=True)
    )
