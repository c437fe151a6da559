"""What the screen of a call can show: its width, color, links, and where the portfolio lies."""

import os
import re
import sys
from contextlib import suppress
from pathlib import Path

import click
from msgspec import Struct

from multillm_gov.errors import GovernError
from multillm_gov.rendering.plain.escaping import visible, without_commands
from multillm_gov.rendering.plain.width import width, wrap
from multillm_gov.sources.root import split_paths

WIDTH = 80
"""Cells of a line where neither ``COLUMNS`` nor a terminal says."""
_NARROWEST, _WIDEST = 40, 120
"""Longer lines of prose are hard to read, however wide the terminal is."""
_LINKING_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio")
_LINKING_VARIABLES = ("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM")
_LINKING_TERMS = ("xterm-kitty", "alacritty", "foot", "xterm-ghostty", "wezterm")
_VTE = 5000
"""First version of the library of GNOME's terminals that shows links."""


class Screen(Struct, frozen=True, kw_only=True):
    """Where text is read."""

    width: int = WIDTH
    color: bool = False
    folder: str = ""
    """The portfolio's folder as seen from the current one, with ``/`` last; may be empty."""
    root: str = ""
    """The portfolio's absolute folder where the terminal shows links; else empty."""


def is_terminal() -> bool:
    """Whether stdout is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def screen_of_call() -> Screen:
    """Of the command that runs, as its options and the environment say."""
    top = _portfolio()
    folder = "" if top is None else os.path.relpath(top)
    return Screen(
        width=screen_width(),
        color=is_terminal() and _may_color(),
        folder="" if folder in {"", "."} else f"{folder}/",
        root=str(top) if top is not None and is_terminal() and _shows_links() else "",
    )


def screen_width() -> int:
    """``COLUMNS``, else the terminal's columns, else 80; within what is legible."""
    with suppress(ValueError):
        columns = int(os.environ.get("COLUMNS", ""))
        if columns > 0:
            return min(max(columns, _NARROWEST), _WIDEST)
    if is_terminal():
        with suppress(OSError, ValueError):
            columns = os.get_terminal_size(sys.stdout.fileno()).columns
            return min(max(columns, _NARROWEST), _WIDEST) if columns else WIDTH
    return WIDTH


def _may_color() -> bool:
    """No color where the user, the terminal or https://no-color.org says so."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _shows_links() -> bool:
    """Whether the terminal is known to open links (OSC 8); others may print them as litter."""
    if not _may_color() or os.environ.get("CI"):
        return False
    known = os.environ.get
    vte = known("VTE_VERSION", "")
    return (
        known("TERM_PROGRAM", "") in _LINKING_PROGRAMS
        or known("TERM", "") in _LINKING_TERMS
        or any(known(name) for name in _LINKING_VARIABLES)
        or (vte.isdecimal() and int(vte) >= _VTE)
    )


def _portfolio() -> Path | None:
    """The root that the running command judges; ``None`` where it is not on this disk."""
    context = click.get_current_context(silent=True)
    given = context.params if context is not None else {}
    with suppress(GovernError, OSError):
        return split_paths(given.get("paths") or (), given.get("root"))[0]
    return None


def fit_text(text: str, size: int | None = None) -> str:
    """Lines of text that keep to the screen, control characters written out; indentation stays.

    What is broken goes on two cells further in, so that an example in YAML keeps its meaning.
    """
    most = screen_width() if size is None else size
    lines: list[str] = []
    for line in map(visible, text.splitlines()):
        if width(line) <= most:
            lines.append(line)
            continue
        margin = line[: len(line) - len(line.lstrip(" "))]
        room = max(most - len(margin), _NARROWEST // 2)
        first, *rest = _broken(line[len(margin) :], room)
        lines += [f"{margin}{first}", *(f"{margin}  {more}" for more in rest)]
    return without_commands("\n".join(lines))


def _broken(text: str, room: int) -> list[str]:
    """Lines of a text: the first keeps its inner spaces, others have two cells less."""
    lines = wrap(text, room - 2)
    pieces = re.split(r"(\s+)", text)
    remaining = "".join(pieces[: 2 * len(lines[0].split()) - 1])
    return [remaining if width(remaining) <= room else lines[0], *lines[1:]]


def show_text(text: str, *, err: bool = False) -> None:
    """Print lines of text that keep to the screen."""
    click.echo(fit_text(text), err=err)
