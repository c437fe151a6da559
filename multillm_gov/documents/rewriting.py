"""Write a generated file anew over one that people may have edited since.

What is the same in both keeps every byte: comments, order, quoting and width.
"""

from typing import Any

from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.yaml_reader import read_document


def rewritten(old: SourceFile, new: SourceFile) -> SourceFile:
    """The old file with the new one's data, or the new file where the old one's layout is unsafe.

    Keys keep the old file's order, new keys come last. Below a key whose value is a block list,
    entries that are in both files keep their lines, with comments above them; entries that are gone
    go with theirs.
    """
    before, _ = read_document(old)
    after, _ = read_document(new)
    if before is None or after is None or not _is_block(before) or not isinstance(after.data, dict):
        return new
    newline = "\r\n" if "\r\n" in before.source.content else "\n"
    parts = _Parts(before)
    fresh = _Parts(after)
    text = parts.opening
    for key in [*(key for key in before.data if key in after.data),
                *(key for key in after.data if key not in before.data)]:  # fmt: skip
        if key not in before.data:
            text = _ended(text, newline) + fresh.of(key).replace("\n", newline)
        elif before.data[key] == after.data[key]:
            text = _ended(text, newline) + parts.of(key)
        else:
            text = _ended(text, newline) + _changed(key, parts, fresh, newline)
    prefix = b"\xef\xbb\xbf" if old.data.startswith(b"\xef\xbb\xbf") else b""
    result = SourceFile(old.path, prefix + _ended(text, newline).encode())
    read, flaws = read_document(result)
    return result if read is not None and read.data == after.data and not flaws else new


def _is_block(document: Document) -> bool:
    start = document.root[0]
    content = document.source.content
    return isinstance(document.data, dict) and bool(document.data) and content[start] != "{"


def _ended(text: str, newline: str) -> str:
    return text + newline if text and not text.endswith(("\n", "\r")) else text


def _changed(key: str, parts: "_Parts", fresh: "_Parts", newline: str) -> str:
    """A key whose value differs: its list entry by entry, else its new text below old comments."""
    old, new = parts.items(key), fresh.items(key)
    comments = parts.comments(key)
    written = fresh.bare(key).replace("\n", newline)
    if old is None or new is None:
        return comments + written + parts.remark(key)
    texts_by_name: dict[str, list[str]] = {}
    for value, text in old:
        texts_by_name.setdefault(repr(value), []).append(text)
    lines = [
        texts_by_name[repr(value)].pop(0)
        if texts_by_name.get(repr(value))
        else text.replace("\n", newline)
        for value, text in new
    ]
    return parts.head(key) + "".join(_ended(line, newline) for line in lines)


class _Parts:
    """A block mapping cut into its keys, each with the comments above it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.source.content
        self._starts = {key: self._start_of(key) for key in document.data}
        ends = [*list(self._starts.values())[1:], len(self._text)]
        self._ends = dict(zip(self._starts, ends, strict=True))
        self.opening = self._text[: next(iter(self._starts.values()))]

    def of(self, key: str) -> str:
        """All lines of a key, comments above it included."""
        return self._text[self._starts[key] : self._ends[key]]

    def comments(self, key: str) -> str:
        """The comment lines above a key."""
        return self._text[self._starts[key] : self._line_start(self._key_offset(key))]

    def bare(self, key: str) -> str:
        """A key and its value without comments around it."""
        end = self._document.offsets((key,))[1]
        return self._text[self._line_start(self._key_offset(key)) : end].rstrip()

    def remark(self, key: str) -> str:
        """What follows a value on its line, and below it up to the next key."""
        end = self._document.offsets((key,))[1]
        rest = self._text[end : self._ends[key]]
        return rest if rest.strip() else "" if rest.count("\n") < 2 else rest

    def head(self, key: str) -> str:
        """A list's key with the comments above it, up to the first entry's lines."""
        items = self._item_starts(key)
        return self._text[self._starts[key] : items[0]]

    def items(self, key: str) -> list[tuple[Any, str]] | None:
        """Values and lines of a block list's entries; ``None``: it is none."""
        value = self._document.data[key]
        if not isinstance(value, list) or not value:
            return None
        if self._text[self._document.offsets((key,))[0]] == "[":
            return None
        starts = self._item_starts(key)
        ends = [*starts[1:], self._ends[key]]
        return [
            (item, self._text[first:past])
            for item, first, past in zip(value, starts, ends, strict=True)
        ]

    def _item_starts(self, key: str) -> list[int]:
        item_starts = []
        below = self._line_end(self._key_offset(key))
        for index in range(len(self._document.data[key])):
            start = self._line_start(self._document.offsets((key, index))[0])
            item_starts.append(max(self._above(start), below))
        return item_starts

    def _start_of(self, key: str) -> int:
        return self._above(self._line_start(self._key_offset(key)))

    def _key_offset(self, key: str) -> int:
        marks = self._document.marks[id(self._document.data)]
        return marks[3 * list(self._document.data).index(key)]

    def _above(self, start: int) -> int:
        """Where the comment lines right above a line begin; an editor's modeline is no comment."""
        while start:
            line = self._line_start(start - 1)
            text = self._text[line:start].strip()
            if not text.startswith("#") or "yaml-language-server" in text:
                return start
            start = line
        return start

    def _line_start(self, offset: int) -> int:
        return self._text.rfind("\n", 0, offset) + 1

    def _line_end(self, offset: int) -> int:
        number = self._text.find("\n", offset)
        return number + 1 if number >= 0 else len(self._text)
