"""One line on stderr for people who wait longer than a second at a terminal."""

import sys
from time import monotonic
from typing import Self

_PATIENCE_SECONDS = 1.0


class Waiting:
    """Says what is being done; silent in a pipe, in a log, and within the first second."""

    def __init__(self) -> None:
        self._watched = sys.stderr is not None and sys.stderr.isatty()
        self._since = monotonic()
        self._shown = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._write(f"\r{' ' * self._shown}\r")

    def tell(self, doing: str) -> None:
        """Show what is done next in the place of what was shown before."""
        if self._watched and monotonic() - self._since >= _PATIENCE_SECONDS:
            line = f"govern: {doing} …"
            self._write(f"\r{line.ljust(self._shown)}")
            self._shown = len(line)

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):  # nobody watches any more
            self._watched = False
