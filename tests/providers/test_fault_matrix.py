"""Every fault in every wire format, through the real LiteLLM: none may be misjudged."""

import asyncio
import typing

import pytest

from multillm_gov.evaluation.client import Answer, Call, CallFailure, Client, Message
from multillm_gov.evidence import drill_record
from multillm_gov.evidence.verdict import WHAT_TO_DO
from multillm_gov.offline.script import Fault, Script, ScriptRule
from multillm_gov.offline.serving import Server
from multillm_gov.offline.vendors import all_formats

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

EMBEDDING_MODELS = {
    "openai": "openai/text-embedding-3-large",
    "gemini": "gemini/gemini-embedding-001",
    "bedrock": "bedrock/amazon.titan-embed-text-v2:0",
    "anthropic": "",
}

VERDICTS = {
    "connection-refused": "unreachable",
    "server-error": "provider-fault",
    "bad-gateway": "provider-fault",
    "overloaded": "provider-fault",
    "rate-limit": "rate-limited",
    "quota": "credentials",
    "timeout": "timeout",
    "content-filter": "refused-by-filter",
    "context-overflow": "context",
    "malformed-body": "contract",
    "wrong-shape": "contract",
    "html-page": "contract",
    "stream-cut": "provider-fault",
    "stream-short": "provider-fault",
    "stream-error": "provider-fault",
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
STATUSES = {
    "server-error": {500},
    "bad-gateway": {502},
    "overloaded": {503, 529},
    "rate-limit": {429},
    "wrong-key": {400, 401, 403},
    "connection-refused": {None},
    "timeout": {None},
    "stream-cut": {None},
}


def test_all_faults_and_formats_are_in_the_matrix() -> None:
    assert set(VERDICTS) == set(typing.get_args(Fault))
    assert set(typing.get_args(drill_record.Fault)) <= set(VERDICTS)
    assert set(MODELS) == set(all_formats())


WAYS = [
    ("chat", False),
    ("chat", True),
    ("responses", False),
    ("responses", True),
    ("completion", False),
]
WAYS += [("completion", True), ("embedding", False)]


@pytest.mark.parametrize("model", [*MODELS.values(), MISTRAL])
@pytest.mark.parametrize(
    ("mode", "stream"), WAYS, ids=[f"{mode}{'-streamed' * on}" for mode, on in WAYS]
)
def test_no_fault_is_misjudged(
    mode: str, stream: bool, model: str, server: Server, live_client: Client, runner: asyncio.Runner
) -> None:
    kind = next((name for name, one in MODELS.items() if one == model), "compatible")
    model = EMBEDDING_MODELS.get(kind, model) if mode == "embedding" else model
    if not model:
        pytest.skip("the vendor has no embeddings")
    # LiteLLM loads code at a provider's first call, for longer than the timeout lasts.
    assert isinstance(runner.run(live_client.send(call_of(model, mode, stream=stream))), Answer)
    # A rule a fault, told apart by the text that is sent, so that all go at once.
    server.play(
        Script(
            rules=tuple(
                ScriptRule(contains=f"<{fault}>", fault=fault, retry_after="7")
                for fault in VERDICTS
            )
        )
    )

    async def send_all() -> dict[str, Answer | CallFailure]:
        calls = [call_of(model, mode, fault, stream=stream) for fault in VERDICTS]
        return dict(zip(VERDICTS, await asyncio.gather(*map(live_client.send, calls)), strict=True))

    outcomes = runner.run(send_all())
    verdicts = {fault: getattr(outcome, "verdict", outcome) for fault, outcome in outcomes.items()}
    expected = {
        fault: expected_verdict(fault, kind, model, mode, stream=stream) for fault in VERDICTS
    }
    assert verdicts == expected, {
        fault: outcomes[fault] for fault in VERDICTS if verdicts[fault] != expected[fault]
    }
    sent = sorted(entry.fault for entry in server.journal.entries)
    # On a busy machine a call may run out of its 0.3 seconds before it is sent.
    assert sent in (sorted(VERDICTS), sorted(set(VERDICTS) - {"timeout"})), (
        "each is sent exactly once"
    )
    for fault, failure in outcomes.items():
        assert failure.status in STATUSES.get(fault, {failure.status}), failure
        assert failure.message
        assert len(failure.message) <= 500
        assert WHAT_TO_DO[failure.verdict]
    assert outcomes["rate-limit"].retry_after_seconds == 7


def expected_verdict(fault: str, kind: str, model: str, mode: str, *, stream: bool) -> str:
    """The verdict of a fault; exceptions each with their reason."""
    is_fetched_whole = mode == "responses" and model in {MODELS["azure"], MODELS["compatible"]}
    if fault == "malformed-body" and kind == "gemini" and stream:
        return (
            "provider-fault"  # its streams have no opening event: what is garbled comes after text
        )
    if fault == "stream-short" and (not stream or is_fetched_whole):
        return "contract"  # half a body is garbled; of models it does not know, LiteLLM asks the whole response  # noqa: E501
    if (fault, kind, mode, stream) == ("wrong-shape", "azure", "completion", False):
        return "inconclusive"  # LiteLLM stumbles over it in a way that a defect of its own might look like  # noqa: E501
    if (fault, model, mode, stream) == ("stream-error", MODELS["compatible"], "completion", True):
        return "inconclusive"  # the same: its error in a stream is no chunk, and OpenAI's client sees no error in it  # noqa: E501
    if fault == "content-filter" and mode == "embedding" and kind in {"bedrock", "gemini"}:
        return "contract"  # these refuse with a whole answer of a chat, which is no vector
    return DIFFERENT.get((fault, kind)) or VERDICTS[fault]


@pytest.mark.parametrize("model", MODELS.values())
def test_a_model_the_vendor_forgot_is_retired_when_the_catalog_knows(
    model: str, server: Server, ask
) -> None:
    from multillm_gov.providers.live import LiveClient
    from multillm_gov.providers.offline import offline_addresses

    client = LiveClient(offline_addresses(server.base_url), is_retired=lambda name: name == model)
    server.play(Script(rules=(ScriptRule(fault="not-found"),)))
    failure = ask(call_of(model), client=client)
    assert isinstance(failure, CallFailure)
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
            assert isinstance(failure, CallFailure)
            assert (failure.verdict, failure.may_bill) == ("unreachable", False), failure


def call_of(model: str, mode: str = "chat", fault: str = "", *, stream: bool = False) -> Call:
    text = f"Say hello. <{fault}>"
    return Call(
        model=model,
        mode=mode,
        messages=(Message("system", "Be short."), Message("user", text)),
        inputs=(text,),
        stream=stream,
        max_output_tokens=200,
        timeout_seconds=0.3 if fault == "timeout" else 20,
    )
