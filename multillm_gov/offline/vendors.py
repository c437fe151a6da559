"""The wire formats there are: every file of `offline.formats` is one."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from msgspec import Struct

from multillm_gov.offline import formats
from multillm_gov.offline.asking import ReceivedCall, Reply, Wire
from multillm_gov.offline.script import Fault


class Format(Struct, frozen=True):
    """One vendor's wire format."""

    name: str
    base: str
    """Path that all its endpoints are below."""
    read: Callable[[str, dict[str, Any], str], ReceivedCall | None]
    answer: Callable[[ReceivedCall, Reply], Wire]
    refuse: Callable[[ReceivedCall, Fault, str], Wire]


@cache
def all_formats() -> dict[str, Format]:
    """Every format by name."""
    names = sorted(
        entry.name.removesuffix(".py")
        for entry in files(formats).iterdir()
        if entry.name.endswith(".py") and not entry.name.startswith("_")
    )
    found = {}
    for name in names:
        module = import_module(f"{formats.__name__}.{name}")
        found[name] = Format(name, module.BASE, module.read, module.answer, module.refuse)
    return found


def format_at(path: str) -> tuple[Format, str] | None:
    """The format that a path belongs to, and the path below its base."""
    for found in all_formats().values():
        if path.startswith(found.base + "/"):
            return found, path[len(found.base) + 1 :]
    return None
