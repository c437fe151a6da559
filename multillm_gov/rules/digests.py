"""The bytes that a task class sends and expects, known by their digest."""

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from msgspec import Struct

from multillm_gov.documents.document import SourceFile
from multillm_gov.portfolio.allocation import TaskClass

_WRONG = (
    (re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:"), "is an address, not a path"),
    (re.compile(r"[A-Za-z]:"), "names a drive"),
    (re.compile(r"[/~]"), "is absolute"),
    (re.compile(r"[^\\]*\\"), "has a backslash"),
    (re.compile(r"(?:.*/)?\.\.(?:/|$)"), "leads upwards out of its folder"),
)


def leaves_root(path: str) -> str:
    """What makes a path leave the portfolio, or empty."""
    return next((text for pattern, text in _WRONG if pattern.match(path)), "")


class NamedPath(Struct, frozen=True):
    """A path as a task class writes it."""

    task: TaskClass
    key: str
    path: str
    folder: str
    """Where files of its kind lie."""


def named_paths(tasks: Iterable[TaskClass]) -> Iterator[NamedPath]:
    """Every prompt and output schema named, in order."""
    for task in tasks:
        declared = task.declared
        if declared.prompt is not None:
            yield NamedPath(task, "prompt", declared.prompt, "prompts")
        if declared.output_schema is not None:
            yield NamedPath(task, "output_schema", declared.output_schema, "schemas")


class Digests:
    """Digests of governed files as evidence names them (``sha256:…``), computed on demand."""

    def __init__(self, files: Mapping[str, SourceFile]) -> None:
        self._files = files
        self._known: dict[str, str] = {}

    def of(self, path: str | None) -> str:
        """The digest of a file's bytes; empty where there is no such file."""
        if path is None or path not in self._files:
            return ""
        if path not in self._known:
            self._known[path] = f"sha256:{sha256(self._files[path].content).hexdigest()}"
        return self._known[path]
