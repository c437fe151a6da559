"""From the parser's events to plain data: anchors, merge keys, the last of two equal keys."""

from array import array
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple, NoReturn, cast

from yaml import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from multillm_gov.documents.document import Marks
from multillm_gov.documents.flaw_list import FlawList
from multillm_gov.documents.foreign.scalars import MERGE, PLAIN_TAGS, YAML, constructed, resolved
from multillm_gov.documents.yaml_reader import MAX_DEPTH, MAX_EVENTS, open_parser
from multillm_gov.words import code

MAX_VALUES = 200_000
"""Values of a file after every alias is followed: what walks over it ends."""


class _Value(NamedTuple):
    """A value, where it stands, and how many values it holds with every alias followed."""

    value: Any
    start: int
    end: int
    size: int = 1


class _Open:
    """A mapping or list whose end has not been read."""

    def __init__(self, start: int, anchor: str | None, *, is_mapping: bool) -> None:
        self.start = start
        self.anchor = anchor
        self.is_mapping = is_mapping
        self.entries: dict[Any, tuple[int, _Value]] = {}
        self.merged: dict[Any, tuple[int, _Value]] = {}
        self.items: list[_Value] = []
        self.key: tuple[Any, int, bool] | None = None
        self.size = 1


class DataBuilder:
    """Builds plain data from the parser's events."""

    def __init__(self, flaws: FlawList) -> None:
        self.flaws = flaws
        self.marks: Marks = {}
        self.anchors: dict[str, _Value | None] = {}
        self.stack: list[_Open] = []
        self.top: _Value | None = None
        self.documents = 0
        self.last = 0
        self.known: dict[int, dict[Any, tuple[int, _Value]]] = {}

    def build(self, content: str) -> None:
        """Read a text into ``top`` and ``marks``.

        Raises:
            StopReadingError, YAMLError: it is not what the safe loader reads, or passes a bound.
        """
        parser = open_parser(content)
        events: Iterator[Any] = islice(iter(parser.get_event, None), MAX_EVENTS)
        count = 0
        for count, event in enumerate(events, start=1):  # noqa: B007 - the count is read below
            self._take(event)
        if count >= MAX_EVENTS:
            self._stop("it has too many values", "Split the file.", self.last, self.last)

    def _take(self, event: Any) -> None:  # noqa: ANN401 - the parser's events
        kind = event.__class__
        start, end = event.start_mark.index, event.end_mark.index
        if kind is ScalarEvent:
            self.last = end
            self._add(_Value(self._scalar(event), start, end), event.anchor)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            self._open(event, start, end, is_mapping=kind is MappingStartEvent)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            if end != start:
                self.last = end
            self._close()
        elif kind is AliasEvent:
            self.last = end
            self._add(self._alias(event.anchor, start, end), None)
        elif kind is DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                self._stop(
                    "a second document starts here; the safe loader reads one",
                    "Put each document into a file of its own.",
                    start,
                    end,
                )

    def _open(self, event: Any, start: int, end: int, *, is_mapping: bool) -> None:  # noqa: ANN401
        if event.tag is not None and event.tag not in {f"{YAML}map", f"{YAML}seq"}:
            self._refuse_tag(event.tag, start, end)
        if len(self.stack) >= MAX_DEPTH:
            self._stop(f"more than {MAX_DEPTH} levels", "Remove the nesting.", start, end)
        if self.stack and self.stack[-1].is_mapping and self.stack[-1].key is None:
            self._stop("a key is a mapping or a list", "Write the key as text.", start, end)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(start, event.anchor, is_mapping=is_mapping))

    def _close(self) -> None:
        closed = self.stack.pop()
        places = array("I")
        built: Any
        if closed.is_mapping:
            entries = {**closed.merged, **closed.entries}
            built = {key: each.value for key, (_, each) in entries.items()}
            for at, each in entries.values():
                places.extend((at, each.start, each.end))
            self.known[id(built)] = entries
        else:
            built = [item.value for item in closed.items]
            for each in closed.items:
                places.extend((each.start, each.end))
        self.marks[id(built)] = places
        self._add(
            _Value(built, closed.start, max(self.last, closed.start), closed.size), closed.anchor
        )

    def _add(self, value: _Value, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = value
        if not self.stack:
            self.top = value
            return
        parent = self.stack[-1]
        if parent.is_mapping and parent.key is None:
            parent.key = self._key(value)
            return
        parent.size += value.size
        if parent.size > MAX_VALUES:
            self._stop(
                f"aliases repeat more than {MAX_VALUES:,} values",
                "Write the values out.",
                value.start,
                value.end,
            )
        if not parent.is_mapping:
            parent.items.append(value)
            return
        key, at, is_merge = cast("tuple[Any, int, bool]", parent.key)
        parent.key = None
        if is_merge:
            self._merge(parent, value)
            return
        self._put(parent, key, at, value)

    def _put(self, parent: _Open, key: str, at: int, value: _Value) -> None:
        if key in parent.entries:
            line = self.flaws.source.position(parent.entries[key][0])[0] + 1
            self.flaws.note(
                "duplicate-key",
                f"key {code(key)} is already on line {line}; the later entry is the one read",
                "Remove or rename one of the two.",
                at,
                at + len(key),
            )
            del parent.entries[key]
        parent.entries[key] = (at, value)

    def _key(self, value: _Value) -> tuple[str, int, bool]:
        if isinstance(value.value, list | dict):
            self._stop("a key is a mapping or a list", "Write the key as text.", *value[1:3])
        text = self.flaws.source.content[value.start : value.end]
        if value.value == "<<" and text == "<<":
            return "<<", value.start, True
        # A key that is no text (`1:`, `yes:`) keeps its spelling.
        return value.value if isinstance(value.value, str) else text, value.start, False

    def _merge(self, parent: _Open, value: _Value) -> None:
        """Entries of `<<`, one mapping or a list of them; own keys and earlier mappings hold."""
        sources = value.value if isinstance(value.value, list) else [value.value]
        for source in sources:
            if not isinstance(source, dict):
                self._stop(
                    "`<<` takes a mapping or a list of mappings",
                    "Refer to a mapping: `<<: *name`.",
                    value.start,
                    value.end,
                )
            for key, entry in self.known.get(id(source), {}).items():
                parent.merged.setdefault(key, entry)

    def _alias(self, name: str, start: int, end: int) -> _Value:
        target = self.anchors.get(name)
        if target is None:
            words = "stands inside what it names" if name in self.anchors else "names no anchor"
            self._stop(f"`*{name}` {words}", "Write the value out.", start, end)
        return _Value(target.value, start, end, target.size)

    def _scalar(self, event: Any) -> Any:  # noqa: ANN401 - any plain value
        tag = event.tag
        start, end = event.start_mark.index, event.end_mark.index
        if tag is None or tag == "!":
            if not event.implicit[0] or tag == "!":
                return event.value
            tag = resolved(event.value)
        if tag == MERGE:
            return event.value
        if tag not in PLAIN_TAGS:
            self._refuse_tag(tag, start, end)
        if tag == f"{YAML}str":
            return event.value
        try:
            value = constructed(tag, event.value)
        except (ValueError, OverflowError, YAMLError, KeyError):
            self._stop(
                f"{code(event.value)} is marked or formed as {tag.removeprefix(YAML)} and is none",
                "Correct it, or quote it.",
                start,
                end,
            )
        return value if isinstance(value, str | int | float | bool | None) else event.value

    def _refuse_tag(self, tag: str, start: int, end: int) -> NoReturn:
        shown = tag.replace(YAML, "!!")
        self._stop(
            f"tag {code(shown)}: only plain data is read",
            "Remove the tag; quote a value that is meant as text.",
            start,
            end,
        )

    def _stop(self, message: str, remedy: str, start: int, end: int) -> NoReturn:
        self.flaws.stop("syntax", message, remedy, start, end)
