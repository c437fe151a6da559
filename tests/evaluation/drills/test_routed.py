"""The declared chain in LiteLLM's own router: every fault, several wire formats, the order kept."""

import pytest

from multillm_gov.evaluation.drills.drill import FAULTS
from multillm_gov.evidence.drill_record import DrillRecord
from multillm_gov.offline.script import Script, ScriptRule

pytestmark = [pytest.mark.litellm, pytest.mark.filterwarnings("ignore::UserWarning:pydantic")]

CHAIN = """
triage:
  route: [{{model: {primary}}}]
  fallbacks: [openai/gpt-5-mini, anthropic/claude-sonnet-4-6]
  latency: {{p95_seconds: 8, timeout_seconds: 2}}
"""
PRIMARIES = [
    "openai/gpt-5",
    "anthropic/claude-haiku-4-5",
    "gemini/gemini-2.5-flash",
    "azure/gpt-4o",
    "bedrock/anthropic.claude-3-haiku-20240307-v1:0",
    "mistral/mistral-large-2512",
]


def told(record: DrillRecord) -> dict[str, tuple[str, str]]:
    return {one.fault: (one.result, one.answered_by) for one in record.faults}


@pytest.mark.parametrize("primary", PRIMARIES)
def test_every_fault_of_every_format_is_answered_by_the_first_fallback(
    primary, assessed, held
) -> None:
    (record,), asked = held(assessed(CHAIN.format(primary=primary)))
    survived = ("survives", "openai/gpt-5-mini")
    expected = dict.fromkeys(FAULTS, survived) | {"stream-cut": ("fails", "")}
    assert told(record) == expected, record.faults
    assert (record.result, float(record.coverage), record.calls) == ("survives", 0.875, 8)
    assert record.chain == (primary, "openai/gpt-5-mini", "anthropic/claude-sonnet-4-6")
    # Each fault was answered by one call to the first fallback: nothing is sent twice.
    assert [entry.model for entry in asked] == ["gpt-5-mini"] * 7
    timed_out = next(one for one in record.faults if one.fault == "timeout")
    assert 2 <= float(timed_out.seconds) < 6
    limited = next(one for one in record.faults if one.fault == "rate-limit")
    assert float(limited.seconds) < 5  # its Retry-After of 20 seconds is not waited out
    assert record.seconds_to_recover == timed_out.seconds
    cut = next(one for one in record.faults if one.fault == "stream-cut")
    assert cut.detail == "no fallback: the stream broke after the first tokens were delivered"


def test_a_chain_of_three_is_walked_in_order(assessed, held) -> None:
    state = assessed("""
        triage:
          route: [{model: anthropic/claude-haiku-4-5}]
          fallbacks: [openai/gpt-5-mini, gemini/gemini-2.5-flash, mistral/mistral-large-2512]
          latency: {p95_seconds: 8, timeout_seconds: 2}
    """)
    script = Script(
        rules=(
            ScriptRule(model="gpt-5-mini", fault="server-error"),
            ScriptRule(model="gemini*", fault="rate-limit"),
        )
    )
    (record,), asked = held(state, script)
    outages = [one for one in record.faults if one.fault != "stream-cut"]
    assert {(one.result, one.answered_by) for one in outages} == {
        ("survives", "mistral/mistral-large-2512")
    }
    assert [entry.model for entry in asked] == [
        "gpt-5-mini",
        "gemini-2.5-flash",
        "mistral-large-2512",
    ] * 7


def test_a_longer_chain_than_litellm_walks_by_itself(assessed, held) -> None:
    names = [f"openai/gpt-5-mini-{number}" for number in range(7)]
    models = "\n".join(f"  {name}: {{base: openai/gpt-5-mini, mode: chat}}" for name in names)
    state = assessed(
        f"triage:\n  route: [{{model: openai/gpt-5}}]\n  fallbacks: [{', '.join(names)}]\n",
        f"models:\n{models}\n",
    )
    script = Script(rules=(ScriptRule(model="gpt-5-mini-6"), ScriptRule(fault="server-error")))
    (record,), asked = held(state, script, faults=("server-error",))
    assert told(record) == {"server-error": ("survives", "openai/gpt-5-mini-6")}
    assert [entry.model for entry in asked] == [name.removeprefix("openai/") for name in names]


def test_a_chain_that_is_down_with_its_primary_fails(assessed, held) -> None:
    script = Script(rules=(ScriptRule(fault="server-error"),))
    (record,), _ = held(assessed(CHAIN.format(primary="openai/gpt-5")), script)
    assert (record.result, float(record.coverage), record.seconds_to_recover) == (
        "fails",
        0.0,
        None,
    )
    refused = next(one for one in record.faults if one.fault == "connection-refused")
    assert (
        refused.detail == "no answer from `openai/gpt-5-mini`, `anthropic/claude-sonnet-4-6` either"
    )


def test_a_late_answer_and_one_off_the_schema_are_degraded(assessed, held) -> None:
    state = assessed("""
        late:
          route: [{model: openai/gpt-5}]
          fallbacks: [anthropic/claude-sonnet-4-6]
          latency: {p95_seconds: 0.2, timeout_seconds: 2}
        wordy:
          route: [{model: openai/gpt-5}]
          fallbacks: [openai/gpt-5-mini]
          output_schema: schemas/queue.json
        strict:
          route: [{model: openai/gpt-5}]
          fallbacks: [gemini/gemini-2.5-flash]
          output_schema: schemas/queue.json
    """)
    script = Script(
        rules=(
            ScriptRule(model="claude*", seconds=0.4),
            ScriptRule(model="gpt-5-mini", text="The queue is billing."),
        )
    )
    records, _ = held(state, script, faults=("server-error",), schema_of=("wordy", "strict"))
    late, wordy, strict = records
    assert (late.result, float(late.coverage)) == ("degraded", 0.0)
    assert late.faults[0].detail.endswith("s; the limit is 0.2 s")
    assert (wordy.result, wordy.faults[0].detail) == (
        "degraded",
        "the answer does not satisfy the schema: it is no JSON",
    )
    assert (strict.result, strict.faults[0].answered_by) == ("survives", "gemini/gemini-2.5-flash")


def test_every_routed_model_of_a_split_is_made_to_fail(assessed, held) -> None:
    state = assessed("""
        triage:
          route: [{model: openai/gpt-5, weight: 70}, {model: anthropic/claude-haiku-4-5, weight: 30}]
          fallbacks: [openai/gpt-5-mini]
    """)  # noqa: E501
    (record,), asked = held(state, faults=("server-error", "content-filter"))
    assert (record.result, record.calls) == ("survives", 4)
    assert [entry.model for entry in asked] == ["gpt-5-mini"] * 4


@pytest.mark.parametrize(
    ("mode", "model"), [("responses", "openai/gpt-5"), ("completion", "openai/gpt-5")]
)
def test_other_modes(mode, model, assessed, held) -> None:
    state = assessed(f"""
        triage:
          mode: {mode}
          route: [{{model: {model}}}]
          fallbacks: [openai/gpt-5-mini]
          latency: {{p95_seconds: 8, timeout_seconds: 2}}
    """)
    (record,), _ = held(state)
    assert {fault for fault, (result, _) in told(record).items() if result != "survives"} <= {
        "stream-cut"
    }, record


def test_embeddings(assessed, held) -> None:
    state = assessed("""
        search:
          mode: embedding
          route: [{model: openai/text-embedding-3-large}]
          fallbacks: [azure/text-embedding-3-large]
          latency: {p95_seconds: 8, timeout_seconds: 2}
    """)
    (record,), asked = held(state)
    assert [entry.model for entry in asked] == ["text-embedding-3-large"] * 6
    assert [one.fault for one in record.faults] == [
        fault for fault in FAULTS if fault not in {"content-filter", "stream-cut"}
    ]
    assert (record.result, float(record.coverage)) == ("survives", 1.0), [
        (one.fault, one.result, one.detail, str(one.seconds)) for one in record.faults
    ]


def test_a_model_of_ones_own(assessed, held) -> None:
    catalog = """
        models:
          own/sorter:
            mode: chat
            usd_per_million_tokens: {input: 0.1, output: 0.2}
            exposure: {family: sorter, vendor: example, provider: own, cloud: own, jurisdiction: DE}
            endpoint: {model: hosted_vllm/sorter-7b, environment: SORTER}
    """
    state = assessed(CHAIN.format(primary="own/sorter"), catalog)
    (record,), _ = held(state, faults=("server-error",))
    assert told(record) == {"server-error": ("survives", "openai/gpt-5-mini")}
