"""Prompt files: front matter read strictly and in place, text taken as it is."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.documents.document import SourceFile
from multillm_gov.portfolio.prompts import MAX_HEADER, read_prompt

GOOD = b"""---
version: 3
description: Sorts tickets.
variables:
  ticket: {description: What the customer wrote}
  tone: {default: calm}
canaries:
  - {ticket: My invoice is wrong.}
system: You sort tickets.
---

Sort {{ ticket }}.
"""


def read(data: bytes):
    return read_prompt(SourceFile("prompts/p.md", data))


def told(data: bytes) -> list[tuple[str, str]]:
    return [(flaw.kind, str(flaw.location)) for flaw in read(data)[1]]


def test_all_parts_are_read() -> None:
    prompt, flaws = read(GOOD)
    assert flaws == ()
    assert prompt is not None
    assert (prompt.header.version, prompt.header.system, prompt.body) == (
        3,
        "You sort tickets.",
        "Sort {{ ticket }}.",
    )
    assert (prompt.body_line, prompt.is_template) == (12, True)
    assert prompt.digest == f"sha256:{sha256(GOOD).hexdigest()}"
    assert prompt.header.canaries == ({"ticket": "My invoice is wrong."},)
    assert [name for name, one in prompt.header.variables.items() if one.wanted] == ["ticket"]


@pytest.mark.parametrize(
    ("data", "same_digest"),
    [(GOOD.replace(b"\n", b"\r\n"), True), (b"\xef\xbb\xbf" + GOOD, False)],
)
def test_line_ends_change_nothing_and_byte_order_marks_the_digest_only(
    data: bytes, same_digest: bool
) -> None:
    prompt, flaws = read(data)
    assert flaws == ()
    assert prompt is not None
    assert (prompt.body, prompt.body_line) == ("Sort {{ ticket }}.", 12)
    assert (prompt.digest == read(GOOD)[0].digest) is same_digest  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "flaws"),
    [
        (b"---\nversoin: 3\n---\nx", [("schema", "prompts/p.md:2:1")]),
        (b"---\nversion: 3\nversion: 4\n---\nx", [("duplicate-key", "prompts/p.md:3:1")]),
        (
            b"---\nversion: !!python/object:os.system {}\n---\nx",
            [("unsafe-yaml", "prompts/p.md:2:10")],
        ),
        (b"---\nvariables: {a: {}, 'b c': {}}\n---\n{{ a }}", [("schema", "prompts/p.md:2:20")]),
        (b"---\ncanaries: [{a: {deep: 1}}]\n---\nx", [("schema", "prompts/p.md:2:16")]),
        (b"---\na: [\n---\nx", [("syntax", "prompts/p.md:3:1")]),
        (b"---\n- a\n---\nx", [("schema", "prompts/p.md:2:1")]),
        (b"---\nversion: 3\n", [("prompt", "prompts/p.md:1:1")]),
        (b"\xff\xfe", [("unreadable-file", "prompts/p.md:1:1")]),
        (b"x" * (2**20 + 1), [("prompt", "prompts/p.md:1:1")]),
        (b"---\n# " + b"x" * MAX_HEADER + b"\n---\nx", [("prompt", "prompts/p.md:1:1")]),
    ],
)
def test_a_flaw_has_its_place_in_the_file(data: bytes, flaws: list[tuple[str, str]]) -> None:
    assert told(data) == flaws


def test_an_empty_front_matter_and_rulers_in_plain_text() -> None:
    prompt, flaws = read(b"---\n---\n{{ x }}")
    assert (prompt is not None and prompt.is_template, [flaw.kind for flaw in flaws]) == (
        True,
        ["prompt"],
    )
    plain, flaws = read(b"A text.\n---\nAnother {{ part }}.\n")
    assert flaws == ()
    assert plain is not None
    assert (plain.is_template, plain.body) == (False, "A text.\n---\nAnother {{ part }}.")


def test_many_names_are_told_up_to_a_bound() -> None:
    text = " ".join(f"{{{{ name{number} }}}}" for number in range(5_000))
    assert len(told(f"---\n---\n{text}".encode())) == 20


@given(st.text(alphabet="{}%#-| \n'\"abin:.()[]", max_size=200))
def test_any_text_is_read(text: str) -> None:
    prompt, flaws = read(f"---\nvariables: {{a: {{}}}}\n---\n{text}".encode())
    assert prompt is not None or flaws
    lines = f"---\nvariables: {{a: {{}}}}\n---\n{text}".count("\n") + 1
    assert all(1 <= flaw.location.line <= lines for flaw in flaws)
