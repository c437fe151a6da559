"""Rules about spend stay bounded, however much a pull request gives them to weigh up."""

import time
from typing import Any

from multillm_gov.rules.book.gov409_cheaper_model_exists import MOST_POLICIES, MOST_TRIALS
from multillm_gov.rules.engine.judgment import judge


def _allocations(count: int, model: str) -> str:
    lines = ["owner: support", "task_classes:"]
    for number in range(count):
        lines += [
            f"  t{number:04}:",
            f"    route: [{{model: {model}}}]",
            "    fallbacks: [gemini/gemini-2.5-flash]",
            (
                f"    demand: {{requests: {1000 * (number + 1)}, input_tokens: 1000, output_tokens: "  # noqa: E501
                f"100}}"
            ),
            "    quality: {floor: 0.8}",
        ]
    return "\n".join(lines) + "\n"


def _evidence(count: int, *models: str) -> str:
    return "records:\n" + "".join(
        f"  - {{task_class: t{number:04}, model: {model}, date: 2026-11-02, sample_size: 500, "
        f"score: 0.9}}\n"
        for number in range(count)
        for model in models
    )


def test_cheaper_models_are_tried_largest_saving_first_and_the_rest_is_told(assessed: Any) -> None:
    """Embedding models cannot chat, so that no trial ends a task class early."""
    count = MOST_TRIALS
    files = {
        "allocations/a.yaml": _allocations(count, "claude-sonnet-4-6"),
        "evidence/e.yaml": _evidence(
            count, "text-embedding-3-small", "cohere/embed-v4.0", "claude-haiku-4-5-20251001"
        ),
        "policies/p.yaml": "policies:\n  p: {rule: cheaper-model-exists}\n",
    }
    start = time.process_time()
    found = [one for one in assessed(files).findings if one.rule == "GOV409"]
    assert time.process_time() - start < 20
    told = {one.subject: one for one in found}
    assert told["portfolio"].figures == {"candidates": 3 * count, "tried": MOST_TRIALS}
    tried = [one for one in found if one.subject != "portfolio"]
    # Each task class takes three trials; the last ones have the most requests.
    assert 0 < len(tried) <= MOST_TRIALS // 2
    assert all(one.figures["model"] == "claude-haiku-4-5-20251001" for one in tried)


def test_no_more_than_some_policies_may_try_cheaper_models(assessed: Any) -> None:
    policies = "".join(f"  p{number:02}: {{rule: GOV409}}\n" for number in range(MOST_POLICIES + 2))
    files = {
        "allocations/a.yaml": _allocations(1, "claude-sonnet-4-6"),
        "evidence/e.yaml": _evidence(1, "claude-haiku-4-5-20251001"),
        "policies/p.yaml": f"policies:\n{policies}",
    }
    found = [one for one in assessed(files).findings if one.rule == "GOV409"]
    assert sum(one.subject == "t0000" for one in found) == MOST_POLICIES
    assert [one.figures["tried"] for one in found if one.subject == "portfolio"] == [0, 0]


def test_a_ceiling_that_every_task_class_breaks_takes_linear_time(
    assessed: Any, lines_run: Any
) -> None:
    policies = (
        "policies:\n  p: {rule: total-spend-over-cap, per: task_class, max_monthly: 0, "
        "max_yearly: 0}\n"
    )

    def lines(count: int) -> int:
        files = {
            "allocations/a.yaml": _allocations(count, "claude-sonnet-4-6"),
            "policies/p.yaml": policies,
        }
        state = assessed(files)
        assert sum(one.rule == "GOV405" for one in state.findings) == min(2 * count, 1_001)
        return lines_run(lambda: judge(state.state))

    lines(1)  # modules met for the first time run their own lines
    assert lines(480) < 8 * 1.1 * lines(60)


def test_actual_spend_of_every_owner_takes_linear_time(assessed: Any, lines_run: Any) -> None:
    """Each task class has an owner whose actual spend and declared demand are above a ceiling."""
    policies = (
        "policies:\n  p: {rule: total-spend-over-cap, per: owner, max_monthly: 0}\n"
        "  q: {rule: total-spend-over-cap, per: owner, max_monthly: 1000000}\n"
    )
    record = "  - {{month: 2026-10, through: 2026-10-31, owner: o{:04}, spend: 2000000}}\n"

    def lines(count: int) -> int:
        allocations = _allocations(count, "claude-sonnet-4-6")
        for number in range(count):
            name = f"  t{number:04}:\n"
            allocations = allocations.replace(name, f"{name}    owner: o{number:04}\n")
        files = {
            "allocations/a.yaml": allocations,
            "policies/p.yaml": policies,
            "usage/u.yaml": "actuals:\n" + "".join(map(record.format, range(count))),
        }
        state = assessed(files)
        assert sum(one.rule == "GOV405" for one in state.findings) == 2 * count
        return lines_run(lambda: judge(state.state))

    lines(1)  # modules met for the first time run their own lines
    assert lines(480) < 8 * 1.1 * lines(60)
