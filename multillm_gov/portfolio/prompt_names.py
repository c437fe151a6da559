"""The variables that a template reads, found without a template engine, which is slow to load."""

import re
from collections.abc import Iterator

_PIECE = re.compile(
    r"\{#.*?(?:#\}|\Z)|\{%-?\s*raw\s*-?%\}.*?(?:\{%-?\s*endraw\s*-?%\}|\Z)|\{\{|\{%", re.DOTALL
)
_TOKEN = re.compile(
    r"""(?P<end>-?[%}]\})|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<number>\d[\w.]*)"""
    r"""|(?P<name>[A-Za-z_]\w*)|(?P<sign>[^\s])""",
    re.DOTALL,
)
_WORDS = frozenset(
    {
        *(
            "and",
            "or",
            "not",
            "in",
            "is",
            "if",
            "else",
            "elif",
            "endif",
            "for",
            "endfor",
            "loop",
            "recursive",
        ),
        *("true", "false", "none", "True", "False", "None", "raw", "endraw"),
    }
)


def names_used(content: str, start: int) -> Iterator[tuple[str, int]]:
    """Every name that an expression reads, with its offset; names that loops bind are left out.

    It knows the language of prompts (see `providers.prompting`): text, ``{{ … }}``, ``if``,
    ``for``, filters and tests. Anything else is reported when the text is rendered.
    """
    bound: set[str] = set()
    position = start
    while opening := _PIECE.search(content, position):
        position = opening.end()
        if opening[0] not in ("{{", "{%"):
            continue
        tokens, position = _tokens(content, position)
        yield from _reads(tokens, bound, in_block=opening[0] == "{%")


def _tokens(content: str, position: int) -> tuple[list[tuple[str, str, int]], int]:
    """Kind, text and offset of the tokens of one tag, and where it ends."""
    found: list[tuple[str, str, int]] = []
    while token := _TOKEN.search(content, position):
        position = token.end()
        if token.lastgroup == "end":
            break
        found.append((token.lastgroup or "", token[0], token.start()))
    else:
        position = len(content)
    return found, position


def _reads(
    tokens: list[tuple[str, str, int]], bound: set[str], *, in_block: bool
) -> Iterator[tuple[str, int]]:
    if in_block and tokens and tokens[0][1] == "for":
        end = next((index for index, token in enumerate(tokens) if token[1] == "in"), len(tokens))
        bound |= {text for kind, text, _ in tokens[1:end] if kind == "name"}
        tokens = tokens[end:]
    before = ""
    for kind, text, offset in tokens:
        # After a dot, a bar or `is` stands the name of an attribute, a filter or a test.
        is_read = kind == "name" and text not in _WORDS and before not in {".", "|", "is", "is not"}
        if is_read and text not in bound:
            yield text, offset
        before = f"{before} not" if before == "is" and text == "not" else text
