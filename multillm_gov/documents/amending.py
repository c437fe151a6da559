"""Small changes to a YAML text that keep every other byte.

Places come from the document's own marks. What the surgery did is proved by reading the result
again: where the layout is one it does not understand, nothing is returned rather than something
wrong.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.scalars import format_scalar
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.location import Pointer

_BEHIND = re.compile(r"[ \t]*(,)?[ \t]*(?:#[^\r\n]*)?(?=[\r\n])")
_BREAK = re.compile(r"\r\n?|\n")
_BOM = b"\xef\xbb\xbf"
_REMARK = re.compile(r"[ \t]+#[^\r\n]*")
_WIDTH = 120
_END = re.compile(r"(?<=[\r\n])\.\.\.(?=[ \t\r\n]|\Z)")

Entry = Mapping[str, str]
"""Keys and texts of one item, in the order to write."""


def with_item(file: SourceFile, key: str, entry: Entry) -> SourceFile | None:
    """The file with one more item, as `with_items`."""
    return with_items(file, key, (entry,))


def with_items(file: SourceFile, key: str, entries: Sequence[Entry]) -> SourceFile | None:
    """The file with more items in the list below a topmost key, which is added if missing.

    Returns:
        ``None`` where the file cannot be read, or its layout leaves no safe place.
    """
    document, _ = read_document(file)
    if document is None or not isinstance(document.data, dict):
        return None
    items = document.data.get(key)
    if items is not None and not isinstance(items, list):
        return None
    wanted = {**document.data, key: [*(items or ()), *map(dict, entries)]}
    return _proved(file, _Surgery(document).added(key, entries), wanted)


def with_values(file: SourceFile, pointer: Pointer, values: Entry) -> SourceFile | None:
    """The file with texts below a mapping replaced, or added behind its last key.

    Returns:
        ``None`` where there is no mapping with a plain text to follow, or its layout leaves no safe
        place.
    """
    document, _ = read_document(file)
    if document is None:
        return None
    wanted = _copied(document.data)
    mapping = wanted
    for step in pointer:
        mapping = mapping[step]
    if not isinstance(mapping, dict) or not mapping:
        return None
    content = _Surgery(document).replaced(pointer, values)
    mapping.update(values)
    return _proved(file, content, wanted)


def _proved(file: SourceFile, content: str, wanted: object) -> SourceFile | None:
    """The amended file, if it reads as exactly what is wanted, with no flaw that was not there."""
    prefix = _BOM if file.data.startswith(_BOM) else b""
    amended = SourceFile(file.path, prefix + content.encode("utf-8", "surrogatepass"))
    read, flaws = read_document(amended)
    if read is None or read.data != wanted or len(flaws) > len(read_document(file)[1]):
        return None
    return amended


def _copied(value: Any) -> Any:  # noqa: ANN401 - plain data
    if isinstance(value, dict):
        return {key: _copied(entry) for key, entry in value.items()}
    return [_copied(entry) for entry in value] if isinstance(value, list) else value


class _Surgery:
    """Where things stand in one text, and the texts with something more in them."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.source.content
        match = _BREAK.search(self._text)
        self._newline = match[0] if match else "\n"

    def added(self, key: str, entries: Sequence[Entry]) -> str:
        """The text with more items in a list."""
        data = self._document.data
        if key not in data:
            return self._with_new_key(key, entries)
        if not data[key]:
            return self._with_first_item(key, entries)
        start, end = self._span((key,))
        last_start, last_end = self._span((key, len(data[key]) - 1))
        if self._text[start] == "[":
            return self._in_brackets(last_start, last_end, _flows(entries))
        dash = self._column(start)
        widest = _WIDTH - dash - 2 if self._text[last_start] == "{" else 0
        return self._below(self._text, end, self._items(entries, " " * dash, widest))

    def replaced(self, pointer: Pointer, values: Entry) -> str:
        """The text with values below a mapping replaced, or added behind its last one."""
        mapping = self._document.data
        for step in pointer:
            mapping = mapping[step]
        edits = [
            (*self._span((*pointer, key)), format_scalar(value))
            for key, value in values.items()
            if key in mapping
        ]
        missing = [
            f"{key}: {format_scalar(value)}" for key, value in values.items() if key not in mapping
        ]
        start, _ = self._span(pointer)
        last = list(mapping)[-1]
        end = self._span((*pointer, last))[1]
        if missing and self._text[start] == "{":
            edits.append((end, end, "".join(f", {pair}" for pair in missing)))
        elif missing:
            remark = _REMARK.match(
                self._text, end
            )  # what is said of the last value stays on its line
            end = remark.end() if remark else end
            indent = self._newline + " " * self._column(start)
            edits.append((end, end, "".join(indent + pair for pair in missing)))
        text = self._text
        for first, past, new in sorted(edits, reverse=True):
            ending = (
                self._newline if text[first:past].endswith(("\n", "\r")) else ""
            )  # a block of lines takes its last
            text = text[:first] + new + ending + text[past:]
        return text

    def _with_new_key(self, key: str, entries: Sequence[Entry]) -> str:
        data = self._document.data
        start, end = self._document.root
        if self._text[start : start + 1] == "{":
            item = f"{format_scalar(key)}: [{_flows(entries)}]"
            if data:
                return self._in_brackets(*self._span((list(data)[-1],)), item)
            return f"{self._text[: end - 1]}{item}{self._text[end - 1 :]}"
        indent = " " * self._column(start) if data else ""
        block = [f"{indent}{key}:", *self._items(entries, f"{indent}  ", _WIDTH - 4)]
        closing = _END.search(self._text, end)
        place = closing.start() if closing else len(self._text)
        before = self._text[:place]
        apart = "" if not data or before.endswith(self._newline * 2) else self._newline
        opening = "" if not before or before.endswith(("\n", "\r")) else self._newline
        return before + opening + apart + self._joined(block) + self._text[place:]

    def _with_first_item(self, key: str, entries: Sequence[Entry]) -> str:
        """Below a key whose list is empty, or not there at all."""
        start, end = self._span((key,))
        offset = self._document.marks[id(self._document.data)][
            3 * list(self._document.data).index(key)
        ]
        indent = " " * (self._column(offset) + 2)
        lines = self._items(entries, indent, _WIDTH - len(indent) - 2)
        written = self._text[start:end]
        before = self._text[:start].rstrip(" \t")
        if (
            self._text[self._document.root[0]] != "{"
            and "\n" not in written
            and "\r" not in written
        ):
            return self._below(before + self._text[end:], len(before), lines)
        inside = (
            f"{written[:-1]}{_flows(entries)}]"
            if written.startswith("[")
            else f" [{_flows(entries)}]"
        )
        return self._text[:start] + inside + self._text[end:]

    def _in_brackets(self, start: int, end: int, item: str) -> str:
        """Behind the last entry between brackets, on a line of its own where that entry has one.

        A comment behind that entry stays on its line, and a comma behind it is taken over.
        """
        column = self._column(start)
        alone = not self._text[start - column : start].strip()
        behind = _BEHIND.match(self._text, end)
        if not (alone and column and behind):
            return f"{self._text[:end]}, {item}{self._text[end:]}"
        comma = behind[1] or ""
        rest = behind[0] if comma else f",{behind[0]}"
        line = f"{self._newline}{' ' * column}{item}{comma}"
        return f"{self._text[:end]}{rest}{line}{self._text[behind.end() :]}"

    def _items(self, entries: Sequence[Entry], indent: str, widest: int) -> list[str]:
        """Lines of items, each on one line where it is at most so wide."""
        lines = []
        for entry in entries:
            flow = _flow(entry)
            first, *rest = [f"{key}: {format_scalar(value)}" for key, value in entry.items()]
            if len(flow) <= widest:
                first, rest = flow, []
            lines += [f"{indent}- {first}", *(f"{indent}  {line}" for line in rest)]
        return lines

    def _below(self, text: str, place: int, lines: list[str]) -> str:
        """The text with lines below that of a place, or above it where the place starts one."""
        place = min(place, len(text))
        if place and text[place - 1] not in "\r\n":
            match = _BREAK.search(text, place)
            place = match.end() if match else len(text)
        opening = self._newline if place and text[place - 1] not in "\r\n" else ""
        return text[:place] + opening + self._joined(lines) + text[place:]

    def _joined(self, lines: list[str]) -> str:
        return "".join(line + self._newline for line in lines)

    def _span(self, pointer: Pointer) -> tuple[int, int]:
        """Start and end of a value."""
        return self._document.offsets(pointer)

    def _column(self, offset: int) -> int:
        return self._document.source.position(offset)[1]


def _flows(entries: Sequence[Entry]) -> str:
    return ", ".join(map(_flow, entries))


def _flow(entry: Entry) -> str:
    return "{" + ", ".join(f"{key}: {format_scalar(value)}" for key, value in entry.items()) + "}"
