"""What a governed file may not hold though it is valid YAML, noted at its place."""

import re
from array import array
from typing import Any, NoReturn, Protocol

from multillm_gov.documents.decoding import CONTROL, HIDDEN
from multillm_gov.documents.document import Marks
from multillm_gov.documents.flaw_list import FlawList
from multillm_gov.documents.scalars import MERGE, AmbiguousScalarError

_BREAK = re.compile(r"[\t\n\r]")
_DEEP_REMEDY = "Remove the nesting; no governed file needs it."


class Mark(Protocol):
    """A place in the text, as the parser gives it."""

    index: int


class YamlEvent(Protocol):
    """What is used of a parser's event."""

    start_mark: Mark
    end_mark: Mark
    anchor: str | None
    tag: str | None
    value: str


class Duplicate:
    """Stands for the second use of a key until the file is read: its entry is dropped then."""


class ContentChecks:
    """Notes what the builder meets; most of it leaves the rest of the file readable.

    Aliases are refused altogether, not budgeted: with them one value would stand at several places,
    a review of the lines changed would miss what an anchor far away means, and small files could
    expand without bound.
    """

    def __init__(self, flaws: FlawList) -> None:
        self.flaws = flaws
        self.duplicates: list[tuple[dict[Any, Any], Duplicate]] = []

    def check_properties(self, event: YamlEvent) -> None:
        """Refuse an anchor or a tag in front of a value."""
        content, span = self.flaws.source.content, _span(event)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.flaws.refuse(
                "unsafe-yaml",
                f"tag `{_format(tag)}`: governed files hold plain data only",
                "Remove the tag; quote a value that is meant as text.",
                *span,
            )
        if event.anchor is not None:
            start = content.find(f"&{event.anchor}", *span)
            self.flaws.refuse(
                "unsafe-yaml",
                f"anchor `&{_format(event.anchor)}`: anchors and aliases are not supported",
                "Remove the anchor and write the value out wherever it is meant.",
                start,
                start + len(event.anchor) + 1,
            )

    def check_ambiguous(
        self, scalar: AmbiguousScalarError, event: YamlEvent, *, is_key: bool
    ) -> str:
        """Point out an ambiguous scalar; the text it is kept as."""
        if scalar.text == MERGE:
            if is_key:
                self._merge_key(event)
            return scalar.text
        self.flaws.note(
            "ambiguous-scalar",
            f"`{_format(scalar.text)}` is kept as text, but other YAML tools read {scalar.reading}",
            f'Quote the key: "{_format(scalar.text)}".' if is_key else scalar.remedy,
            *_span(event),
        )
        return scalar.text

    def check_characters(self, event: YamlEvent, *, is_key: bool) -> None:
        """Refuse control and hidden characters made by escapes, and line breaks in keys."""
        text = event.value
        match = (
            CONTROL.search(text) or HIDDEN.search(text) or (_BREAK.search(text) if is_key else None)
        )
        start, end = _span(event)
        # Hidden characters that stand there unescaped were noted when the text was decoded.
        if match and (
            match.re is not HIDDEN or match[0] not in self.flaws.source.content[start:end]
        ):
            self.flaws.refuse(
                "unsafe-yaml",
                f"the text holds the control character U+{ord(match[0]):04X}",
                "Remove it; such characters steer terminals and hide text.",
                *_span(event),
            )

    def odd_key(
        self, event: YamlEvent, value: object, mapping: dict[Any, Any], places: "array[int]"
    ) -> object:
        """The key to use for one that is a merge, no text, or there already."""
        text = event.value
        if not isinstance(value, str):
            shown = _format(text) if text else "(empty)"
            self.flaws.note(
                "ambiguous-scalar",
                f"key `{shown}` is kept as text, but is no text to other YAML tools",
                f'Quote it: "{text}".',
                *_span(event),
            )
        if text not in mapping:
            return text
        source = self.flaws.source
        first = places[3 * list(mapping).index(text)]
        self.flaws.note(
            "duplicate-key",
            f"key `{_format(text)}` is already on line {source.position(first)[0] + 1}; this entry "
            "is not used",
            "Remove or rename one of the two.",
            *_span(event),
        )
        duplicate = Duplicate()
        self.duplicates.append((mapping, duplicate))
        return duplicate

    def forget_duplicates(self, marks: Marks) -> None:
        """Drop the entries whose key was there already; the first one holds."""
        for mapping, duplicate in self.duplicates:
            if duplicate in mapping:
                number = list(mapping).index(duplicate)
                del mapping[duplicate]
                del marks[id(mapping)][3 * number : 3 * number + 3]

    def alias(self, event: YamlEvent) -> str:
        """Refuse an alias; the text that stands for it as a key."""
        text = f"*{event.anchor}"
        self.flaws.refuse(
            "unsafe-yaml",
            f"alias `{_format(text)}`: anchors and aliases are not supported",
            "Write the value out.",
            *_span(event),
        )
        return text

    def _merge_key(self, event: YamlEvent) -> None:
        """Refuse the merge key."""
        self.flaws.refuse(
            "unsafe-yaml",
            "merge key `<<`: it would hide which values hold here",
            "Write the merged keys out.",
            *_span(event),
        )

    def key_is_collection(self, event: YamlEvent) -> NoReturn:
        """Stop at a mapping or list used as a key."""
        self.flaws.stop(
            "syntax",
            "a mapping or list stands where a key is expected",
            'Write a text as the key; quote a text that starts with a bracket or brace ("{…}").',
            *_span(event),
        )

    def too_deep(self, start: int, end: int, most: int) -> NoReturn:
        """Stop below the deepest level allowed."""
        self.flaws.stop(
            "unsafe-yaml",
            f"mappings and lists nest more than {most} levels deep",
            _DEEP_REMEDY,
            start,
            end,
        )

    def too_many(self, offset: int, most: int) -> NoReturn:
        """Stop after the most keys and values allowed."""
        self.flaws.stop(
            "unsafe-yaml",
            f"the file holds more than {most:,} keys, values and brackets",
            "Split it into several files.",
            offset,
            offset,
        )

    def second_document(self, event: YamlEvent) -> NoReturn:
        """Stop at a second document."""
        self.flaws.stop(
            "syntax",
            "a second YAML document starts here; a governed file holds one",
            "Move it to a file of its own, or remove the `---`.",
            *_span(event),
        )


def _span(event: YamlEvent) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _format(text: str, most: int = 60) -> str:
    """A short excerpt that cannot break a message."""
    shown = "".join(
        character if character.isprintable() else "\ufffd" for character in text[: most + 1]
    )
    return shown if len(shown) <= most else f"{shown[:most]}…"
