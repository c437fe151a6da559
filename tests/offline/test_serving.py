"""The server itself: what it is asked and answers over HTTP, its scripts, its journal, and how it
breaks off."""

import json
import math
import struct
import zlib
from base64 import b64decode

import httpx
import pytest

from multillm_gov.errors import UnableError
from multillm_gov.offline import exchange
from multillm_gov.offline.replying import reply_to
from multillm_gov.offline.script import Script, ScriptRule
from multillm_gov.offline.serving import Server, serve

CHAT = {"model": "gpt-5.4", "messages": [{"role": "user", "content": "Say hello."}]}
CONVERSE = {"messages": [{"role": "user", "content": [{"text": "Say hello."}]}]}


def post(server: Server, path: str, body: object, **more: object) -> httpx.Response:
    return httpx.post(server.root_url + path, json=body, timeout=5, **more)


def test_the_same_request_is_answered_alike_and_others_differently(server: Server) -> None:
    def said(**changes: object) -> str:
        return post(server, "/openai/v1/chat/completions", {**CHAT, **changes}).json()["choices"][
            0
        ]["message"]["content"]

    assert said() == said()
    assert (
        len(
            {
                said(),
                said(model="other"),
                said(messages=[{"role": "user", "content": "Say goodbye."}]),
            }
        )
        == 3
    )


def test_a_schema_in_the_prompt_is_followed_where_none_is_asked_for_natively(
    server: Server,
) -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 4}},
        "required": ["n"],
    }
    text = f'Example {{not json}}. Answer by this schema:\n{json.dumps(schema)}\nInput: {{"a": 1}}'
    found = post(
        server,
        "/anthropic/v1/messages",
        {"model": "m", "messages": [{"role": "user", "content": text}]},
    )
    assert json.loads(found.json()["content"][0]["text"]) == {"n": 4}


def test_streams_are_framed_as_each_vendor_frames_them(server: Server) -> None:
    chat = post(server, "/openai/v1/chat/completions", {**CHAT, "stream": True})
    assert chat.headers["content-type"] == "text/event-stream"
    assert chat.text.endswith("data: [DONE]\n\n")
    messages = post(server, "/anthropic/v1/messages", {**CHAT, "stream": True})
    assert messages.text.startswith("event: message_start\ndata: {")
    assert messages.text.rstrip().endswith('data: {"type":"message_stop"}')
    gemini = post(
        server,
        "/gemini/models/g:streamGenerateContent?alt=sse",
        {"contents": [{"parts": [{"text": "x"}]}]},
    )
    assert gemini.text.startswith('data: {"candidates"')
    assert "[DONE]" not in gemini.text


def test_amazon_s_frames_have_their_lengths_and_checksums(server: Server) -> None:
    data = post(server, "/bedrock/model/m/converse-stream", CONVERSE).content
    kinds = []
    while data:
        total, headers = struct.unpack("!II", data[:8])
        assert struct.unpack("!I", data[8:12])[0] == zlib.crc32(data[:8])
        assert struct.unpack("!I", data[total - 4 : total])[0] == zlib.crc32(data[: total - 4])
        kinds.append(
            data[12 : 12 + headers].split(b":event-type\x07")[1][2:].split(b"\r")[0].decode()
        )
        json.loads(data[12 + headers : total - 4])
        data = data[total:]
    assert kinds[0] == "messageStart"
    assert kinds[-1] == "metadata"


def test_vectors_have_the_length_of_the_model_s_or_as_asked_and_share_words_share_direction(
    server: Server,
) -> None:
    def vectors(**body: object) -> list[list[float]]:
        rows = post(server, "/openai/v1/embeddings", {"encoding_format": "float", **body}).json()[
            "data"
        ]
        return [row["embedding"] for row in rows]

    texts = ["the quick brown fox", "the quick brown cat", "stocks fell sharply today"]
    one, two, three = vectors(model="text-embedding-3-large", input=texts)
    assert len(one) == 3072
    assert math.isclose(math.hypot(*one), 1, abs_tol=1e-5)
    near, far = (sum(a * b for a, b in zip(one, other, strict=True)) for other in (two, three))
    assert near > 0.6
    assert abs(far) < 0.2
    assert len(vectors(model="text-embedding-3-small", input="x", dimensions=256)[0]) == 256
    packed = post(
        server,
        "/openai/v1/embeddings",
        {"model": "text-embedding-3-large", "input": texts[0], "encoding_format": "base64"},
    )
    raw = b64decode(packed.json()["data"][0]["embedding"])
    assert struct.unpack(f"<{len(raw) // 4}f", raw) == pytest.approx(one)


def test_rules_hold_for_what_they_name_and_as_often_as_they_say(server: Server) -> None:
    server.play(
        Script(
            rules=(
                ScriptRule(format="anthropic", fault="overloaded"),
                ScriptRule(model="gpt-*", skip=1, times=2, fault="rate-limit", retry_after="9"),
                ScriptRule(contains="hello", text="Good day."),
            )
        )
    )
    statuses = [post(server, "/openai/v1/chat/completions", CHAT) for _ in range(4)]
    assert [response.status_code for response in statuses] == [200, 429, 429, 200]
    assert statuses[1].headers["retry-after"] == "9"
    assert statuses[0].json()["choices"][0]["message"]["content"] == "Good day."
    assert post(server, "/anthropic/v1/messages", CHAT).status_code == 529
    assert [entry.fault for entry in server.journal.entries] == [
        "",
        "rate-limit",
        "rate-limit",
        "",
        "overloaded",
    ]


def test_the_journal_tells_what_was_asked(server: Server) -> None:
    post(
        server,
        "/azure/openai/deployments/dep/chat/completions?api-version=1",
        CHAT,
        headers={"api-key": "k1"},
    )
    post(server, "/gemini/v1beta/models/g:generateContent?key=k2", {"contents": []})
    post(server, "/nowhere/at/all", {})
    first, second, third = server.journal.entries
    assert (first.format, first.mode, first.model, first.texts, first.key) == (
        "azure",
        "chat",
        "dep",
        ("Say hello.",),
        "k1",
    )
    assert (second.format, second.key) == ("gemini", "k2")
    assert (third.format, third.mode) == ("", None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b"[" * 100_000,
        b'{"messages": 5, "stream": "yes", "model": null}',
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        *(
            "/openai/v1/chat/completions",
            "/openai/v1/responses",
            "/openai/v1/embeddings",
            "/openai/v1/completions",
        ),
        *(
            "/anthropic/v1/messages",
            "/gemini/models/g:generateContent",
            "/gemini/models/g:batchEmbedContents",
        ),
        *(
            "/bedrock/model/m/converse",
            "/bedrock/model/m/invoke",
            "/azure/openai/deployments/d/embeddings",
        ),
    ],
)
def test_a_body_that_is_nonsense_is_answered_and_breaks_nothing(
    path: str, content: bytes, server: Server
) -> None:
    response = httpx.post(server.root_url + path, content=content, timeout=5)
    assert response.status_code in {200, 404}
    assert post(server, "/openai/v1/chat/completions", CHAT).status_code == 200


def test_it_breaks_connections_off_for_real(server: Server) -> None:
    server.play(
        Script(
            rules=(
                ScriptRule(fault="connection-refused", times=1),
                ScriptRule(fault="stream-cut", skip=0),
            )
        )
    )
    with pytest.raises(httpx.TransportError):
        post(server, "/openai/v1/chat/completions", CHAT)
    got: list[str] = []
    with pytest.raises(httpx.TransportError):
        _read_stream(server.base_url("openai") + "/chat/completions", got)
    assert got[0].startswith("data: {")
    assert "[DONE]" not in "".join(got)


def _read_stream(address: str, got: list[str]) -> None:
    with httpx.stream("POST", address, json={**CHAT, "stream": True}, timeout=5) as response:
        got.extend(response.iter_text())


def test_a_time_out_lasts_until_the_caller_hangs_up(server: Server) -> None:
    server.play(Script(rules=(ScriptRule(fault="timeout"),)))
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(server.base_url("openai") + "/chat/completions", json=CHAT, timeout=0.2)


def test_it_listens_on_this_machine_only_and_lets_go_of_its_port() -> None:
    with serve() as server:
        port = server.port
        assert server.root_url == f"http://127.0.0.1:{port}"
        with pytest.raises(UnableError, match="cannot listen"), serve(port=port):
            pass
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}", timeout=1)
    with serve(port=port) as again:
        assert again.port == port


def test_the_limit_of_tokens_cuts_an_answer() -> None:
    reply = reply_to(exchange.ReceivedCall(model="m", texts=("x",), max_output_tokens=2))
    assert reply.cut
    assert (len(reply.text), reply.output_tokens) == (8, 2)
