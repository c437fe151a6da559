"""The gateways there are: every module of this folder with a ``render`` is one."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

from multillm_gov.errors import UsageError
from multillm_gov.gateways.routing import Routing

_HERE = Path(__file__).parent


@cache
def gateways() -> tuple[str, ...]:
    """Names of all gateways, sorted; found by the files present, without importing any."""
    files = sorted(_HERE.glob("*.py"))
    return tuple(
        file.stem
        for file in files
        if "\ndef render(routing: Routing) -> bytes:" in file.read_text("utf-8")
    )


def renderer(name: str) -> Callable[[Routing], bytes]:
    """What writes the configuration of a gateway.

    Raises:
        UsageError: there is no such gateway.
    """
    if name not in gateways():
        raise UsageError(
            f"There is no gateway `{name[:100]}`", f"Name one of: {', '.join(gateways())}."
        )
    found: Callable[[Routing], bytes] = import_module(f"multillm_gov.gateways.{name}").render
    return found
