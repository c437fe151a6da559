"""Which of OpenAI's endpoints a path means; each is one file of this folder, found by its presence."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from msgspec import Struct

from multillm_gov.offline.asking import Mode, ReceivedCall, Reply, Wire


class Endpoint(Struct, frozen=True):
    """One way to ask."""

    path: str
    read: Callable[[dict[str, Any], str], ReceivedCall]
    answer: Callable[[ReceivedCall, Reply], Wire]


@cache
def endpoints() -> dict[str, Endpoint]:
    """Every endpoint by its path below the base address."""
    found = {}
    for file in sorted(files(__package__).iterdir(), key=lambda entry: entry.name):
        name = file.name.removesuffix(".py")
        if file.name.endswith(".py") and name not in {"__init__", "endpoints"}:
            module = import_module(f"{__package__}.{name}")
            found[module.PATH] = Endpoint(module.PATH, module.read, module.answer)
    return found


_PATHS: dict[Mode, str] = {
    "chat": "chat/completions",
    "completion": "completions",
    "responses": "responses",
    "embedding": "embeddings",
}


def answer(asked: ReceivedCall, reply: Reply) -> Wire:
    """The answer in the form of the endpoint that was asked."""
    return endpoints()[_PATHS[asked.mode]].answer(asked, reply)
