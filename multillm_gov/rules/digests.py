"""The bytes that a task class sends and expects, known by their digest."""

from collections.abc import Mapping
from hashlib import sha256

from multillm_gov.documents.document import SourceFile


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
