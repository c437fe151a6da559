"""No string that a user can see uses a banned word; numbers and percent signs are written one
way."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "multillm_gov"
BANNED = {
    "hang, hangs, hanging": r"\bhang(s|ing)?\b",
    "mend, mends, mended, mending": r"\bmend(s|ed|ing)?\b",
    "told, tells": r"\b(told|tells)\b",
    "borne": r"\bborne\b",
    "bite, bites": r"\bbites?\b",
    "asked of": r"\basked of\b",
    "asked for": r"\basked for\b",
    "held against": r"\bheld against\b",
    "goes away": r"\bgoes away\b",
    "speaks of": r"\bspeaks of\b",
    "touched": r"\btouched\b",
    "struck": r"\bstruck\b",
    "time-out": r"\btime-outs?\b",
    "standing by": r"\bstanding by\b",
    "a space before a percent sign": r"\d %(?![\w(])",
}
ALLOWED = ("asked for a demo", "asked for the list of customers")
"""Phrases in which a banned word is meant literally."""


def places() -> list[str]:
    """The rooms of the package and the files beside it, by name."""
    rooms = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*")
        if path.suffix in {".py", ".yaml", ".yml"}
    }
    texts = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "action.yml"]
    texts += [*ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/workflows/*.y*ml")]
    return sorted(rooms) + sorted(str(path.relative_to(ROOT)) for path in texts if path.is_file())


@pytest.mark.parametrize("place", places())
def test_no_banned_word(place: str) -> None:
    assert not list(problems(place))


def problems(place: str) -> Iterator[str]:
    """``path:line: word: text`` of every banned word in a room or file."""
    for path, line, text in visible_texts(place):
        judged = re.sub("|".join(map(re.escape, ALLOWED)), "", text) if ALLOWED else text
        for word, pattern in BANNED.items():
            if re.search(pattern, judged, re.IGNORECASE):
                yield f"{path}:{line}: {word}: {text.strip()[:120]}"


def visible_texts(place: str) -> Iterator[tuple[str, int, str]]:
    """Path, line and text of everything below a room or file that a user can see."""
    room = PACKAGE / place
    paths = sorted(room.rglob("*")) if room.is_dir() else [room if room.is_file() else ROOT / place]
    for path in paths:
        name = str(path.relative_to(ROOT))
        if path.suffix == ".py":
            for line, text in _strings(path):
                yield name, line, text
        elif path.suffix in {".md", ".yaml", ".yml", ".j2", ".typ"}:
            for number, text in enumerate(path.read_text().splitlines(), 1):
                yield name, number, text


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    """String constants, an f-string's values as ``0``; docstrings only where click shows them."""
    tree = ast.parse(path.read_text())
    commands = {
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.decorator_list
    }
    in_cli = path.relative_to(PACKAGE).parts[0] == "cli"
    unseen = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and not (in_cli and node in commands)
    }
    parts = {
        part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    for node in ast.walk(tree):
        if node in unseen:
            continue
        if isinstance(node, ast.JoinedStr):
            yield (
                node.lineno,
                "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "0"
                    for part in node.values
                ),
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in parts:
            yield node.lineno, node.value
