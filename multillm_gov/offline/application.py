"""The offline server: a plain ASGI application that speaks every wire format with a file here.

Written here after looking for a package that does it. ``aimock`` (npm) speaks most of these formats
but needs Node, answers Gemini embeddings at no path LiteLLM asks, and counts no tokens in some
formats; ``llmock`` (PyPI) knows the format of OpenAI well and others only below prefixes of its
own; neither has each vendor's own wording for a filter, an overflow, a retired model. Answers that
honor a JSON Schema, deterministic vectors and faults by rule would have to be added to either from
outside. What is left to do without
them is small: no routing library, one ASGI server (`serving`).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from multillm_gov.offline.exchange import Journal, JournalEntry, ReceivedCall, Wire
from multillm_gov.offline.faults import Broken, broken
from multillm_gov.offline.replying import reply_to
from multillm_gov.offline.script import Playing, Script, ScriptRule
from multillm_gov.offline.vendors import Format, format_at
from multillm_gov.offline.wording import body

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
LARGEST_REQUEST = 16 * 1024 * 1024
"""Bytes of a request's body; a larger one is refused."""
LONGEST_HANG = 3600.0
"""Seconds that a timeout lasts when the caller does not hang up."""
TRANSPORT = "multillm_gov.transport"
"""Extension of the ASGI scope that holds the connection, so that it can be broken off."""


class Application:
    """Answers requests as its script says and notes them in its journal."""

    def __init__(self, script: Script | None = None) -> None:
        self.playing = Playing(script or Script())
        self.journal = Journal()

    def play(self, script: Script) -> None:
        """Take up another script and forget the requests so far."""
        self.playing = Playing(script)
        self.journal.clear()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        if scope["type"] != "http":
            return
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        values = format_at(path)
        sent = await _body(receive)
        request = (
            values[0].read(values[1], sent, _key(scope)) if values and sent is not None else None
        )
        if values is None or request is None:
            self.journal.add(JournalEntry(format=values[0].name if values else "", path=path))
            await _send(
                send,
                body(
                    {"error": {"message": f"There is no {path} here", "code": "no_endpoint"}}, 404
                ),
            )
            return
        await self._answer(values[0], request, path, (scope, receive, send))

    async def _answer(
        self,
        kind: Format,
        request: ReceivedCall,
        path: str,
        connection: tuple[MutableMapping[str, Any], Receive, Send],
    ) -> None:
        scope, receive, send = connection
        rule = self.playing.rule_for(kind.name, request)
        self.journal.add(_entry(kind, request, path, rule))
        wait = self.playing.script.seconds if rule.seconds is None else rule.seconds
        if rule.fault == "timeout":
            wait = LONGEST_HANG
        if wait and not await _waited(receive, wait):
            return
        reply = reply_to(request, text=rule.text, served_model=rule.served_model)
        if rule.fault is None:
            await _send(send, kind.answer(request, reply))
            return
        shown = request.key if self.playing.script.echo_key else _starred(request.key)
        outcome = broken(kind, request, reply, rule, shown)
        if isinstance(outcome, Broken):
            await _break(scope, send, outcome)
        else:
            await _send(send, outcome)


def _entry(kind: Format, request: ReceivedCall, path: str, rule: ScriptRule) -> JournalEntry:
    return JournalEntry(
        format=kind.name,
        path=path,
        mode=request.mode,
        model=request.model,
        texts=request.texts,
        native_schema=request.schema is not None,
        stream=request.stream,
        key=request.key,
        fault=rule.fault or "",
    )


async def _body(receive: Receive) -> dict[str, Any] | None:
    """The body as a mapping; ``None``: it is none, or too large."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > LARGEST_REQUEST:
            return None
    try:
        read = json.loads(b"".join(parts) or b"{}")
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _key(scope: MutableMapping[str, Any]) -> str:
    headers: dict[str, str] = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    for name in ("x-api-key", "api-key", "x-goog-api-key"):
        if name in headers:
            return headers[name]
    if "authorization" in headers:
        return headers["authorization"].removeprefix("Bearer ")
    query: bytes = scope.get("query_string", b"")
    return parse_qs(query.decode("latin-1")).get("key", [""])[0]


def _starred(key: str) -> str:
    return f"{key[:3]}***" if key else ""


async def _waited(receive: Receive, seconds: float) -> bool:
    """Whether the caller was still there after waiting."""
    gone = asyncio.ensure_future(receive())
    done, _ = await asyncio.wait({gone}, timeout=seconds)
    gone.cancel()
    return not done


async def _send(send: Send, wire: Wire) -> None:
    await _start(send, wire)
    for number, piece in enumerate(wire.pieces, 1):
        await send(
            {"type": "http.response.body", "body": piece, "more_body": number < len(wire.pieces)}
        )
        if len(wire.pieces) > 1:
            await asyncio.sleep(0)


async def _start(send: Send, wire: Wire) -> None:
    headers = {"content-type": wire.media, **wire.headers}
    if len(wire.pieces) == 1:
        headers["content-length"] = str(len(wire.pieces[0]))
    raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": wire.status, "headers": raw})


async def _break(scope: MutableMapping[str, Any], send: Send, outcome: Broken) -> None:
    """Send what there is and end the connection in the middle of it."""
    if outcome.wire is not None:
        await _start(send, outcome.wire)
        for piece in outcome.sent:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(0.02)  # what is sent before a reset may otherwise never arrive
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError("the server cannot break off a connection")
    transport.abort()
