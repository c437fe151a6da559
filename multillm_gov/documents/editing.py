"""Edits that settle a finding and keep every other byte: quoting a value, taking out an item."""

import json
from collections.abc import Iterable

from msgspec import Struct

from multillm_gov.documents.document import Document
from multillm_gov.location import Location, Pointer


class Edit(Struct, frozen=True, kw_only=True, order=True):
    """One replacement in the text of a file; offsets count characters."""

    start: int
    end: int
    text: str


def offsets_of(document: Document, location: Location) -> tuple[int, int]:
    """Start and end of a location in its document's text."""
    starts = document.source.line_starts()
    return (
        starts[location.line - 1] + location.column - 1,
        starts[location.end_line - 1] + location.end_column - 1,
    )


def quoted(document: Document, start: int, end: int) -> Edit | None:
    """The text between two offsets in double quotes; ``None`` where it runs over lines."""
    text = document.source.content[start:end].strip(" \t")
    if not text or "\n" in text or "\r" in text:
        return None
    return Edit(start=start, end=end, text=json.dumps(text, ensure_ascii=False))


def without_item(document: Document, pointer: Pointer) -> Edit | None:
    """The item of a list taken out; ``None`` where a comment would go with it.

    A list that loses its only item is left empty.
    """
    items = document.data
    for step in pointer[:-1]:
        items = items[step]
    content = document.source.content
    start, end = document.offsets(pointer)
    index, last = int(pointer[-1]), len(items) - 1
    if content[document.offsets(pointer[:-1])[0]] != "[":
        return _block_item(content, start, end, only=last == 0)
    if index < last:
        end = document.offsets((*pointer[:-1], index + 1))[0]
    elif index:
        start = document.offsets((*pointer[:-1], index - 1))[1]
    taken = content[start:end]
    return None if "#" in taken or "\n" in taken else Edit(start=start, end=end, text="")


def _block_item(content: str, start: int, end: int, *, only: bool) -> Edit | None:
    """All lines of an item, from its dash to the end of its last line."""
    first = content.rfind("\n", 0, start) + 1
    if content[first:start].strip() != "-":
        return None
    if content[end - 1 : end] != "\n":
        number = content.find("\n", end)
        end = number + 1 if number >= 0 else len(content)
    if "#" in content[first:end]:
        return None
    indent = max(content[first:start].index("-"), 2)
    return Edit(start=first, end=end, text=f"{' ' * indent}[]\n" if only else "")


def applicable(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Edits in order of place; of two that overlap, the earlier one."""
    kept_edits: list[Edit] = []
    for edit in sorted(edits):
        if not kept_edits or edit.start >= kept_edits[-1].end:
            kept_edits.append(edit)
    return tuple(kept_edits)


def edited(content: str, edits: Iterable[Edit]) -> str:
    """The text with those of the edits that are applicable."""
    for edit in reversed(applicable(edits)):
        content = content[: edit.start] + edit.text + content[edit.end :]
    return content
