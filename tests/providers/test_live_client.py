"""What the live client reads out of answers, and what it refuses to send."""

import asyncio
import json
import os
import time
from decimal import Decimal

import pytest

from multillm_gov.catalog.endpoint_declaration import Endpoint
from multillm_gov.catalog.pricing.price import Price, UnitPrices
from multillm_gov.evaluation.client import Answer, Call, CallFailure, Message
from multillm_gov.offline.script import Script, ScriptRule
from multillm_gov.offline.serving import Server

pytestmark = pytest.mark.litellm

CHAT = (
    "openai/gpt-5.4-2026-03-05",
    "anthropic/claude-sonnet-4-6",
    "gemini/gemini-3.5-flash",
    "azure/deployment",
    "mistral/mistral-large-latest",
    "custom/lead-scorer-v3",
)
SILENT = "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
"""Its format has no place for the model that served."""
SCHEMA = {
    "type": "object",
    "properties": {
        "label": {"enum": ["spam", "ham"]},
        "score": {"type": "number"},
        "why": {"type": "string"},
    },
    "required": ["label", "score", "why"],
    "additionalProperties": False,
}
HELLO = (Message("system", "Be short."), Message("user", "Say hello."))


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("model", CHAT)
def test_the_served_model_is_what_the_provider_reports(
    model: str, stream: bool, server: Server, ask
) -> None:
    server.play(Script(rules=(ScriptRule(served_model="snapshot-of-last-night"),)))
    answer = ask(Call(model=model, messages=HELLO, stream=stream))
    assert isinstance(answer, Answer)
    assert answer.served_model == "snapshot-of-last-night"


@pytest.mark.parametrize("mode", ["chat", "responses", "completion"])
def test_a_format_without_a_model_reports_none_and_no_echo_of_ours(
    mode: str, server: Server, ask
) -> None:
    for call in (
        Call(model=SILENT, mode=mode, messages=HELLO),
        Call(model="gemini/gemini-embedding-001", mode="embedding", inputs=("a",)),
    ):
        answer = ask(call)
        assert isinstance(answer, Answer)
        assert answer.served_model == ""


@pytest.mark.parametrize("mode", ["chat", "responses"])
@pytest.mark.parametrize("model", [*CHAT, SILENT])
def test_structured_output_is_asked_for_natively(
    model: str, mode: str, server: Server, ask
) -> None:
    answer = ask(Call(model=model, mode=mode, messages=HELLO, output_schema=SCHEMA))
    assert isinstance(answer, Answer), answer
    assert json.loads(answer.text) == {"label": "spam", "score": 0, "why": "text"}
    assert server.journal.entries[-1].native_schema


@pytest.mark.parametrize("model", [*CHAT, SILENT])
def test_bounds_survive_what_a_vendor_s_format_does_not_take(
    model: str, server: Server, ask
) -> None:
    import jsonschema

    schema = {
        "type": "object",
        "properties": {
            "n": {"type": "integer", "minimum": 3, "maximum": 9},
            "tags": {"type": "array", "items": {"type": "string", "minLength": 5}, "minItems": 2},
        },
        "required": ["n", "tags"],
        "additionalProperties": False,
    }
    answer = ask(Call(model=model, messages=HELLO, output_schema=schema))
    assert isinstance(answer, Answer), answer
    jsonschema.validate(json.loads(answer.text), schema)


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (SCHEMA, True),
        ({**SCHEMA, "additionalProperties": True}, False),
        ({**SCHEMA, "required": ["label"]}, False),
        ({**SCHEMA, "allOf": [{}]}, False),
        ({"type": "array", "items": SCHEMA}, False),
        ({**SCHEMA, "properties": {**SCHEMA["properties"], "why": {"type": "object"}}}, False),
        (
            {
                **SCHEMA,
                "properties": {
                    **SCHEMA["properties"],
                    "why": {"anyOf": [SCHEMA, {"type": "null"}]},
                },
            },
            True,
        ),
        (
            {
                "type": "object",
                "properties": {"not": {"type": "string"}, "properties": {"type": "integer"}},
                "required": ["not", "properties"],
                "additionalProperties": False,
            },
            True,
        ),
        ({}, False),
        (None, False),
    ],
)
def test_strictness_is_asked_for_only_where_it_will_be_taken(schema: object, strict: bool) -> None:
    from multillm_gov.providers.arguments import is_strict

    assert is_strict(schema) is strict


def test_addresses_of_known_providers_are_read_as_litellm_reads_them(
    server: Server, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from multillm_gov.providers.addresses import addresses_from
    from multillm_gov.providers.live import LiveClient

    monkeypatch.setenv("OPENAI_API_BASE", server.base_url("openai"))
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-openai")
    monkeypatch.setenv("ANTHROPIC_API_BASE", server.base_url("anthropic"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "key-of-anthropic")
    client = LiveClient(addresses_from({}, {}))
    for model in ("openai/gpt-5.4-2026-03-05", "anthropic/claude-sonnet-4-6"):
        assert isinstance(ask(Call(model=model, messages=HELLO), client=client), Answer)
    assert [entry.key for entry in server.journal.entries] == ["key-of-openai", "key-of-anthropic"]


@pytest.mark.parametrize(
    "model", ["openai/gpt-5.4-2026-03-05", "anthropic/claude-sonnet-4-6", SILENT]
)
def test_a_schema_with_open_objects_is_asked_for_all_the_same(
    model: str, server: Server, ask
) -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}, "m": {"type": "string"}},
        "required": ["n"],
    }
    answer = ask(Call(model=model, messages=HELLO, output_schema=schema))
    assert isinstance(answer, Answer), answer
    assert isinstance(json.loads(answer.text)["n"], int)


def test_cost_is_ours_and_exact(server: Server, runner: asyncio.Runner) -> None:
    from multillm_gov.providers.live import LiveClient
    from multillm_gov.providers.offline import offline_addresses

    price = Price(standard=UnitPrices(input=Decimal("0.000003"), output=Decimal("0.000015")))
    client = LiveClient(
        offline_addresses(server.base_url),
        price_of=lambda model: price if model.startswith("anthropic/") else None,
    )
    answer = runner.run(client.send(Call(model="anthropic/claude-sonnet-4-6", messages=HELLO)))
    unknown = runner.run(client.send(Call(model="openai/gpt-5.4-2026-03-05", messages=HELLO)))
    assert isinstance(answer, Answer)
    assert isinstance(unknown, Answer)
    assert answer.usd == answer.input_tokens * Decimal("0.000003") + answer.output_tokens * Decimal(
        "0.000015"
    )
    assert unknown.usd is None, "not known is not free, and LiteLLM's own figure is no substitute"


def test_the_limit_of_tokens_is_told_as_the_reason(server: Server, ask) -> None:
    for model in (*CHAT, SILENT):
        answer = ask(Call(model=model, messages=HELLO, max_output_tokens=3))
        assert isinstance(answer, Answer)
        assert (answer.finish_reason, answer.output_tokens) == ("length", 3), model


def test_time_to_the_first_piece_lies_before_the_end(server: Server, ask) -> None:
    server.play(Script(seconds=0.05))
    answer = ask(Call(model="openai/gpt-5.4-2026-03-05", messages=HELLO, stream=True))
    assert isinstance(answer, Answer)
    assert 0.05 <= answer.seconds_to_first <= answer.seconds


@pytest.mark.parametrize(
    "model",
    [
        "huggingface/https://attacker.example/model",
        "openai/../../v1",
        "openai/x?key=y",
        "openai/x y",
        "openai/x#",
        "ollama/http://169.254.169.254",
        "openai/\u202egpt",
        "a" * 400,
    ],
)
def test_a_name_that_is_an_address_is_never_sent(model: str, ask) -> None:
    from multillm_gov.providers.addresses import addresses_from
    from multillm_gov.providers.live import LiveClient

    failure = ask(Call(model=model, messages=HELLO), client=LiveClient(addresses_from({}, {})))
    assert isinstance(failure, CallFailure)
    assert failure.verdict == "not-found"
    assert not failure.may_bill


def test_an_endpoint_of_ones_own_gets_its_own_key_and_no_other(
    server: Server, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from multillm_gov.providers.addresses import NO_KEY, addresses_from
    from multillm_gov.providers.live import LiveClient

    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai-and-of-nobody-else")
    endpoints = {
        "custom/lead-scorer-v3": Endpoint(model="openai/lead-scorer-v3", environment="LEAD_SCORER")
    }
    call = Call(model="custom/lead-scorer-v3", messages=HELLO)
    base = {"LEAD_SCORER_API_BASE": server.base_url("compatible")}
    for environment, shown in (
        (base, NO_KEY),
        ({**base, "LEAD_SCORER_API_KEY": "own-key"}, "own-key"),
    ):
        answer = ask(call, client=LiveClient(addresses_from(environment, endpoints)))
        assert isinstance(answer, Answer)
        assert server.journal.entries[-1].key == shown
    failure = ask(call, client=LiveClient(addresses_from({}, endpoints)))
    assert isinstance(failure, CallFailure)
    assert failure.verdict == "unreachable"
    assert "LEAD_SCORER_API_BASE" in failure.message
    assert len(server.journal.entries) == 2, "nothing goes to OpenAI instead"


@pytest.mark.parametrize(
    ("model", "verdict", "told"),
    [
        ("custom/undeclared", "not-found", "`endpoint`"),
        ("no-such-provider/model", "not-found", "provider"),
        ("openai/gpt-5.4", "credentials", "api_key"),
        ("anthropic/claude-sonnet-4-6", "credentials", "API Key"),
        ("gemini/gemini-3.5-flash", "credentials", "GEMINI_API_KEY"),
        ("azure/deployment", "credentials", "credentials"),
    ],
)
def test_what_cannot_be_sent_is_told_before_anything_is(
    model: str, verdict: str, told: str, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from multillm_gov.providers.addresses import addresses_from
    from multillm_gov.providers.live import LiveClient

    for name in list(os.environ):
        if any(part in name for part in ("_KEY", "TOKEN", "API_BASE")):
            monkeypatch.delenv(name)
    failure = ask(Call(model=model, messages=HELLO), client=LiveClient(addresses_from({}, {})))
    assert isinstance(failure, CallFailure)
    assert failure.verdict == verdict, failure
    assert told in failure.message
    assert failure.status is None
    assert not failure.may_bill


def test_a_settings_file_in_the_folder_is_not_read(tmp_path) -> None:
    """LiteLLM reads `.env` files by itself, unless told not to."""
    import subprocess
    import sys

    (tmp_path / ".env").write_text("OPENAI_API_BASE=http://attacker.example\n")
    code = (
        "import os; from multillm_gov.providers.quiet import load_litellm; load_litellm();"
        "print(os.environ.get('OPENAI_API_BASE'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True, timeout=60
    )
    assert done.stdout.strip() == b"None"
    assert done.stderr == b""


def test_the_offline_server_is_reached_though_a_proxy_is_set(server: Server) -> None:
    import subprocess
    import sys

    code = """
import asyncio, sys
from multillm_gov.offline.vendors import all_formats
from multillm_gov.providers.opening import Knowledge, open_client
from multillm_gov.evaluation.client import Call, Message

async def main():
    client = open_client(Knowledge(), offline=lambda kind: sys.argv[1] + all_formats()[kind].base)
    for model in sys.argv[2:]:
        print(type(await client.send(Call(model=model, messages=(Message("user", "hello"),)))).__name__)
    await client.close()

asyncio.run(main())
"""  # noqa: E501
    proxy = "http://127.0.0.1:9"
    names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
    done = subprocess.run(
        [sys.executable, "-c", code, server.root_url, CHAT[0], CHAT[1], CHAT[2]],
        env={
            **{name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
            **dict.fromkeys(names, proxy),
        },
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == [b"Answer"] * 3


def test_a_cancelled_call_ends_at_once(server: Server, live_client, runner: asyncio.Runner) -> None:
    server.play(Script(rules=(ScriptRule(fault="timeout"),)))

    async def interrupt() -> float:
        sending = asyncio.create_task(live_client.send(Call(model=CHAT[0], messages=HELLO)))
        await asyncio.sleep(0.1)
        started = time.perf_counter()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        return time.perf_counter() - started

    assert runner.run(interrupt()) < 0.5


def test_every_model_name_of_the_starter_reaches_its_wire_format(server: Server, ask) -> None:
    named = {
        "anthropic/claude-sonnet-4-6": "anthropic",
        "openai/gpt-5.4-2026-03-05": "openai",
        "gemini/gemini-3.5-flash": "gemini",
        "vertex_ai/gemini-3.5-flash": "gemini",
        "vertex_ai/claude-sonnet-4-6": "compatible",
        "mistral/mistral-large-latest": "compatible",
        "azure/eu/gpt-5.4": "azure",
        "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0": "bedrock",
        "bedrock/converse/amazon.nova-pro-v1:0": "bedrock",
        "custom/lead-scorer-v3": "compatible",
        "groq/llama-3.3-70b-versatile": "compatible",
        "together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo": "compatible",
        "gpt-5.4": "openai",
        "claude-sonnet-4-6": "anthropic",
    }
    for model, kind in named.items():
        assert isinstance(ask(Call(model=model, messages=HELLO)), Answer), model
        assert server.journal.entries[-1].format == kind, model
    embedding = {
        "openai/text-embedding-3-large": ("openai", 3072),
        "gemini/gemini-embedding-001": ("gemini", 3072),
        "mistral/mistral-embed": ("compatible", 1024),
        "bedrock/amazon.titan-embed-text-v2:0": ("bedrock", 1024),
        "bedrock/cohere.embed-english-v3": ("bedrock", 1024),
        "azure/text-embedding-3-small": ("azure", 1536),
        "cohere/embed-english-v3.0": ("compatible", 1024),
    }
    for model, (kind, size) in embedding.items():
        answer = ask(Call(model=model, mode="embedding", inputs=("first text", "second text")))
        assert isinstance(answer, Answer), answer
        assert [len(vector) for vector in answer.vectors] == [size, size], model
        assert answer.vectors[0] != answer.vectors[1]
        assert server.journal.entries[-1].format == kind, model
    assert all(
        entry.key in {"offline", ""} or "AWS4" in entry.key for entry in server.journal.entries
    )


def test_many_calls_at_once_cost_little_over_the_waiting(
    server: Server, live_client, runner: asyncio.Runner
) -> None:
    """The figure that is promised is measured in `benchmarks/`; here only that calls do not wait
    for each other."""
    server.play(Script(seconds=0.2))

    async def run() -> float:
        started = time.perf_counter()
        calls = (live_client.send(Call(model=CHAT[1], messages=HELLO)) for _ in range(32))
        answers = await asyncio.gather(*calls)
        assert all(isinstance(answer, Answer) for answer in answers)
        return time.perf_counter() - started

    assert runner.run(run()) < 3.2, "one after the other would take 6.4 seconds"
