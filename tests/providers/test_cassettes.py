"""Recording and replaying at the client protocol, and files that were not written by us."""

import asyncio
import json
from decimal import Decimal
from functools import partial
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from multillm_gov.errors import OutputError, SourceError, UnableError, UsageError
from multillm_gov.evaluation.client import Answer, Call, CallFailure, Message
from multillm_gov.providers.cassettes import RecordingClient, ReplayClient
from multillm_gov.providers.opening import Knowledge, open_client
from multillm_gov.sources.output import write_bytes

ASKED = Call(
    model="anthropic/claude-sonnet-4-6", messages=(Message("user", "Say hello."),), temperature=0.0
)
ANSWER = Answer(
    text="Hello.",
    finish_reason="stop",
    input_tokens=5,
    output_tokens=2,
    usd=Decimal("0.000045"),
    seconds=0.5,
)
FAILURE = CallFailure(
    verdict="rate-limited", message="slow down", status=429, retry_after_seconds=2.0, seconds=0.1
)


class Scripted:
    """A client that gives what it is told, in order."""

    def __init__(self, *outcomes: Answer | CallFailure) -> None:
        self.outcomes = list(outcomes)
        self.closed = False

    async def send(self, call: Call) -> Answer | CallFailure:
        return self.outcomes.pop(0)

    async def close(self) -> None:
        self.closed = True


def recorded(path: Path, calls: list[Call], *outcomes: Answer | CallFailure) -> None:
    async def run() -> None:
        client = RecordingClient(Scripted(*outcomes), partial(write_bytes, path))
        for call in calls:
            await client.send(call)
        await client.close()

    asyncio.run(run())


def replayed(path: Path, *calls: Call) -> list[Answer | CallFailure]:
    async def run() -> list[Answer | CallFailure]:
        client = ReplayClient(path)
        found = [await client.send(call) for call in calls]
        await client.close()
        return found

    return asyncio.run(run())


def test_what_was_recorded_comes_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "calls.jsonl"
    vectors = Answer(vectors=((0.25, -1.5), (1e-300, 3.0)), seconds=1.0)
    embedding = Call(model="openai/text-embedding-3-large", mode="embedding", inputs=("a", "b"))
    other = structs.replace(ASKED, model="openai/gpt-5.4-2026-03-05")
    recorded(path, [other, ASKED, ASKED, embedding], ANSWER, FAILURE, ANSWER, vectors)
    assert replayed(path, ASKED, ASKED, embedding, other) == [FAILURE, ANSWER, vectors, ANSWER]


def test_a_cassette_holds_no_prompt_and_is_the_same_whatever_the_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    other = structs.replace(ASKED, model="openai/gpt-5.4-2026-03-05")
    recorded(one, [ASKED, other], ANSWER, FAILURE)
    recorded(two, [other, ASKED], FAILURE, ANSWER)
    assert one.read_bytes() == two.read_bytes()
    assert b"Say hello" not in one.read_bytes()
    assert [line["model"] for line in map(json.loads, one.read_text().splitlines())] == [
        ASKED.model,
        other.model,
    ]


def test_how_long_one_waits_makes_no_other_call(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    recorded(path, [ASKED], ANSWER)
    assert replayed(path, structs.replace(ASKED, timeout_seconds=1.0)) == [ANSWER]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"messages": (Message("user", "Say goodbye."),)}, "the prompt differs"),
        ({"messages": (Message("system", "Say hello."),)}, "the prompt differs"),
        ({"output_schema": {"type": "object"}}, "the output schema differs"),
        ({"temperature": 1.0}, "the settings differs"),
        ({"temperature": 1.0, "messages": ()}, "the prompt and the settings differ"),
        ({"model": "anthropic/other"}, "no call to it in this mode was recorded"),
        ({"mode": "responses"}, "no call to it in this mode was recorded"),
    ],
)
def test_a_replay_refuses_what_was_not_recorded_and_says_what_differs(
    change: dict[str, object], told: str, tmp_path: Path
) -> None:
    path = tmp_path / "calls.jsonl"
    recorded(path, [ASKED], ANSWER)
    call = structs.replace(ASKED, **change)
    with pytest.raises(UnableError, match=told.replace("differs", "differs?")) as refused:
        replayed(path, call)
    assert call.model in refused.value.message
    assert "--record" in refused.value.hint


def test_a_replay_refuses_to_answer_more_often_than_was_recorded(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    recorded(path, [ASKED, ASKED], ANSWER, ANSWER)
    with pytest.raises(UnableError, match="2 recordings"):
        replayed(path, ASKED, ASKED, ASKED)


def line(**changes: object) -> dict[str, object]:
    from multillm_gov.providers.digests import call_digest, part_digests

    parts = part_digests(ASKED)
    whole = {
        "format": 1,
        "digest": call_digest(parts),
        "model": ASKED.model,
        "mode": "chat",
        "parts": parts,
        "answer": msgspec.to_builtins(ANSWER),
    }
    return {**whole, **changes}


ANSWERED = msgspec.to_builtins(ANSWER)
FAILED = msgspec.to_builtins(FAILURE)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"not json\n",
        b"[" * 100_000,
        b'{"format":1}\n',
        json.dumps(line(format=2)).encode(),
        json.dumps(line(digest="0" * 64)).encode(),
        json.dumps(line(parts={})).encode(),
        json.dumps(line(surplus=1)).encode(),
        json.dumps(line(answer=None)).encode(),
        json.dumps(line(failure=FAILED)).encode(),
        json.dumps(line(answer=None, failure={**FAILED, "verdict": "pass"})).encode(),
        json.dumps(line(answer=None, failure={**FAILED, "verdict": "fine"})).encode(),
        json.dumps(line(answer=None, failure={**FAILED, "retry_after_seconds": 1e300})).encode(),
        json.dumps(line(answer={**ANSWERED, "usd": "1e999999999"})).encode(),
        json.dumps(line(answer={**ANSWERED, "usd": "1e-999999999"})).encode(),
        json.dumps(line(answer={**ANSWERED, "usd": "NaN"})).encode(),
        json.dumps(line(answer={**ANSWERED, "usd": "-1"})).encode(),
        json.dumps(line(answer={**ANSWERED, "usd": "9" * 100_000})).encode(),
        json.dumps(line(answer={**ANSWERED, "seconds": -1})).encode(),
        json.dumps(line(answer={**ANSWERED, "seconds": 1e300})).encode(),
        json.dumps(line(answer={**ANSWERED, "input_tokens": -5})).encode(),
        json.dumps(line(answer={**ANSWERED, "output_tokens": 10**30})).encode(),
        json.dumps(line(model="x" * 10_000)).encode(),
    ],
    ids=range(23),
)
def test_a_file_that_is_no_cassette_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "hostile.jsonl"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"hostile\.jsonl"):
        ReplayClient(path)


def test_a_cassette_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from multillm_gov.providers import cassettes

    path = tmp_path / "large.jsonl"
    path.write_text("\n".join([json.dumps(line())] * 3))
    assert replayed(path, ASKED) == [ANSWER]
    for bound, value in (("LARGEST_FILE", 100), ("LONGEST_LINE", 100), ("MOST_ENTRIES", 2)):
        with monkeypatch.context() as patch:
            patch.setattr(cassettes, bound, value)
            with pytest.raises(SourceError, match="cassettes"):
                ReplayClient(path)


def test_there_is_no_cassette_or_no_place_for_one(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        ReplayClient(tmp_path / "none.jsonl")
    with pytest.raises(SourceError, match="cannot be read"):
        ReplayClient(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Cannot write"):
        recorded(tmp_path / "file" / "calls.jsonl", [ASKED], ANSWER)


def test_no_cassette_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("kept")
    (tmp_path / "calls.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="symbolic link"):
        recorded(tmp_path / "calls.jsonl", [ASKED], ANSWER)
    assert (tmp_path / "elsewhere").read_text() == "kept"


def test_an_interrupted_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "calls.jsonl"
    recorded(path, [ASKED], ANSWER)
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(OutputError, match="No space left"):
            recorded(path, [ASKED, ASKED], ANSWER, ANSWER)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["calls.jsonl"]


def test_a_replay_is_opened_without_litellm_and_not_with_what_it_excludes(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "calls.jsonl"
    recorded(path, [ASKED], ANSWER)
    code = (
        "import sys; from pathlib import Path; from multillm_gov.providers.opening import "
        "Knowledge, open_client;"
        f"open_client(Knowledge(), replay=Path({str(path)!r}));"
        "print([name for name in ('litellm', 'httpx', 'openai', 'aiohttp') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stdout.strip() == b"[]"
    for excluded in ({"record": path.write_bytes}, {"offline": str}):
        with pytest.raises(UsageError):
            open_client(Knowledge(), replay=path, **excluded)


@pytest.mark.litellm
def test_a_recorded_offline_run_replays_alike(
    server, runner: asyncio.Runner, tmp_path: Path
) -> None:
    path = tmp_path / "calls.jsonl"
    calls = [
        ASKED,
        structs.replace(ASKED, model="gemini/gemini-3.5-flash", stream=True),
        Call(model="openai/text-embedding-3-large", mode="embedding", inputs=("a", "b")),
    ]
    client = open_client(
        Knowledge(), offline=server.base_url, record=path.write_bytes, environment={}
    )
    live = [runner.run(client.send(call)) for call in calls]
    runner.run(client.close())
    assert all(isinstance(outcome, Answer) for outcome in live)
    assert replayed(path, *calls) == live
