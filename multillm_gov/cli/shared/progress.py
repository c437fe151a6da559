"""One line on a terminal that says how far a run is; nothing where nobody watches."""

import sys
from typing import Self

from multillm_gov.evaluation.running import Progress
from multillm_gov.units import format_money

_REFRESH_SECONDS = 0.1


class Meter:
    """Rewrites one line of stderr; it is cleared at the end, so that the result stands alone."""

    def __init__(self) -> None:
        self._watched = sys.stderr is not None and sys.stderr.isatty()
        self._shown_at = -_REFRESH_SECONDS
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._width:
            self._write(f"\r{' ' * self._width}\r")

    def show(self, progress: Progress) -> None:
        """Show how far the run is, at most ten times a second."""
        if not self._watched or progress.seconds - self._shown_at < _REFRESH_SECONDS:
            return
        self._shown_at = progress.seconds
        line = progress_line(progress)
        self._write(f"\r{line.ljust(self._width)}")
        self._width = len(line)

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):  # nobody watches any more
            self._watched = False


def progress_line(progress: Progress) -> str:
    """``12 of 45 calls settled, 0.0123 USD so far, about 20 s left``."""
    line = f"{progress.done:,} of {progress.total:,} calls settled, {format_money(progress.spent_usd)} so far"
    if not progress.done:
        return line
    left = progress.seconds / progress.done * (progress.total - progress.done)
    return f"{line}, about {left:,.0f} s left" if left >= 1 else line
