"""Deterministic answers: the same request to the same model is always answered alike."""

import json
from hashlib import sha256, shake_256
from typing import Any

from multillm_gov.offline.exchange import TOKEN_CHARACTERS, ReceivedCall, Reply, tokens
from multillm_gov.offline.instances import minimal_instance

_SENTENCES = (
    "The request was read and understood.",
    "Three points stand out from what was sent.",
    "The first is the amount, which agrees with the order.",
    "The second is the date, which lies in the current quarter.",
    "The third is the customer, who has written before.",
    "Nothing in the text speaks against going ahead.",
    "A short reply to the customer would be enough.",
    "The matter can be closed once the reply is sent.",
    "If anything is unclear, ask for the original document.",
    "The figures were compared and no difference was found.",
    "Please keep a copy with the case.",
    "The next step is to inform the team.",
    "It would help to note who approved it.",
    "This was done with the usual care.",
    "There is no sign of an error.",
    "The answer rests on the text alone.",
)
_DIMENSIONS = {
    "text-embedding-3-large": 3072,
    "text-embedding-3-small": 1536,
    "text-embedding-ada-002": 1536,
    "gemini-embedding-001": 3072,
    "text-embedding-004": 768,
    "mistral-embed": 1024,
    "voyage-3": 1024,
    "titan-embed-text-v1": 1536,
}
_USUAL_DIMENSIONS = 1024
_MOST_DIMENSIONS = 8192
_MOST_BRACES = 50
_LONGEST_LOOK = 200_000


def reply_to(request: ReceivedCall, *, text: str | None = None, served_model: str = "") -> Reply:
    """The answer: an instance of the requested schema, else English sentences; or vectors.

    Args:
        request: The request.
        text: What to answer instead.
        served_model: The name the model goes by in the answer; empty: the one requested.
    """
    served = served_model or request.model
    if request.mode == "embedding":
        used = sum(tokens(text) for text in request.texts)
        vectors = tuple(_vector(text, _dimensions(request)) for text in request.texts)
        return Reply(vectors=vectors, served_model=served, input_tokens=used)
    answer = text if text is not None else _answer(request)
    limit = request.max_output_tokens
    cut = limit is not None and tokens(answer) > limit
    answer = answer[: limit * TOKEN_CHARACTERS] if cut and limit is not None else answer
    used = sum(tokens(text) + 4 for text in request.texts) + 3
    return Reply(
        text=answer, cut=cut, served_model=served, input_tokens=used, output_tokens=tokens(answer)
    )


def _answer(request: ReceivedCall) -> str:
    schema = request.schema or _schema_in(request.texts)
    if schema is not None:
        return json.dumps(minimal_instance(schema), ensure_ascii=False)
    seed = sha256("\0".join((request.model, *request.texts)).encode()).digest()
    return " ".join(_SENTENCES[byte % len(_SENTENCES)] for byte in seed[: 3 + seed[31] % 4])


def _schema_in(texts: tuple[str, ...]) -> dict[str, Any] | None:
    """A JSON Schema of an object written in a prompt, the last one first."""
    decoder = json.JSONDecoder()
    for text in reversed(texts):
        at = -1
        for _ in range(_MOST_BRACES):
            at = text.find("{", at + 1, _LONGEST_LOOK)
            if at < 0:
                break
            try:
                values_by_key, _end = decoder.raw_decode(text[:_LONGEST_LOOK], at)
            except (ValueError, RecursionError):
                continue
            if isinstance(values_by_key, dict) and isinstance(
                values_by_key.get("properties"), dict
            ):
                return values_by_key
    return None


def _dimensions(request: ReceivedCall) -> int:
    if request.dimensions:
        return min(max(request.dimensions, 1), _MOST_DIMENSIONS)
    return next(
        (size for name, size in _DIMENSIONS.items() if name in request.model), _USUAL_DIMENSIONS
    )


def _vector(text: str, size: int) -> tuple[float, ...]:
    """A unit vector, the sum of one random direction per word: shared words bring texts closer."""
    import numpy as np

    total = np.zeros(size)
    for word in text.lower().split()[:10_000] or [""]:
        bits = np.unpackbits(
            np.frombuffer(shake_256(word.encode()).digest(-(-size // 8)), np.uint8)
        )[:size]
        total += bits * 2.0 - 1.0
    length = float(np.linalg.norm(total)) or 1.0
    return tuple((total / length).astype(np.float32).astype(float).tolist())
