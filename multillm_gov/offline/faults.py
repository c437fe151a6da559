"""What a scripted fault looks like on the wire."""

from collections.abc import Callable

from msgspec import Struct, structs

from multillm_gov.offline.exchange import ReceivedCall, Reply, Wire
from multillm_gov.offline.script import ScriptRule
from multillm_gov.offline.vendors import Format
from multillm_gov.offline.wording import EVENT_STREAM, encoded, frame

_HTML = (
    b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
)
_LOGIN = b"<html><head><title>Sign in</title></head><body>Sign in to continue.</body></html>"
_PAGES = {
    "wrong-shape": Wire(pieces=(encoded({"status": "ok", "result": 1}),)),
    "html-page": Wire(media="text/html", pieces=(_LOGIN,)),
    "bad-gateway": Wire(status=502, media="text/html", pieces=(_HTML,)),
}
"""The same in every format: what stands between a caller and a vendor may answer for it."""


class Broken(Struct, frozen=True, kw_only=True):
    """A connection that ends before its response does."""

    wire: Wire | None = None
    """The response begun; ``None``: none was."""
    sent: tuple[bytes, ...] = ()
    """What of it is still sent."""


def broken(
    kind: Format, request: ReceivedCall, reply: Reply, rule: ScriptRule, shown: str
) -> Wire | Broken:
    """The response to a request that a rule makes fail.

    Args:
        kind: The wire format.
        request: The request.
        reply: What would have been answered.
        rule: The rule, which names a fault.
        shown: The key as the vendor repeats it.
    """
    if rule.fault == "connection-refused":
        return Broken()
    if rule.fault == "stream-error":
        return _failed(kind.answer(request, reply), kind.refuse(request, "overloaded", shown))
    if rule.fault in _SPOILT:
        return _SPOILT[rule.fault](kind.answer(request, reply))
    if rule.fault in _PAGES:
        return _PAGES[rule.fault]
    if rule.fault is None or rule.fault == "timeout":
        return kind.answer(request, reply)
    wire = kind.refuse(request, rule.fault, shown)
    headers = (
        {"retry-after": rule.retry_after} if rule.fault == "rate-limit" and rule.retry_after else {}
    )
    return structs.replace(wire, headers={**wire.headers, **headers})


def _cut(wire: Wire) -> Broken:
    """Half of the response: some pieces of a stream, or half a body."""
    if len(wire.pieces) > 1:
        return Broken(wire=wire, sent=wire.pieces[: max(len(wire.pieces) // 2, 1)])
    whole = wire.pieces[0]
    return Broken(wire=wire, sent=(whole[: len(whole) // 2],))


def _short(wire: Wire) -> Wire:
    """A stream that ends properly in the middle of its answer, or half a body."""
    if len(wire.pieces) > 1:
        return structs.replace(wire, pieces=wire.pieces[: len(wire.pieces) // 2])
    return _malformed(wire)


def _failed(wire: Wire, refusal: Wire) -> Wire:
    """A stream in which the vendor reports an error midway; a whole response is one at once."""
    if len(wire.pieces) <= 1:
        return refusal
    if wire.media == EVENT_STREAM:
        error = frame("serviceUnavailableException", refusal.pieces[0], failed=True)
    else:
        name = b"event: error\n" if wire.pieces[0].startswith(b"event: ") else b""
        error = name + b"data: " + refusal.pieces[0] + b"\n\n"
    return structs.replace(wire, pieces=(*wire.pieces[: len(wire.pieces) // 2], error))


def _malformed(wire: Wire) -> Wire:
    """A body or a stream that ends in the middle of its JSON, though the connection ends well."""
    if len(wire.pieces) > 1:
        kept_datas = wire.pieces[:2]
        return structs.replace(
            wire, pieces=(kept_datas[0], kept_datas[1][: len(kept_datas[1]) // 2] + b"\n\n")
        )
    whole = wire.pieces[0]
    return structs.replace(wire, pieces=(whole[: len(whole) * 2 // 3],))


_SPOILT: dict[str, Callable[[Wire], Wire | Broken]] = {
    "stream-cut": _cut,
    "stream-short": _short,
    "malformed-body": _malformed,
}
