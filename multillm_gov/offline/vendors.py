"""The wire formats there are: every file of `offline.formats` is one."""

from collections.abc import Callable
from functools import cache
from typing import Any

from msgspec import Struct

from multillm_gov.offline.exchange import ReceivedCall, Reply, Wire
from multillm_gov.offline.script import Fault
from multillm_gov.plugins import load_plugin, plugin_names


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
    package = "multillm_gov.offline.formats"
    modules = {name: load_plugin(package, name) for name in plugin_names(package)}
    return {
        name: Format(name, module.BASE, module.read, module.answer, module.refuse)
        for name, module in modules.items()
    }


def format_at(path: str) -> tuple[Format, str] | None:
    """The format that a path belongs to, and the path below its base."""
    for matching_format in all_formats().values():
        if path.startswith(matching_format.base + "/"):
            return matching_format, path[len(matching_format.base) + 1 :]
    return None
