"""Plain data as a governed file, one entry per line, so that each line has a pointer."""

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from multillm_gov.documents.document import SourceFile
from multillm_gov.location import Location, Pointer
from multillm_gov.rendering.plain.escaping import json_escaped


class SpelledFile(Struct, frozen=True):
    """A file as written for one case, and what each of its lines holds."""

    file: SourceFile
    pointers: tuple[Pointer, ...]
    """By line."""

    def pointer_at(self, location: Location) -> tuple[Pointer, bool]:
        """The pointer of a location, and whether it is the key: keys start their line."""
        pointer = self.pointers[min(location.line, len(self.pointers)) - 1]
        return pointer, location.column == 1 and bool(pointer) and isinstance(pointer[-1], str)


def spell_out(path: str, data: Any) -> SpelledFile:  # noqa: ANN401 - plain data
    """JSON, a subset of YAML: every scalar keeps its meaning."""
    lines = list(_lines(data, (), "", ""))
    text = "\n".join(line for line, _ in lines) + "\n"
    return SpelledFile(SourceFile(path, text.encode()), tuple(pointer for _, pointer in lines))


def _lines(value: Any, pointer: Pointer, lead: str, trail: str) -> Iterator[tuple[str, Pointer]]:  # noqa: ANN401
    if not isinstance(value, dict | list) or not value:
        yield lead + _scalar(value) + trail, pointer
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield lead + opening, pointer
    entries = list(value.items() if isinstance(value, dict) else enumerate(value))
    for number, (step, item) in enumerate(entries, 1):
        key = f"{_scalar(step)}: " if isinstance(value, dict) else ""
        yield from _lines(item, (*pointer, step), key, "," if number < len(entries) else "")
    yield closing + trail, pointer


def _scalar(value: Any) -> str:  # noqa: ANN401
    return json_escaped(json.dumps(value, ensure_ascii=False))
