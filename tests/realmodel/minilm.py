"""all-MiniLM-L6-v2 computed by numpy alone, behind OpenAI's embeddings format: a real model without
a framework."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

_LAYERS, _HEADS = 6, 12
_LONGEST = 256


class MiniLM:
    """Six layers of BERT, mean of the last one, length one."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.no_padding()
        self._weights = dict(_tensors(folder / "model.safetensors"))

    def embed(self, text: str) -> tuple[np.ndarray, int]:
        """The vector of a text, and its number of tokens."""
        tokens = self._tokenizer.encode(text).ids
        w = self._weights
        places = w["embeddings.position_embeddings.weight"][: len(tokens)]
        hidden = (
            w["embeddings.word_embeddings.weight"][tokens]
            + places
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._normed(hidden, "embeddings.LayerNorm")
        for layer in range(_LAYERS):
            hidden = self._layer(hidden, f"encoder.layer.{layer}")
        mean = hidden.mean(axis=0)
        return mean / np.linalg.norm(mean), len(tokens)

    def _layer(self, hidden: np.ndarray, name: str) -> np.ndarray:
        query, key, value = (
            self._dense(hidden, f"{name}.attention.self.{part}")
            .reshape(len(hidden), _HEADS, -1)
            .transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (
            (scores / scores.sum(axis=-1, keepdims=True) @ value)
            .transpose(1, 0, 2)
            .reshape(hidden.shape)
        )
        hidden = self._normed(
            hidden + self._dense(mixed, f"{name}.attention.output.dense"),
            f"{name}.attention.output.LayerNorm",
        )
        wide = _gelu(self._dense(hidden, f"{name}.intermediate.dense"))
        return self._normed(
            hidden + self._dense(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm"
        )

    def _dense(self, hidden: np.ndarray, name: str) -> np.ndarray:
        return hidden @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normed(self, hidden: np.ndarray, name: str) -> np.ndarray:
        centered = hidden - hidden.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centered**2).mean(axis=-1, keepdims=True) + 1e-12)
        return centered / scale * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _gelu(x: np.ndarray) -> np.ndarray:
    """The Gaussian error linear unit, its error function by formula 7.1.26 of Abramowitz and Stegun
    (error 1.5e-7)."""
    z = np.abs(x) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    series = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    return x * (1 + np.sign(x) * (1 - series * np.exp(-(z**2)))) / 2


def _tensors(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Arrays of a safetensors file: a length, a JSON of places, then all numbers."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = (8 + size + offset for offset in entry["data_offsets"])
            yield name, np.frombuffer(data[start:end], np.float32).reshape(entry["shape"])


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the model; yields the base address."""
    model = MiniLM(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = json.dumps(_response(model, asked)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 # the base class names it so
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def _response(model: MiniLM, asked: dict[str, Any]) -> dict[str, Any]:
    texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
    found = [model.embed(text) for text in texts]
    rows = [
        {"object": "embedding", "index": index, "embedding": vector.tolist()}
        for index, (vector, _) in enumerate(found)
    ]
    used = sum(count for _, count in found)
    usage = {"prompt_tokens": used, "total_tokens": used}
    return {"object": "list", "data": rows, "model": "all-MiniLM-L6-v2", "usage": usage}
