"""What is sent and what it costs at most, and how what came back is judged; no LiteLLM, no
network."""

import asyncio
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.client import Answer, CallFailure
from multillm_gov.evaluation.drills.drill import (
    FAULTS,
    OUTAGES,
    ChainResult,
    DrillOutcome,
    run_requests,
)
from multillm_gov.evaluation.drills.judging import judge_drills, judge_fault
from multillm_gov.evidence.loading import load_evidence
from multillm_gov.evidence.record import EvidenceFile
from multillm_gov.evidence.writing import encode_view

TASKS = """
triage:
  route: [{model: openai/gpt-5, weight: 30}, {model: anthropic/claude-haiku-4-5, weight: 70}]
  fallbacks: [openai/gpt-5-mini, gemini/gemini-2.5-flash]
  latency: {p95_seconds: 2}
  demand: {requests: 1000, input_tokens: 100, max_output_tokens: 300}
alone:
  route: [{model: openai/gpt-5}]
rerank:
  mode: rerank
  route: [{model: cohere/rerank-v3.5}]
  fallbacks: [cohere/rerank-english-v3.0]
"""


@pytest.fixture(scope="module")
def plan(assessed, planned):
    return planned(assessed(TASKS))


def answer(seconds: float = 0.5, text: str = "billing", usd: str | None = "0.01") -> Answer:
    return Answer(text=text, seconds=seconds, usd=None if usd is None else Decimal(usd))


def failure(verdict: str = "provider-fault") -> CallFailure:
    return CallFailure(verdict=verdict, message="sk-secret said no", seconds=0.25)  # type: ignore[arg-type]


def test_every_routed_model_fails_in_every_way(plan) -> None:
    assert [(one.leg, one.fault) for one in plan.drills] == [
        (leg, fault) for leg in (0, 1) for fault in FAULTS
    ]
    assert {one.chain for one in plan.drills} == {
        ("openai/gpt-5", "openai/gpt-5-mini", "gemini/gemini-2.5-flash"),
        ("anthropic/claude-haiku-4-5", "openai/gpt-5-mini", "gemini/gemini-2.5-flash"),
    }
    assert [one.fault for one in plan.drills if one.call.stream] == ["stream-cut"] * 2
    assert {one.call.max_output_tokens for one in plan.drills} == {300}
    assert [(left.task_class, left.why) for left in plan.left_out] == [
        ("rerank", "mode `rerank` has no probe"),
        ("alone", "it declares no fallback"),
    ]


def test_the_worst_case_is_that_of_all_fallbacks_and_never_of_the_failing_model(
    plan, assessed, planned
) -> None:
    worst = {one.worst_usd for one in plan.drills}
    assert len(worst) == 1
    dear = planned(assessed(TASKS.replace("openai/gpt-5,", "openai/o1-pro,")))
    assert {one.worst_usd for one in dear.drills} == worst
    unknown = planned(assessed(TASKS.replace("gemini/gemini-2.5-flash]", "openai/no-such-model]")))
    assert len(unknown.unpriced) == len(unknown.drills)
    assert plan.worst_usd == worst.pop() * 16


@pytest.mark.parametrize(
    ("carried", "result", "by", "detail"),
    [
        (ChainResult(result=answer(), attempts=(0, 1)), "survives", "openai/gpt-5-mini", ""),
        (
            ChainResult(result=answer(), attempts=(0, 1, 2)),
            "survives",
            "gemini/gemini-2.5-flash",
            "",
        ),
        (
            ChainResult(result=answer(), attempts=(0, 2)),
            "degraded",
            "gemini/gemini-2.5-flash",
            "`openai/gpt-5-mini` passed",
        ),
        (
            ChainResult(result=answer(), attempts=(0, 0, 1)),
            "degraded",
            "openai/gpt-5-mini",
            "called more than once",
        ),
        (
            ChainResult(result=answer(2.5), attempts=(0, 1)),
            "degraded",
            "openai/gpt-5-mini",
            "after 2.50 s; the limit is 2 s",
        ),
        (
            ChainResult(result=answer(text=""), attempts=(0, 1)),
            "degraded",
            "openai/gpt-5-mini",
            "the answer is empty",
        ),
        (
            ChainResult(result=answer(), attempts=(0,)),
            "fails",
            "",
            "the faulty response was accepted as an answer",
        ),
        (ChainResult(result=failure(), attempts=(0,)), "fails", "", "no fallback was called"),
        (ChainResult(result=failure(), attempts=()), "fails", "", "no fallback was called"),
        (
            ChainResult(result=failure(), attempts=(0, 1)),
            "fails",
            "",
            "no answer from `openai/gpt-5-mini` either",
        ),
    ],
)
def test_a_fault_is_judged(carried, result, by, detail, plan) -> None:
    found = judge_fault(DrillOutcome(drill=plan.drills[0], carried=carried))
    assert (found.result, found.answered_by) == (result, by)
    assert detail in found.detail
    assert "secret" not in found.detail
    assert not found.detail or found.detail.startswith("`openai/gpt-5` fails: ")


@settings(deadline=None)  # a busy machine is no failure
@given(
    chosen=st.lists(
        st.sampled_from(
            [
                ChainResult(result=answer(), attempts=(0, 1)),
                ChainResult(result=answer(3), attempts=(0, 1)),
                ChainResult(result=failure(), attempts=(0, 1, 2)),
            ]
        ),
        min_size=16,
        max_size=16,
    )
)
def test_the_record_follows_from_its_faults(chosen, plan) -> None:
    outcomes = [
        DrillOutcome(drill=one, carried=carried)
        for one, carried in zip(plan.drills, chosen, strict=True)
    ]
    (record,) = judge_drills(outcomes, {"govern": "0"})
    by_fault = {one.fault: one.result for one in record.faults}
    plain = [result for fault, result in by_fault.items() if fault != "stream-cut"]
    assert tuple(by_fault) == FAULTS
    assert (record.result == "survives") == (set(plain) == {"survives"})
    assert (record.result == "fails") == any(by_fault[fault] == "fails" for fault in OUTAGES)
    assert float(record.coverage) == pytest.approx(
        list(by_fault.values()).count("survives") / 8, abs=1e-4
    )
    assert (record.seconds_to_recover is None) == (set(by_fault.values()) == {"fails"})
    assert record.chain == (
        "anthropic/claude-haiku-4-5",
        "openai/gpt-5-mini",
        "gemini/gemini-2.5-flash",
    )
    # What is written is read again as the very same.
    document, flaws = read_document(
        SourceFile("evidence/current.json", encode_view(EvidenceFile(drills=(record,))))
    )
    assert document is not None
    assert not flaws
    (_, drills, _), flaws = load_evidence({"evidence/current.json": document})
    assert not flaws
    assert drills["triage"][0].drill == record


def test_the_budget_is_reserved_first_and_what_it_has_no_room_for_is_not_sent(plan) -> None:
    worst = plan.drills[0].worst_usd
    budget = Budget(worst * 3)
    sent = []

    async def carry(one):
        sent.append(one)
        await asyncio.sleep(0)
        # The first fallback failed too, so that the worst case is counted in full.
        return ChainResult(result=answer(usd="0.0000001"), attempts=(0, 1, 2))

    outcomes = asyncio.run(run_requests(plan.drills, carry, budget=budget, concurrency=4))
    assert len(outcomes) == len(sent) == 3
    assert budget.spent == worst * 3
    assert [one.drill for one in outcomes] == [one for one in plan.drills if one in sent]
