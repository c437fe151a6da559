"""Hostile files end in a finding, in bounded time."""

import time

import pytest

from multillm_gov.documents.decoding import MAX_BYTES
from multillm_gov.documents.yaml_reader import MAX_EVENTS

SECONDS = 15
"""Generous: the slowest of these takes a fifth of it on a slow machine."""
HALF = MAX_BYTES // 2

CASES = {
    "opening brackets": ("[" * HALF, "unsafe-yaml"),
    "opening braces": ("a: " + "{" * HALF, "unsafe-yaml"),
    "closed brackets": ("a:\n  b: " + "[" * 2_000 + "]" * 2_000, "unsafe-yaml"),
    "nested blocks": ("".join(" " * depth + "a:\n" for depth in range(1_000)), "unsafe-yaml"),
    "dashes": ("- " * (HALF // 2), "unsafe-yaml"),
    "opening quotes": ('a: "' + "x\n" * (HALF // 2), "syntax"),
    "explicit keys": ("? " * (HALF // 2), "syntax"),
    "one key for ever": ("a: 1\n" * (HALF // 5), "duplicate-key"),
    "documents": ("---\n" * (HALF // 4), "syntax"),
    "directives": ("%TAG ! a\n" * (HALF // 9), "syntax"),
    "too many values": (f"[{'1,' * MAX_EVENTS}]", "unsafe-yaml"),
    "a huge number": ("a: " + "9" * HALF, "ambiguous-scalar"),
    "a huge key": ("x" * HALF + ": 1", "syntax"),
    "colons": (":" * HALF + "\n- ]", "syntax"),
    "hidden characters": ("a: " + "\u202e" * (HALF // 3), "unsafe-yaml"),
    "control characters": ("\x01" * HALF, "unsafe-yaml"),
    "a laugh": (
        "a0: &a0 [lol]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)),
        "unsafe-yaml",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_text_is_refused_in_bounded_time(read, name):
    text, kind = CASES[name]
    assert len(text.encode()) <= MAX_BYTES
    started = time.perf_counter()
    _, flaws = read(text)
    assert time.perf_counter() - started < SECONDS
    assert flaws[-1].kind == kind
    assert (
        sum(len(flaw.message) + len(flaw.remedy) + len(flaw.location.source_line) for flaw in flaws)
        < 400_000
    )


def test_a_file_over_the_limit_is_not_even_decoded(read):
    data = b"\xff" * (50 * 2**20)
    started = time.perf_counter()
    document, (flaw,) = read(data)
    assert time.perf_counter() - started < 10
    assert document is None
    assert flaw.message == "the file has 50.0 MiB; at most 5 MiB are read"


def test_reading_is_linear(read, lines_run):
    entry = (
        "  t{}: {{route: [{{model: a/b, weight: 70}}, {{model: c}}], purpose: Blog posts, "
        "tags: [x, y]}}\n"
    )

    def lines(count):
        text = "task_classes:\n" + "".join(entry.format(number) for number in range(count))
        return lines_run(lambda: read(text))

    assert lines(4_000) < 8 * 1.05 * lines(500)
