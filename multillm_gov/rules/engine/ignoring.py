"""Comments that except a finding: ``# govern: ignore GOV404 because REASON``.

They weigh less than waivers, since nobody approved them: only advice can be ignored, and only with
a reason.
"""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from multillm_gov.documents.comments import comments
from multillm_gov.documents.document import Document
from multillm_gov.finding import Waived
from multillm_gov.location import Location

IgnoreState = Literal["in force", "no rule", "no reason", "mandatory", "idle"]

_MARK = "govern:"
_ASKS = re.compile(r"#(?:.*[\s;,.])?[ \t]*govern:[ \t]*ignore\b[ \t]*(?P<words>.*)", re.DOTALL)
_BECAUSE = re.compile(r"(?:^|[\s,])(because)\b[:,]?", re.IGNORECASE)
_LONGEST_NAME = 100
_MOST_NAMES = 20


class IgnoreComment(Struct, frozen=True, kw_only=True):
    """One request to ignore the findings of a rule on one line."""

    rule: str
    """Id or name as written; empty where it names none."""
    reason: str
    line: int
    """The line it covers: its own, or the next one that holds more than a comment."""
    location: Location


class IgnoreOutcome(Struct, frozen=True, kw_only=True):
    """What became of one comment."""

    comment: IgnoreComment
    state: IgnoreState
    """``mandatory``: no comment may except that finding; ``idle``: its line has no finding."""


class IgnoreLedger:
    """Says whether a comment on its line covers a finding, and records the outcomes."""

    def __init__(self, documents: dict[str, Document]) -> None:
        self._comments = tuple(
            request for path in sorted(documents) for request in _requests(documents[path])
        )
        self._by_place: dict[tuple[str, int, str], list[int]] = {}
        for number, comment in enumerate(self._comments):
            place = (comment.location.path, comment.line, comment.rule)
            self._by_place.setdefault(place, []).append(number)
        self._covering: set[int] = set()
        self._mandatory: set[int] = set()

    def __bool__(self) -> bool:
        """Whether there is any comment."""
        return bool(self._comments)

    def cover(self, names: tuple[str, ...], location: Location, *, advisory: bool) -> Waived | None:
        """The first comment with a reason on the finding's line that names its rule."""
        numbers = [
            n
            for name in names
            for n in self._by_place.get((location.path, location.line, name), ())
        ]
        if not advisory:
            self._mandatory.update(numbers)
            return None
        self._covering.update(numbers)
        given = [
            self._comments[number] for number in sorted(numbers) if self._comments[number].reason
        ]
        if not given:
            return None
        comment = given[0]
        return Waived(
            reason=comment.reason,
            approved_by="",
            expires="",
            location=comment.location,
            kind="ignored in file",
        )

    def outcomes(self) -> tuple[IgnoreOutcome, ...]:
        """One outcome per comment, in order of path and line."""
        return tuple(
            IgnoreOutcome(comment=comment, state=self._state(number, comment))
            for number, comment in enumerate(self._comments)
        )

    def _state(self, number: int, comment: IgnoreComment) -> IgnoreState:
        if not comment.rule:
            return "no rule"
        if number in self._mandatory:
            return "mandatory"
        if not comment.reason:
            return "no reason"
        return "in force" if number in self._covering else "idle"


def _requests(document: Document) -> Iterator[IgnoreComment]:
    if _MARK not in document.source.content:  # one search, where most files end
        return
    matching_comments = list(comments(document.source))
    covered_line: dict[int, int] = {}
    for comment in reversed(matching_comments):
        if comment.alone:
            covered_line[comment.line] = covered_line.get(comment.line + 1, comment.line + 1)
    for comment in matching_comments:
        request = _ASKS.match(comment.text)
        if request:
            place = document.source.span(comment.start, comment.start + len(comment.text))
            line = covered_line.get(comment.line, comment.line)
            yield from _requested(request["words"], line, place)


def _requested(words: str, line: int, place: Location) -> Iterator[IgnoreComment]:
    """One request for each rule before ``because``; one without a rule if there is none."""
    head, because, reason = (*_BECAUSE.split(words, maxsplit=1), "", "")[:3]
    given = because and any(character.isalnum() for character in reason)
    names = [name for name in re.split(r"[\s,]+", head.strip(" \t:,")) if name]
    for name in (names[:_MOST_NAMES] if because else names[:1]) or [""]:
        rule = name.rstrip(":,")[:_LONGEST_NAME]
        yield IgnoreComment(
            rule=rule.upper() if rule[:3].lower() == "gov" else rule,
            reason=reason.strip() if given else "",
            line=line,
            location=place,
        )
