"""Finding output formats by presence: every module of this folder but this one is a format; helpers live in folders."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

from multillm_gov import rendering
from multillm_gov.errors import UsageError
from multillm_gov.report import Report


@cache
def formats() -> tuple[str, ...]:
    """Names of all formats, in order, read from file names alone: none of them is imported."""
    names = {file.stem for folder in rendering.__path__ for file in Path(folder).glob("*.py")}
    return tuple(sorted(names - {"__init__", "formats"}))


def renderer(name: str) -> Callable[[Report], bytes]:
    """The ``render`` of one format; only its own module is imported.

    Raises:
        UsageError: there is no such format.
    """
    if name not in formats():
        raise UsageError(
            f"There is no format `{name}`.", hint=f"Use one of: {', '.join(formats())}."
        )
    render: Callable[[Report], bytes] = import_module(f"{rendering.__name__}.{name}").render
    return render
