"""Keys of every vendor's shape, planted wherever a call could pick them up: none is ever told."""

import asyncio
import logging
import traceback
from pathlib import Path

import pytest

from multillm_gov.documents.secrets.shapes import SHAPES
from multillm_gov.evaluation.client import Answer, Call, CallFailure, Message
from multillm_gov.offline.script import Fault, Script, ScriptRule
from multillm_gov.offline.serving import Server
from multillm_gov.providers.scrubbing import Scrubber, key_values

HELLO = (Message("user", "Say hello."),)


def _random(length: int, seed: int, letters: str) -> str:
    import random

    return "".join(random.Random(seed).choices(letters, k=length))  # planted, not used


_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
KEYS = {
    "anthropic": "sk-ant-api03-" + _random(80, 1, _ALNUM),
    "openrouter": "sk-or-v1-" + _random(64, 2, "0123456789abcdef"),
    "openai project": "sk-proj-" + _random(120, 3, _ALNUM),
    "openai service": "sk-svcacct-" + _random(60, 4, _ALNUM),
    "openai admin": "sk-admin-" + _random(60, 5, _ALNUM),
    "openai old": "sk-" + _random(20, 6, _ALNUM) + "T3BlbkFJ" + _random(20, 7, _ALNUM),
    "deepseek": "sk-" + _random(32, 8, "0123456789abcdef"),
    "google": "AIza" + _random(35, 9, _ALNUM),
    "google new": "AQ.Ab" + _random(48, 10, _ALNUM),
    "aws": "AKIA" + _random(16, 11, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "aws session": "ASIA" + _random(16, 12, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "bedrock": "ABSK" + _random(110, 13, _ALNUM) + "=",
    "azure": _random(52, 14, _ALNUM) + "JQQJ99" + _random(26, 15, _ALNUM),
    "groq": "gsk_" + _random(52, 16, _ALNUM),
    "xai": "xai-" + _random(80, 17, _ALNUM),
    "hugging face": "hf_" + _random(34, 18, _ALNUM),
    "replicate": "r8_" + _random(37, 19, _ALNUM),
    "perplexity": "pplx-" + _random(48, 20, _ALNUM),
    "fireworks": "fw_" + _random(24, 21, _ALNUM),
    "together": "tgp_v1_" + _random(43, 22, _ALNUM),
    "cerebras": "csk-" + _random(48, 23, _ALNUM),
    "nvidia": "nvapi-" + _random(64, 24, _ALNUM),
    "voyage": "pa-" + _random(43, 25, _ALNUM),
    "jina": "jina_" + _random(60, 26, _ALNUM),
    "databricks": "dapi" + _random(32, 27, "0123456789abcdef"),
    "langsmith": "lsv2_pt_" + _random(40, 28, _ALNUM),
    "github": "ghp_" + _random(36, 29, _ALNUM),
    "json web token": f"eyJ{_random(30, 30, _ALNUM)}.eyJ{_random(60, 31, _ALNUM)}.{_random(43, 32, _ALNUM)}",  # noqa: E501
    "no known shape": "Q" + _random(40, 33, _ALNUM),
    "mistral": _random(32, 34, _ALNUM),
    "a chosen password": "correct horse battery",
}
MODELS = {
    "openai/gpt-5.4-2026-03-05": "openai",
    "anthropic/claude-sonnet-4-6": "anthropic",
    "gemini/gemini-3.5-flash": "gemini",
    "azure/deployment": "azure",
    "mistral/mistral-large-latest": "compatible",
}


def test_every_shape_the_product_knows_is_planted_or_alike() -> None:
    planted = "\n".join(KEYS.values()).encode()
    missing = [shape.kind for shape in SHAPES if shape.hint not in planted]
    assert set(missing) <= {
        *(
            "a GitHub token",
            "a GitLab token",
            "a Slack token",
            "a Stripe key",
            "an npm token",
            "a PyPI token",
        ),
    }, "these are no vendors of models"


@pytest.mark.parametrize("name", KEYS)
def test_a_key_in_the_environment_is_scrubbed_wherever_it_stands(name: str) -> None:
    key = KEYS[name]
    scrubber = Scrubber({"SOME_VENDOR_API_KEY": key, "PATH": "/usr/bin"})
    texts = (
        f"401 Unauthorized: Incorrect API key provided: {key}. See your account.",
        f"GET https://generativelanguage.googleapis.com/v1beta/models?key={key}&alt=sse failed",
        f"{{'Authorization': 'Bearer {key}', 'x-api-key': '{key}'}}",
        f'{{"error":{{"message":"bad key {key}"}}}}',
        f"https://user:{key}@proxy.example/v1",
    )
    for text in texts:
        assert key not in scrubber.text(text), text
    assert key not in str(scrubber.over({"a": [texts], "b": (texts[0], {"c": texts[1]})}))


@pytest.mark.parametrize(
    "name",
    [name for name in KEYS if name not in {"no known shape", "mistral", "a chosen password"}],
)
def test_a_key_of_a_known_shape_is_scrubbed_though_nobody_told_of_it(name: str) -> None:
    key = KEYS[name]
    assert key not in Scrubber({}).text(f"the provider said: {key} is not valid")


def test_headers_and_addresses_are_scrubbed_whatever_the_key_looks_like() -> None:
    for text in (
        "authorization: Bearer hunter2hunter2",
        "Authorization: Basic aGVsbG86d29ybGQ=",
        "{'x-goog-api-key': 'hunter2hunter2'}",
        "'api-key': b'hunter2hunter2'",
        "https://host/v1?api-version=1&api_key=hunter2hunter2",
        "https://host/v1?key=hunter2hunter2#x",
        "postgres://user:hunter2hunter2@host/db",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1, Signature=hunter2hunter2",
        "cookie: session=hunter2hunter2",
    ):
        scrubbed = Scrubber({}).text(text)
        assert "hunter2" not in scrubbed, scrubbed
        assert "aGVsbG8" not in scrubbed


def test_words_stay_words() -> None:
    text = (
        "The model `anthropic/claude-sonnet-4-6` was not found; max_tokens 4096, request id "
        "req_012 of 3 keys."
    )
    assert Scrubber({"HOME": "/root", "LANG": "C", "SHORT_KEY": "abc"}).text(text) == text


def test_variables_are_taken_for_keys_by_their_names() -> None:
    environment = {
        "OPENAI_API_KEY": "value-one",
        "AWS_SECRET_ACCESS_KEY": "value-two",
        "HF_TOKEN": "value-three",
        "DB_PASSWORD": "value-four",
        "AZURE_CLIENT_SECRET": "value-five",
        "KEYBOARD": "qwertyuiop",
        "MONKEY": "bananabanana",
        "EMPTY_API_KEY": "",
    }
    assert set(key_values(environment)) == {
        "value-one",
        "value-two",
        "value-three",
        "value-four",
        "value-five",
    }


@pytest.mark.litellm
@pytest.mark.parametrize(
    "fault", ["wrong-key", "forbidden", "rate-limit", "connection-refused", "malformed-body"]
)
@pytest.mark.parametrize(
    "name", ["anthropic", "openai project", "google", "azure", "no known shape", "mistral"]
)
def test_an_echoed_key_is_told_nowhere(
    name: str, fault: Fault, server: Server, runner: asyncio.Runner, tmp_path: Path, caplog, capfd
) -> None:
    """The server repeats the key in its error bodies; logs are at their most talkative; a cassette
    is written."""
    from multillm_gov.providers.cassettes import RecordingClient
    from multillm_gov.providers.live import LiveClient
    from multillm_gov.providers.offline import offline_addresses

    key = KEYS[name]
    caplog.set_level(logging.DEBUG)
    server.play(Script(echo_key=True, rules=(ScriptRule(fault=fault),)))
    inner = offline_addresses(server.base_url)

    def address(model, mode):
        found = inner(model, mode)
        return type(found)(model=found.model, arguments={**found.arguments, "api_key": key})

    scrubber = Scrubber({"VENDOR_API_KEY": key})
    client = RecordingClient(
        LiveClient(address, scrubber=scrubber), (tmp_path / "calls.jsonl").write_bytes, scrubber
    )
    told = []
    for model in MODELS:
        for stream in (False, True):
            outcome = runner.run(client.send(Call(model=model, messages=HELLO, stream=stream)))
            assert isinstance(outcome, CallFailure)
            told.append(repr(outcome))
    runner.run(client.close())
    assert any(key in entry.key for entry in server.journal.entries), "the key really was sent"
    printed = capfd.readouterr()
    logged = "\n".join(
        f"{entry.getMessage()} {entry.exc_text or ''} {entry.__dict__}" for entry in caplog.records
    )
    everything = [
        "\n".join(told),
        printed.out,
        printed.err,
        logged,
        (tmp_path / "calls.jsonl").read_text(),
    ]
    assert not [text for text in everything if key in text or key[:24] in text]


@pytest.mark.litellm
def test_an_answer_that_repeats_a_key_is_recorded_without_it(
    server: Server, runner: asyncio.Runner, tmp_path: Path
) -> None:
    from multillm_gov.providers.cassettes import RecordingClient
    from multillm_gov.providers.live import LiveClient
    from multillm_gov.providers.offline import offline_addresses

    key = KEYS["openai project"]
    server.play(Script(rules=(ScriptRule(text=f"Your key is {key}."),)))
    client = RecordingClient(
        LiveClient(offline_addresses(server.base_url)),
        (tmp_path / "c.jsonl").write_bytes,
        Scrubber({}),
    )
    answer = runner.run(client.send(Call(model="openai/gpt-5.4-2026-03-05", messages=HELLO)))
    runner.run(client.close())
    assert isinstance(answer, Answer)
    assert key not in (tmp_path / "c.jsonl").read_text()


@pytest.mark.litellm
def test_a_traceback_of_a_call_can_be_scrubbed(server: Server, runner: asyncio.Runner) -> None:
    from multillm_gov.providers.quiet import load_litellm

    key = KEYS["anthropic"]
    server.play(Script(echo_key=True, rules=(ScriptRule(fault="wrong-key"),)))
    litellm = load_litellm()
    try:
        runner.run(
            litellm.acompletion(
                model="anthropic/claude-sonnet-4-6",
                messages=[{"role": "user", "content": "hello"}],
                api_key=key,
                api_base=server.base_url("anthropic"),
            )
        )
    except litellm.AuthenticationError:
        raw = traceback.format_exc()
    assert key in raw, "unscrubbed it is there"
    assert key not in Scrubber({}).text(raw)
