"""Legacy completions."""

from typing import Any

from multillm_gov.offline.exchange import ReceivedCall, Reply, Wire, fragments
from multillm_gov.offline.openai.chat import usage
from multillm_gov.offline.wording import CREATED, body, events, identifier, text_of, whole

PATH = "completions"


def read(sent: dict[str, Any], key: str) -> ReceivedCall:
    """The request in a body."""
    return ReceivedCall(
        mode="completion",
        model=str(sent.get("model", "")),
        texts=(text_of(sent.get("prompt")),),
        stream=sent.get("stream") is True,
        max_output_tokens=whole(sent.get("max_tokens")),
        key=key,
    )


def answer(request: ReceivedCall, reply: Reply) -> Wire:
    """A completion, or the chunks of one."""
    head = {
        "id": identifier("cmpl-", request),
        "object": "text_completion",
        "created": CREATED,
        "model": reply.served_model,
    }
    reason = "length" if reply.cut else "stop"
    if not request.stream:
        return body({**head, "choices": [_choice(reply.text, reason)], "usage": usage(reply)})
    parts = [("", {**head, "choices": [_choice(part, None)]}) for part in fragments(reply.text)]
    last = ("", {**head, "choices": [_choice("", reason)]})
    return events([*parts, last, ("", {**head, "choices": [], "usage": usage(reply)})], done=True)


def _choice(text: str, reason: str | None) -> dict[str, Any]:
    return {"index": 0, "text": text, "logprobs": None, "finish_reason": reason}
