"""Writing a finished report: pick the format, render, write all of it, answer the exit code."""

import os
import sys
from pathlib import Path

from multillm_gov.errors import UsageError
from multillm_gov.rendering.formats import formats, renderer
from multillm_gov.report import Report
from multillm_gov.sources.output import write_bytes, write_stdout

_ENDINGS = {"md": "markdown", "txt": "text", "htm": "html"}
_BINARY = ("pdf",)


def emit(report: Report, format_name: str | None, output: Path | None, default: str = "text") -> int:
    """Render a report, write it to a file or to stdout, and return the exit code its verdict asks for.

    Args:
        report: What to tell; it owns the verdict.
        format_name: As asked; else the output's ending decides, else ``default``.
        output: File to write; ``None`` or ``-`` means stdout.
        default: Format where nothing else says.

    Raises:
        UsageError: a binary format would go to a terminal.
        MissingExtraError: the format needs a package that is not installed.
        OutputError: the result could not be written.
    """
    to_stdout = output is None or str(output) == "-"
    chosen = format_name or (_by_ending(output) if output else None) or default
    terminal = to_stdout and sys.stdout is not None and sys.stdout.isatty()
    if terminal and chosen in _BINARY:
        raise UsageError(f"{chosen.upper()} is not for a terminal", f"Add `--output report.{chosen}`.")
    data = _colored(report) if chosen == "text" and terminal and _may_color() else renderer(chosen)(report)
    if to_stdout or output is None:
        write_stdout(data)
    else:
        write_bytes(output, data)
    return report.verdict.exit_code


def _by_ending(output: Path) -> str | None:
    ending = output.suffix.lstrip(".").lower()
    name = _ENDINGS.get(ending, ending)
    return name if name in formats() else None


def _colored(report: Report) -> bytes:
    from multillm_gov.rendering.text import render

    return render(report, color=True)


def _may_color() -> bool:
    """No color where the user, the terminal or https://no-color.org says so."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
