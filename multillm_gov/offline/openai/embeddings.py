"""Embeddings."""

from base64 import b64encode
from struct import pack
from typing import Any

from multillm_gov.offline.exchange import ReceivedCall, Reply, Wire
from multillm_gov.offline.wording import body, text_of, whole

PATH = "embeddings"


def read(sent: dict[str, Any], key: str) -> ReceivedCall:
    """The request in a body."""
    wanted = sent.get("input")
    return ReceivedCall(
        mode="embedding",
        model=str(sent.get("model", "")),
        texts=tuple(map(text_of, wanted)) if isinstance(wanted, list) else (text_of(wanted),),
        dimensions=whole(sent.get("dimensions")),
        encoded=sent.get("encoding_format") == "base64",
        key=key,
    )


def answer(request: ReceivedCall, reply: Reply) -> Wire:
    """One vector an input, as numbers or as base64 of 32-bit floats."""
    rows = [
        {
            "object": "embedding",
            "index": index,
            "embedding": b64encode(pack(f"<{len(vector)}f", *vector)).decode()
            if request.encoded
            else list(vector),
        }
        for index, vector in enumerate(reply.vectors)
    ]
    used = {"prompt_tokens": reply.input_tokens, "total_tokens": reply.input_tokens}
    return body({"object": "list", "data": rows, "model": reply.served_model, "usage": used})
