"""Finding graph formats by presence: every module of this folder but this one is a format."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

from multillm_gov.errors import UsageError
from multillm_gov.rendering import graphs
from multillm_gov.risk.system.graph import Graph


@cache
def graph_formats() -> tuple[str, ...]:
    """Names of all formats, in order, read from file names alone: none of them is imported."""
    names = {file.stem for folder in graphs.__path__ for file in Path(folder).glob("*.py")}
    return tuple(sorted(names - {"__init__", "formats"}))


def graph_renderer(name: str) -> Callable[[Graph], bytes]:
    """The ``render`` of one format; only its own module is imported.

    Raises:
        UsageError: there is no such format.
    """
    if name not in graph_formats():
        raise UsageError(
            f"There is no graph format `{name}`.", hint=f"Use one of: {', '.join(graph_formats())}."
        )
    render: Callable[[Graph], bytes] = import_module(f"{graphs.__name__}.{name}").render
    return render
