"""Where the cursor is in a text that is being written, and so is seldom valid YAML.

The word at the cursor is replaced by a mark, what follows is cut off where it stands in the way,
brackets left open are
closed, and the result is read like any file: where the mark comes to stand, the cursor is.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from multillm_gov.documents.decoding import MAX_BYTES
from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.layout import Kind, kind_of
from multillm_gov.documents.pointing import spot_at
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.location import Pointer

_MARK = "govern-cursor"
_BEFORE = re.compile(r"[A-Za-z0-9_*?][\w./:@+*?-]*\Z")
_AFTER = re.compile(r"(?:[\w./@+*?-]|:(?=[^\s]))*")
_LONGEST_WORD = 300
_OPENED = re.compile(
    r"""(?:[{\[}\]]|"(?:[^"\\]|\\.)*"|'[^']*'|(?:(?<=\s)|^)\#[^\n]*)""", re.MULTILINE
)
_CLOSERS = {"{": "}", "[": "]"}


class Cursor(Struct, frozen=True, kw_only=True):
    """A place where something is being written."""

    kind: Kind
    pointer: Pointer
    """Route of the value being written; of the mapping, where a key is."""
    on_key: bool
    start: int
    end: int
    """Offsets of the word that stands there; equal where none does."""
    data: object
    """The file's data, the mark in the word's place."""
    followed: bool
    """Whether a colon already follows."""

    @property
    def siblings(self) -> frozenset[str]:
        """Keys that the mapping at the route has already."""
        value = self.data
        for step in self.pointer:
            value = value[step]  # type: ignore[index] # the route was found in this very data
        return frozenset(value) - {_MARK} if isinstance(value, dict) else frozenset()


def cursor_at(path: str, text: str, offset: int) -> Cursor | None:
    """Where an offset of a file's text is; ``None``: not governed, or broken before it."""
    return next(cursors_at(path, text, offset), None)


def cursors_at(path: str, text: str, offset: int) -> Iterator[Cursor]:
    """Every reading of an offset: as the value and as the key that may be written there."""
    kind = kind_of(path)
    if kind is None or len(text) > MAX_BYTES:
        return
    start, end = _word(text, offset)
    followed = text[end : end + 1] == ":"
    before, after = text[:start], text[end:]
    keys, values = _as_key(before, after, followed=followed), _as_value(before, after)
    for variants in (values, keys) if not followed else (keys,):
        for variant in variants:
            result = _read(path, variant, start)
            if result is not None:
                document, pointer, on_key = result
                yield Cursor(
                    kind=kind,
                    pointer=pointer[:-1] if on_key else pointer,
                    on_key=on_key,
                    start=start,
                    end=end,
                    data=document.data,
                    followed=followed,
                )
                break


def _word(text: str, offset: int) -> tuple[int, int]:
    line = text.rfind("\n", 0, offset) + 1
    before = _BEFORE.search(text[max(line, offset - _LONGEST_WORD) : offset])
    start = offset - len(before[0]) if before is not None else offset
    after = _AFTER.match(text, offset, offset + _LONGEST_WORD)
    return start, after.end() if after is not None else offset


def _as_value(before: str, after: str) -> Iterator[str]:
    yield f"{before}{_MARK}{after}"
    yield f"{before}{_MARK}{_closing(before)}\n"


def _as_key(before: str, after: str, *, followed: bool) -> Iterator[str]:
    colon = "" if followed else ": 0"
    yield f"{before}{_MARK}{colon}{after}"
    yield f"{before}{_MARK}: 0{_closing(before)}\n"


def _closing(before: str) -> str:
    """What closes the quote and the brackets that are open at the end of a text."""
    line = before[before.rfind("\n") + 1 :]
    quote = next((mark for mark in "\"'" if line.count(mark) % 2), "")
    opened: list[str] = []
    for match in _OPENED.finditer(before):
        token = match[0]
        if token in _CLOSERS:
            opened.append(_CLOSERS[token])
        elif opened and token == opened[-1]:
            opened.pop()
    return quote + "".join(reversed(opened))


def _read(path: str, text: str, offset: int) -> tuple[Document, Pointer, bool] | None:
    document, _ = read_document(SourceFile(path, text.encode("utf-8", "surrogatepass")))
    spot = spot_at(document, offset) if document is not None else None
    if document is None or spot is None:
        return None
    on_mark = document.source.content[spot.start : spot.end].strip("\"'") == _MARK
    return (document, spot.pointer, spot.on_key) if on_mark else None
