"""The YAML parser's flaws in plain words, each with what to do."""

from typing import NoReturn, Protocol

from multillm_gov.documents.decoding import CONTROL
from multillm_gov.documents.flaw_list import FlawList, StopReadingError


class ParserMark(Protocol):
    """A place in the text, as the parser gives it."""

    index: int


class ParserError(Protocol):
    """What is used of a `yaml.YAMLError`; errors of the character reader have a reason only."""

    problem: str | None
    problem_mark: ParserMark | None
    context: str | None
    context_mark: ParserMark | None


_OPENERS = {"}": "{", "]": "["}
_WORDS: tuple[tuple[str, str, str], ...] = (
    (
        "could not find expected ':'",
        "a line that is no `key: value` stands where one is expected",
        "Add the colon and a blank after the key, or indent the line under the text it belongs to.",
    ),
    (
        "mapping values are not allowed",
        (
            "`: ` is not allowed here: it is the second one on the line, or the indent is wrong "
            "here or above"
        ),
        "Quote the text that holds `: `, or align the key with its neighbors.",
    ),
    (
        "block sequence entries are not allowed",
        "a `- ` item stands where none is allowed",
        "Start the list on a line of its own below its key.",
    ),
    (
        "mapping keys are not allowed",
        "a key stands where none is allowed",
        "Align the key with its neighbors.",
    ),
    (
        "found unknown escape character",
        'unknown `\\` escape in "…"',
        "Write `\\\\`, or use '…' quotes.",
    ),
    (
        "hexdecimal number",
        'incomplete `\\x` or `\\u` escape in "…"',
        "Write all its digits, or the character itself.",
    ),
    (
        "invalid Unicode character escape",
        'a `\\u` escape in "…" that is no character by itself',
        "Write the character itself.",
    ),
    (
        "did not find expected '-' indicator",
        "an entry of a list without its `-`, or a wrong indent",
        "Start each item with `- ` and align all of them.",
    ),
    (
        "did not find expected key",
        "the indent fits no line above, or text goes on after a closing quote or bracket",
        "Align the line with its neighbors; quote a text that starts with a quote or bracket.",
    ),
    (
        "expected <document start>",
        "text after the end of the document",
        "Indent it under the key it belongs to, or remove it.",
    ),
    (
        "did not find expected node content",
        "a value is missing",
        "Write the value, or remove the comma before it.",
    ),
    (
        "found undefined tag handle",
        "a value starts with `!`",
        "Quote the text that starts with `!`.",
    ),
    (
        "expected alphabetic or numeric",
        "a value starts with `&` or `*`",
        "Quote the text that starts with it.",
    ),
    (
        "expected comment or line break",
        "text right after `|` or `>`",
        "Start the text on the next line, or quote a text that starts with `|` or `>`.",
    ),
    (
        "incompatible YAML document",
        "a `%YAML` version other than 1.1 or 1.2",
        "Remove the `%YAML` line.",
    ),
    ("indentation indicator", "an indentation indicator of 0 after `|` or `>`", "Remove the 0."),
    (
        "directive",
        "a line starts with `%`, which is a directive to YAML",
        "Remove the line, or quote its text.",
    ),
    ("violates indentation", "a tab is used as indentation", "Replace the tab with blanks."),
    (
        "indentation space is expected",
        "a tab is used as indentation",
        "Replace the tab with blanks.",
    ),
)


def depth_given_up(error: ParserError) -> int | None:
    """Where the parser itself found too many levels; `None`: another error.

    libyaml has such a limit of its own (1,000 levels) in some builds only.
    """
    mark = getattr(error, "problem_mark", None)
    return (
        mark.index
        if mark is not None and "maximum nesting depth" in (error.problem or "")
        else None
    )


def stop_at_error(error: ParserError, flaws: FlawList) -> NoReturn:
    """Note a `yaml.YAMLError` at its place.

    Raises:
        StopReadingError: always.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        _stop_at_characters(error, flaws)
    offset = min(mark.index, len(flaws.source.content))
    opened = error.context_mark.index if error.context_mark else offset
    message, remedy, start = _explain(error, flaws, offset, opened)
    flaws.stop("syntax", message, remedy, start, start + 1)


def _explain(error: ParserError, flaws: FlawList, offset: int, opened: int) -> tuple[str, str, int]:
    content, problem = flaws.source.content, error.problem or ""
    if "end of stream" in problem or "document indicator" in problem:
        return "the quote opened here is never closed", "Close the quote.", opened
    for closer, opener in _OPENERS.items():
        if f"or '{closer}'" in problem:
            line = flaws.source.position(offset)[0] + 1
            message = (
                f"the `{opener}` opened here is not closed: line {line} is not what may follow"
            )
            return message, f"Close it with `{closer}`, or put a comma between its entries.", opened
    if "cannot start any token" in problem:
        return (*_bad_start(content[offset : offset + 1]), offset)
    for words, message, remedy in _WORDS:
        if words in problem:
            return message, remedy, offset
    return f"not valid YAML: {problem} {error.context or ''}".rstrip(), "Correct the line.", offset


def _bad_start(character: str) -> tuple[str, str]:
    if character == "\t":
        return "a tab is used as indentation", "Replace the tab with blanks."
    return f"a value cannot start with `{character}`", "Quote the text."


def _stop_at_characters(error: ParserError, flaws: FlawList) -> NoReturn:
    for match in CONTROL.finditer(flaws.source.content):
        flaws.refuse(
            "unsafe-yaml",
            f"control character U+{ord(match[0]):04X}",
            "Remove it; such characters can hide text from a reader.",
            *match.span(),
        )
    if flaws.refused:
        raise StopReadingError
    flaws.stop(
        "syntax",
        f"not valid YAML: {getattr(error, 'reason', error)}",
        "Save it as UTF-8 text.",
        0,
        0,
    )
