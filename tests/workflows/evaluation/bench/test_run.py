import json
from decimal import Decimal
from itertools import cycle

import pytest

from multillm_gov.errors import SourceError, UnableError, UsageError
from multillm_gov.evaluation.client import Answer, CallFailure
from multillm_gov.workflows.evaluation.cases import BenchFilter

GPT, HAIKU = "openai/gpt-5.4", "anthropic/claude-haiku-4-5"
CAPITALS = {"France": "Paris", "Spain": "Madrid", "Italy": "Rome", "Peru": "Lima"}
RUBRIC = """\
task_class: capitals
scorer: {kind: rubric, judge: mistral/mistral-large-2512, rubric: Names the capital.}
cases:
  - {id: france, input: Capital of France?}
  - {id: spain, input: Capital of Spain?}
"""


def right(call):
    return next(city for country, city in CAPITALS.items() if country in call.messages[-1].content)


def failure(verdict):
    return CallFailure(verdict=verdict, message="", seconds=0.1, may_bill=False)


def accepted(outcomes):
    return [one.accepted for one in outcomes]


def test_every_model_answers_the_same_cases_and_is_scored(prepared, run, fake):
    client = fake(lambda call: right(call) if call.model == GPT else "Paris")
    found = run(prepared(), client)
    assert accepted(found.outcomes["capitals", GPT]) == [1, 1, 1, 1]
    assert accepted(found.outcomes["capitals", HAIKU]) == [1, 0, 0, 0]
    assert [one.case for one in found.outcomes["capitals", HAIKU]] == [
        "france",
        "spain",
        "italy",
        "peru",
    ]
    # Case by case, so that a run cut short has whole pairs.
    assert [
        call.model for call in sorted(client.calls, key=lambda call: call.messages[-1].content)
    ] == [GPT, HAIKU] * 4
    assert found.spent_usd == Decimal("0.0008")


@pytest.mark.parametrize(
    "verdict", ["unreachable", "credentials", "timeout", "provider-fault", "inconclusive"]
)
def test_what_shows_nothing_is_open_and_never_accepted(prepared, run, fake, verdict):
    client = fake(
        lambda call: failure(verdict) if "Peru" in call.messages[-1].content else right(call)
    )
    outcomes = run(prepared(), client).outcomes["capitals", GPT]
    assert accepted(outcomes) == [1, 1, 1, None]
    assert outcomes[3].why == verdict


@pytest.mark.parametrize("verdict", ["refused-by-filter", "context"])
def test_a_refusal_is_the_models_own_answer(prepared, run, fake, verdict):
    client = fake(
        lambda call: failure(verdict) if "Peru" in call.messages[-1].content else right(call)
    )
    assert accepted(run(prepared(), client).outcomes["capitals", GPT]) == [1, 1, 1, 0]


def test_several_samples_are_a_share_of_each_case(prepared, run, fake):
    answers = {model: cycle(["Paris", "Rome"]) for model in (GPT, HAIKU)}
    outcomes = run(prepared(samples=2), fake(lambda call: next(answers[call.model]))).outcomes[
        "capitals", GPT
    ]
    assert accepted(outcomes) == [0.5, 0, 0.5, 0]
    assert len(outcomes[0].seconds) == 2


def test_the_limit_of_money_leaves_cases_open(prepared, run, fake):
    plan = prepared()
    found = run(plan, fake(right), limit=plan.plan.slots[0].probe.worst_usd * Decimal("1.1"))
    assert found.ending == "budget"
    # Each answer cost far less than its worst case, and still some were not sent.
    open_ones = [
        one for outcomes in found.outcomes.values() for one in outcomes if one.accepted is None
    ]
    assert open_ones
    assert {one.why for one in open_ones} == {"the run ended before the answer was judged"}


def test_an_answer_is_read_with_the_declared_normalizers(prepared, run, fake):
    files = {
        "allocations/a.yaml": """\
owner: support
task_classes:
  capitals:
    route: [{model: openai/gpt-5.4}]
    output_schema: schemas/a.json
    normalize: [strip-fences]
    demand: {requests: 1, max_output_tokens: 50}
""",
        "schemas/a.json": '{"type": "object", "required": ["city"]}',
        "evals/capitals.yaml": """\
task_class: capitals
scorer: {kind: fields}
cases: [{id: france, input: Capital of France?, expected: {city: Paris}}]
""",
    }
    client = fake(lambda _: '```json\n{"city": "Paris"}\n```')
    found = run(prepared(files), client)
    assert accepted(found.outcomes["capitals", GPT]) == [1]
    assert client.calls[0].output_schema == {"type": "object", "required": ["city"]}
    # What must satisfy a schema has no voice.
    assert found.counts == {}


def judged(score_of):
    def say(call):
        if call.model.startswith("mistral/"):
            return json.dumps({"reason": "-", "score": score_of(call)})
        return "Paris" if call.model == GPT else "Lyon"

    return say


def test_a_judge_grades_each_answer_twice(prepared, run, fake):
    client = fake(judged(lambda call: 5 if "\nParis\n" in call.messages[1].content else 2))
    found = run(prepared({"evals/capitals.yaml": RUBRIC}), client)
    assert accepted(found.outcomes["capitals", GPT]) == [1, 1]
    assert [one.score for one in found.outcomes["capitals", HAIKU]] == [0.25, 0.25]
    assert sum(call.model.startswith("mistral/") for call in client.calls) == 8
    assert found.judging_usd == Decimal("0.0008")


def test_a_judge_that_fails_leaves_the_case_open(prepared, run, fake):
    client = fake(
        lambda call: failure("unreachable") if call.model.startswith("mistral/") else "Paris"
    )
    outcomes = run(prepared({"evals/capitals.yaml": RUBRIC}), client).outcomes["capitals", GPT]
    assert accepted(outcomes) == [None, None]
    assert outcomes[0].why == "the judge gave no answer"


def test_an_answer_longer_than_planned_for_is_not_shown_to_a_judge(prepared, run, fake):
    client = fake(lambda call: "x" * 801 if call.model == GPT else judged(lambda _: 5)(call))
    found = run(prepared({"evals/capitals.yaml": RUBRIC}), client)
    assert accepted(found.outcomes["capitals", GPT]) == [None, None]
    assert accepted(found.outcomes["capitals", HAIKU]) == [1, 1]


def test_judges_compare_in_both_positions(prepared, run, fake):
    def say(call):
        if "better" in call.messages[0].content and call.model.startswith("mistral/"):
            user = call.messages[1].content
            better = "A" if user.index("Paris") < user.index("Lyon") else "B"
            # In the second case it always prefers what it reads first.
            return json.dumps({"reason": "-", "better": "A" if "Spain" in user else better})
        return judged(lambda _: 4)(call)

    found = run(prepared({"evals/capitals.yaml": RUBRIC}, pairwise=True), fake(say))
    assert sorted(found.preferred["capitals", HAIKU]) == ["first", "tie"]


def test_the_worst_case_covers_judges_of_the_longest_answers(prepared, run, fake):
    planned = prepared({"evals/capitals.yaml": RUBRIC}, pairwise=True).plan
    assert planned.calls == 2 * 2 + 2 * 2 * 2 + 2 * 2
    alone = prepared({"evals/capitals.yaml": RUBRIC}).plan
    assert planned.worst_usd > alone.worst_usd > sum(slot.probe.worst_usd for slot in alone.slots)
    client = fake(lambda call: "x" * 800 if not call.model.startswith("mistral/") else "")
    run(prepared({"evals/capitals.yaml": RUBRIC}), client)
    from multillm_gov.evaluation.worst_cost import most_input_tokens

    sent = max(
        most_input_tokens(call) for call in client.calls if call.model.startswith("mistral/")
    )
    price = (
        prepared({"evals/capitals.yaml": RUBRIC})
        .planner.find("mistral/mistral-large-2512")
        .price.standard
    )
    foreseen = max(each.worst_usd for each in alone.foreseen)
    assert sent * price.input + 1024 * price.output == foreseen


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        ("openai/gpt-5.4-mini", "both are from the same vendor"),
        ("openai/gpt-5.4", "both are from the same vendor"),
        ("nobody/knows-this", "It is not known whether"),
    ],
)
def test_a_judge_must_be_of_another_vendor(prepared, judge, said):
    with pytest.raises(UnableError, match=said):
        prepared({"evals/capitals.yaml": RUBRIC.replace("mistral/mistral-large-2512", judge)})


def test_challengers_are_held_against_the_primary_alone(prepared):
    plan = prepared(filter=BenchFilter(challengers=("mistral/mistral-small-2603",))).plan
    assert [one.model for one in plan.benches[0].contenders] == [GPT, "mistral/mistral-small-2603"]
    assert [one.role for one in plan.benches[0].contenders] == ["primary", "challenger"]


def test_a_draw_of_cases_is_the_same_for_the_same_seed(prepared):
    def drawn(seed):
        return [
            case.id
            for case in prepared(filter=BenchFilter(most_cases=2, seed=seed)).plan.benches[0].cases
        ]

    assert drawn(1) == drawn(1)
    assert len(drawn(1)) == 2
    assert len({tuple(drawn(seed)) for seed in range(8)}) > 1


@pytest.mark.parametrize(
    ("evals", "said"),
    [
        ("task_class: capitals\ncases: [{id: a, expected: x}]\n", "has no `input`"),
        (
            "task_class: capitals\ncases: [{id: a, input: x, scorer: {kind: telepathy}}]\n",
            "`evals/capitals.yaml` cannot be read",
        ),
    ],
)
def test_cases_that_cannot_be_run_are_refused(prepared, evals, said):
    with pytest.raises(SourceError, match=said):
        prepared({"evals/capitals.yaml": evals})


def test_names_and_absent_cases_are_told(prepared):
    with pytest.raises(UsageError, match="no task class `capitols`"):
        prepared(filter=BenchFilter(tasks=frozenset({"capitols"})))
    with pytest.raises(UnableError, match="no cases"):
        prepared({"evals/capitals.yaml": "task_class: capitals\n"})


def test_no_call_is_planned_above_the_limit(prepared):
    with pytest.raises(UnableError, match="may cost"):
        prepared(max_usd=Decimal("0.0001")).check()


def test_vectors_become_a_similarity(prepared, run, fake):
    evals = """\
task_class: capitals
scorer: {kind: similarity, embedding: openai/text-embedding-3-small, threshold: 0.5}
cases: [{id: france, input: Capital of France?, expected: It is Paris.}]
"""

    def say(call):
        if call.mode == "embedding":
            return Answer(vectors=((1.0, 0.0), (0.6, 0.8)), seconds=0.1, usd=Decimal(0))
        return "Paris"

    outcomes = run(prepared({"evals/capitals.yaml": evals}), fake(say)).outcomes["capitals", GPT]
    assert outcomes[0].score == pytest.approx(0.6)
    assert outcomes[0].accepted == 1
