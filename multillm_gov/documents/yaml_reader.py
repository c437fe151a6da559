"""Reading one governed file: strict YAML, JSON included, with the place of every key and value.

PyYAML's own resolver and constructors are left out: they cost two thirds of its time and read YAML
1.1.
"""

from array import array
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, cast

from yaml import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from multillm_gov.documents.decoding import HIDDEN, decode
from multillm_gov.documents.document import Document, Marks, SourceFile
from multillm_gov.documents.flaw_list import FlawList, StopReadingError
from multillm_gov.documents.scalars import AmbiguousScalarError, Scalars
from multillm_gov.documents.unsafe import ContentChecks
from multillm_gov.errors import MissingExtraError
from multillm_gov.finding import Flaw

MAX_DEPTH = 64
"""Mappings and lists inside one another."""
MAX_EVENTS = 1_000_000
"""Keys, values and brackets of one file; the largest file of ordinary text has half as many."""


class Composed:
    """What one file holds: its value (absent: `None`) and the places of its parts and of itself."""

    def __init__(self) -> None:
        self.top: list[Any] = []
        self.marks: Marks = {}
        self.places = array("I")

    @property
    def value(self) -> object:
        """The topmost value; a file without any holds an empty mapping."""
        return {} if not self.top or self.top[0] is None else self.top[0]

    @property
    def span(self) -> tuple[int, int]:
        """Start and end of the topmost value."""
        return (self.places[0], self.places[1]) if self.places else (0, 0)


def compose(flaws: FlawList) -> Composed:
    """Build the data of a file; what is wrong is noted in ``flaws``.

    Raises:
        MissingExtraError: PyYAML was installed without its C parser.
    """
    composed = Composed()
    checks = ContentChecks(flaws)
    try:
        _build(flaws.source.content, composed, checks)
    except YAMLError as error:
        from multillm_gov.documents.syntax import (
            ParserError,
            depth_given_up,
            stop_at_error,
        )  # for broken files only

        with suppress(StopReadingError):
            broken = cast("ParserError", error)
            if (offset := depth_given_up(broken)) is not None:
                checks.too_deep(offset, offset + 1, MAX_DEPTH)
            stop_at_error(broken, flaws)
    except StopReadingError:
        pass
    checks.forget_duplicates(composed.marks)
    return composed


def open_parser(content: str) -> Any:  # noqa: ANN401 - a C type without stubs
    """The C parser over a text: ``get_event`` yields its events and then nothing.

    Raises:
        MissingExtraError: PyYAML was installed without its C parser.
    """
    try:
        from yaml._yaml import CParser
    except ImportError as error:
        raise MissingExtraError(
            "PyYAML is installed without its C parser",
            "pip install --force-reinstall --only-binary :all: pyyaml",
        ) from error
    return CParser(content)


def _build(content: str, composed: Composed, checks: ContentChecks) -> None:  # noqa: C901, PLR0912, PLR0915 - the hot loop
    # One flat loop over locals: a method per event would add a tenth to the time of reading a
    # portfolio.
    parser = open_parser(content)
    scalars, marks = Scalars(), composed.marks
    container: Any = composed.top
    places, keyed, key = composed.places, False, None
    stack: list[tuple[Any, bool, array[int], int]] = []
    last = 0
    # Without these two characters no tag and no anchor can stand anywhere in the text.
    properties = "!" in content or "&" in content
    events: Iterator[Any] = islice(iter(parser.get_event, None), MAX_EVENTS)
    for event in events:
        kind = event.__class__
        if kind is ScalarEvent:
            value = event.value
            if properties:
                checks.check_properties(event)
            if event.implicit[0]:
                try:
                    value = scalars[value]
                except AmbiguousScalarError as scalar:
                    value = checks.check_ambiguous(scalar, event, is_key=keyed and key is None)
            elif not value.isprintable():
                checks.check_characters(event, is_key=keyed and key is None)
            start = event.start_mark.index
            if keyed and key is None:
                if value.__class__ is not str or value in container:
                    value = checks.odd_key(event, value, container, places)
                key = value
                places.append(start)
                continue
            if keyed:
                container[key] = value
                key = None
            else:
                container.append(value)
            last = event.end_mark.index
            places.append(start)
            places.append(last)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if properties:
                checks.check_properties(event)
            if len(stack) >= MAX_DEPTH:
                checks.too_deep(event.start_mark.index, event.end_mark.index, MAX_DEPTH)
            new: Any = {} if kind is MappingStartEvent else []
            if keyed:
                if key is None:
                    checks.key_is_collection(event)
                container[key] = new
                key = None
            else:
                container.append(new)
            places.append(event.start_mark.index)
            stack.append((container, keyed, places, len(places)))
            places.append(0)
            container, keyed = new, kind is MappingStartEvent
            marks[id(new)] = places = array("I")
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            # Only a bracket has a width; the end of an indented block is where its last entry
            # ended.
            if event.end_mark.index != event.start_mark.index:
                last = event.end_mark.index
            container, keyed, places, number = stack.pop()
            places[number] = last
        elif kind is AliasEvent:
            start = event.start_mark.index
            last = event.end_mark.index
            alias = checks.alias(event)
            if keyed and key is None:
                key = alias
                places.append(start)
                continue
            if keyed:
                container[key] = None
                key = None
            else:
                container.append(None)
            places.append(start)
            places.append(last)
        elif kind is DocumentStartEvent:
            if composed.top:
                checks.second_document(event)
        elif kind is StreamEndEvent:
            return
    checks.too_many(last, MAX_EVENTS)


def read_document(file: SourceFile) -> tuple[Document | None, tuple[Flaw, ...]]:
    """Read a file of any content, in bounded time, without running anything it names.

    Returns:
        The document and what is wrong with the file. There is no document where what was read
        cannot be trusted to be what a reader of the file sees (no text, no YAML, aliases, tags,
        hidden characters). Duplicate keys (the first holds) and ambiguous scalars (kept as text)
        leave it usable. A file without content is an empty mapping.

    Raises:
        MissingExtraError: PyYAML was installed without its C parser.
    """
    source = decode(file)
    if isinstance(source, Flaw):
        return None, (source,)
    flaws = FlawList(source)
    try:
        if not source.content.isascii():
            _refuse_hidden(flaws)
    except StopReadingError:
        return None, tuple(flaws.flaws)
    composed = compose(flaws)
    if flaws.refused:
        return None, tuple(flaws.flaws)
    document = Document(source, composed.value, composed.marks, composed.span)
    return document, tuple(flaws.flaws)


def _refuse_hidden(flaws: FlawList) -> None:
    for match in HIDDEN.finditer(flaws.source.content):
        flaws.refuse(
            "unsafe-yaml",
            f"invisible character U+{ord(match[0]):04X}: a reader sees another text than the tool",
            "Remove it.",
            *match.span(),
        )
