"""The words of an expression: the names it reads, and parts of CEL that are not allowed."""

import re
from collections.abc import Container, Iterator

from msgspec import Struct

from multillm_gov.rules.expressions import Misfit
from multillm_gov.words import code, did_you_mean

LONGEST_EXPRESSION = 1_000
"""Characters of an expression."""
DEEPEST_MACRO = 2
"""Nested macros over lists."""

MACROS = frozenset({"all", "exists", "exists_one", "filter"})
_WORD = re.compile(
    r"""(?P<blank>\s+|//[^\n]*)
    | (?P<text>[rRbB]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    | (?P<number>(?:0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)u?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign>&&|\|\||[<>=!]=|.)""",
    re.DOTALL | re.VERBOSE,
)
_LITERALS = frozenset({"true", "false", "null"})
_RESERVED = frozenset({*_LITERALS, "in"})


class Word(Struct, frozen=True):
    """One token and where it starts."""

    kind: str
    text: str
    start: int


def words_of(expression: str) -> tuple[Word, ...]:
    """The tokens of an expression without blanks and comments; of any text, in linear time."""
    return tuple(
        Word(str(match.lastgroup), match[0], match.start())
        for match in _WORD.finditer(expression)
        if match.lastgroup != "blank"
    )


def names_read(words: tuple[Word, ...]) -> frozenset[str]:
    """Every dotted name, and each of its beginnings: ``task.data``, ``task``."""
    texts: set[str] = set()
    for _, route in _routes(words):
        texts.update(".".join(route[: count + 1]) for count in range(len(route)))
    return frozenset(texts)


def misuses(
    expression: str, element_fields: Container[str], known: frozenset[str]
) -> Iterator[Misfit]:
    """Mistakes that the engine accepts: built lists and maps, deep macros, misspelled fields.

    ``element_fields`` are the fields that elements of any list may have; ``known`` the same, to
    suggest one.
    """
    if len(expression) > LONGEST_EXPRESSION:
        yield Misfit(1, 1, f"{len(expression):,} characters; the limit is {LONGEST_EXPRESSION:,}")
        return
    words = words_of(expression)
    for start, message in (
        *_built(words),
        *_deep(words),
        *_misspelled(words, element_fields, known),
    ):
        before = expression[:start]
        yield Misfit(before.count("\n") + 1, start - before.rfind("\n"), message)


def _routes(words: tuple[Word, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Index of the first word and the names of each ``a.b.c``; a call's name is no part of it."""
    index = 0
    while index < len(words):
        word = words[index]
        after = words[index - 1].text if index else ""
        if word.kind != "name" or word.text in _RESERVED or after == ".":
            index += 1
            continue
        end = index + 1
        while end + 1 < len(words) and words[end].text == "." and words[end + 1].kind == "name":
            end += 2
        names = [word.text for word in words[index:end:2]]
        if end < len(words) and words[end].text == "(":
            names.pop()
        if names:
            yield index, tuple(names)
        index = end


def _built(words: tuple[Word, ...]) -> Iterator[tuple[int, str]]:
    opened: list[bool] = []
    for index, word in enumerate(words):
        if word.text == "{":
            yield word.start, "maps cannot be built here"
        elif word.text == "[":
            before = words[index - 1] if index else None
            indexing = before is not None and (
                before.text in {")", "]"}
                or (before.kind == "name" and before.text not in _RESERVED)
            )
            if not indexing and any(opened):
                yield word.start, "lists inside lists cannot be built here"
            opened.append(not indexing)
        elif word.text == "]" and opened:
            opened.pop()
        elif (
            opened
            and opened[-1]
            and not (
                word.kind in {"text", "number"} or word.text in _LITERALS or word.text in {",", "-"}
            )
        ):
            yield word.start, f"{code(word.text)} is not allowed in a list: only literals are"
            return


def _deep(words: tuple[Word, ...]) -> Iterator[tuple[int, str]]:
    calls: list[bool] = []
    for index, word in enumerate(words):
        if word.text == "(":
            calls.append(
                index > 1 and words[index - 1].text in MACROS and words[index - 2].text == "."
            )
            if calls[-1] and sum(calls) > DEEPEST_MACRO:
                yield (
                    words[index - 1].start,
                    f"more than {DEEPEST_MACRO} nested `all`, `exists` or `filter`",
                )
                return
        elif word.text == ")" and calls:
            calls.pop()


def _misspelled(
    words: tuple[Word, ...], fields: Container[str], known: frozenset[str]
) -> Iterator[tuple[int, str]]:
    """Misspelled fields of a macro's variable; with an empty list, the engine reports none."""
    bound = {
        words[index + 2].text
        for index in range(len(words) - 3)
        if words[index].text in MACROS
        and words[index + 1].text == "("
        and words[index + 3].text == ","
    }
    for index, route in _routes(words):
        if route[0] in bound and len(route) > 1 and route[1] not in fields:
            yield (
                words[index + 2].start,
                f"{code(route[1])} is not a field of a list element{did_you_mean(route[1], known)}",
            )
