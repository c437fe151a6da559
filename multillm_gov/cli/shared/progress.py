"""One line on stderr for people who wait at a terminal; nothing in a pipe or a log."""

import sys
from time import monotonic
from typing import TYPE_CHECKING, Self

from multillm_gov.units import format_money

if TYPE_CHECKING:
    from multillm_gov.evaluation.running import Progress
    from multillm_gov.warehouse.importing import ImportProgress

_PATIENCE_SECONDS = 1.0
_REFRESH_SECONDS = 0.1


class _Line:
    """A line that is rewritten in place, and cleared at the end so that the result stands alone."""

    def __init__(self) -> None:
        self._watched = sys.stderr is not None and sys.stderr.isatty()
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._width:
            self._write(f"\r{' ' * self._width}\r")

    def _show(self, line: str) -> None:
        self._write(f"\r{line.ljust(self._width)}")
        self._width = len(line)

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):  # nobody watches any more
            self._watched = False


class Waiting(_Line):
    """Names the current step, from the second second on."""

    def __init__(self) -> None:
        super().__init__()
        self._since = monotonic()

    def tell(self, doing: str) -> None:
        """Show the next step in the place of the last one."""
        if self._watched and monotonic() - self._since >= _PATIENCE_SECONDS:
            self._show(f"govern: {doing} …")


class Meter(_Line):
    """Shows how far a run is, at most ten times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._shown_at = -_REFRESH_SECONDS

    def show(self, progress: "Progress") -> None:
        """Show how far the run is."""
        if self._watched and progress.seconds - self._shown_at >= _REFRESH_SECONDS:
            self._shown_at = progress.seconds
            self._show(progress_line(progress))


def progress_line(progress: "Progress") -> str:
    """``12 of 45 calls settled, 0.0123 USD so far, about 20 s left``."""
    spent = format_money(progress.spent_usd)
    line = f"{progress.done:,} of {progress.total:,} calls settled, {spent} so far"
    if not progress.done:
        return line
    left = progress.seconds / progress.done * (progress.total - progress.done)
    return f"{line}, about {left:,.0f} s left" if left >= 1 else line


class RowMeter(_Line):
    """Shows rows, rate and time left of a long import."""

    def __init__(self) -> None:
        super().__init__()
        self._since = monotonic()

    def show(self, progress: "ImportProgress") -> None:
        """Show how far the import is; the time left is known where the size of the file is."""
        if not self._watched:
            return
        seconds = max(monotonic() - self._since, 1e-3)
        line = f"{progress.file}: {progress.rows:,} rows, {progress.rows / seconds:,.0f} a second"
        if 0 < progress.done_bytes < progress.total_bytes:
            left = seconds / progress.done_bytes * (progress.total_bytes - progress.done_bytes)
            line += f", about {left:,.0f} s left"
        self._show(line)
