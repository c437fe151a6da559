"""Every fault in every wire format, through the real LiteLLM: none may be misjudged."""

import typing

import pytest

from multillm_gov.evidence import record
from multillm_gov.evidence.verdict import WHAT_TO_DO
from multillm_gov.offline.script import Fault, Rule, Script
from multillm_gov.offline.serving import Server
from multillm_gov.offline.vendors import all_formats
from multillm_gov.trials.client import Answer, Call, Failure, Message

pytestmark = pytest.mark.litellm

MODELS = {
    "openai": "openai/gpt-5.4-2026-03-05",
    "anthropic": "anthropic/claude-sonnet-4-6",
    "gemini": "gemini/gemini-3.5-flash",
    "azure": "azure/deployment",
    "bedrock": "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "compatible": "custom/lead-scorer-v3",
}
MISTRAL = "mistral/mistral-large-latest"
"""A vendor with a client of its own that speaks the compatible format."""

VERDICTS = {
    "connection-refused": "unreachable",
    "server-error": "provider-fault",
    "bad-gateway": "provider-fault",
    "overloaded": "provider-fault",
    "rate-limit": "rate-limited",
    "quota": "credentials",
    "time-out": "time-out",
    "content-filter": "refused-by-filter",
    "context-overflow": "context",
    "malformed-body": "contract",
    "wrong-shape": "contract",
    "html-page": "contract",
    "stream-cut": "provider-fault",
    "wrong-key": "credentials",
    "forbidden": "credentials",
    "not-found": "not-found",
    "retired": "retired",
}
DIFFERENT = {
    # What is short there is a quota to be raised, not money.
    ("quota", "bedrock"): "rate-limited",
    # These say that the account may not use this model.
    ("forbidden", "openai"): "not-found",
    ("forbidden", "bedrock"): "not-found",
    # The vendor forgets retired models; only the catalog can tell (see below).
    ("retired", "anthropic"): "not-found",
}
CUT_WHILE_SPEAKING = {("malformed-body", "gemini", True): "provider-fault"}
"""Its stream has no opening event, so that the garbled piece comes after text."""
STATUSES = {
    "server-error": {500},
    "bad-gateway": {502},
    "overloaded": {503, 529},
    "rate-limit": {429},
    "wrong-key": {400, 401, 403},
    "connection-refused": {None},
    "time-out": {None},
    "stream-cut": {None},
}


def test_all_faults_and_formats_are_in_the_matrix() -> None:
    assert set(VERDICTS) == set(typing.get_args(Fault))
    assert set(typing.get_args(record.Fault)) <= set(VERDICTS)
    assert set(MODELS) == set(all_formats())


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("model", [*MODELS.values(), MISTRAL])
@pytest.mark.parametrize("fault", VERDICTS)
def test_no_fault_is_misjudged(fault: Fault, model: str, stream: bool, server: Server, ask) -> None:
    kind = next((name for name, one in MODELS.items() if one == model), "compatible")
    server.play(Script(rules=(Rule(fault=fault, retry_after="7"),)))
    failure = ask(call_of(model, stream=stream, timeout=0.3 if fault == "time-out" else 20))
    assert isinstance(failure, Failure), failure
    expected = CUT_WHILE_SPEAKING.get((fault, kind, stream)) or DIFFERENT.get((fault, kind)) or VERDICTS[fault]
    assert failure.verdict == expected, failure
    assert failure.status in STATUSES.get(fault, {failure.status})
    assert WHAT_TO_DO[failure.verdict]
    assert failure.message
    assert "Traceback" not in failure.message.splitlines()[0][:20]
    if fault == "rate-limit":
        assert failure.retry_after_seconds == 7
    assert [entry.fault for entry in server.journal.entries] == [fault], "sent exactly once"


@pytest.mark.parametrize("model", [*MODELS.values(), MISTRAL])
@pytest.mark.parametrize("fault", ["server-error", "rate-limit", "wrong-key", "context-overflow", "time-out"])
@pytest.mark.parametrize("mode", ["responses", "completion", "embedding"])
def test_other_modes_are_judged_alike(mode: str, fault: Fault, model: str, server: Server, ask) -> None:
    if mode == "embedding":
        model = {MODELS["anthropic"]: MODELS["openai"], MODELS["bedrock"]: "bedrock/amazon.titan-embed-text-v2:0"}.get(
            model, model
        )
    server.play(Script(rules=(Rule(fault=fault, retry_after="7"),)))
    call = Call(
        model=model,
        mode=mode,
        messages=(Message("user", "hello"),),
        inputs=("hello",),
        timeout_seconds=0.3 if fault == "time-out" else 20,
    )
    failure = ask(call)
    assert isinstance(failure, Failure), failure
    assert failure.verdict == VERDICTS[fault], failure
    assert [entry.fault for entry in server.journal.entries] == [fault], "sent exactly once"


@pytest.mark.parametrize("model", MODELS.values())
def test_a_model_the_vendor_forgot_is_retired_when_the_catalog_knows(model: str, server: Server, ask) -> None:
    from multillm_gov.providers.live import LiveClient
    from multillm_gov.providers.offline import offline_addresses

    client = LiveClient(offline_addresses(server.base_url), is_retired=lambda name: name == model)
    server.play(Script(rules=(Rule(fault="not-found"),)))
    failure = ask(call_of(model), client=client)
    assert isinstance(failure, Failure)
    assert failure.verdict == "retired"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("model", [*MODELS.values(), MISTRAL])
def test_without_a_fault_all_answer(model: str, stream: bool, server: Server, ask) -> None:
    answer = ask(call_of(model, stream=stream))
    assert isinstance(answer, Answer), answer
    assert answer.text
    assert answer.finish_reason == "stop"
    assert answer.input_tokens
    assert answer.output_tokens
    assert (answer.seconds_to_first is not None) is stream


def test_a_closed_port_is_unreachable(ask) -> None:
    import socket

    from multillm_gov.providers.live import LiveClient
    from multillm_gov.providers.offline import offline_addresses

    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound, but nobody listens
        base = f"http://127.0.0.1:{bound.getsockname()[1]}"
        client = LiveClient(offline_addresses(lambda _: base))
        for model in MODELS.values():
            failure = ask(call_of(model), client=client)
            assert isinstance(failure, Failure)
            assert (failure.verdict, failure.may_bill) == ("unreachable", False), failure


def call_of(model: str, *, stream: bool = False, timeout: float = 20) -> Call:
    return Call(
        model=model,
        messages=(Message("system", "Be short."), Message("user", "Say hello.")),
        stream=stream,
        max_output_tokens=200,
        timeout_seconds=timeout,
    )
