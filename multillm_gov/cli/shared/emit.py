"""Writing a finished report: settle the formats, render all, write all, return the exit code."""

import os
from collections.abc import Sequence
from pathlib import Path

from multillm_gov.cli.shared.options import OutputTarget
from multillm_gov.cli.shared.terminal import is_terminal, screen_of_call
from multillm_gov.errors import UsageError
from multillm_gov.rendering.renderers import format_of_ending, is_binary, renderer
from multillm_gov.report import Report
from multillm_gov.sources.output import append_bytes, write_bytes, write_stdout

_STDOUT = Path("-")
_SHARED = "GITHUB_STEP_SUMMARY"
"""Environment variable with a file that several steps write to: results are appended."""


def emit(
    report: Report,
    targets: Sequence[OutputTarget],
    output: Path | None,
    default: str = "text",
    *,
    every: bool = True,
) -> int:
    """Render a report in every requested format, write them, and return its exit code.

    All are rendered before any is written, files before stdout. A format never changes the verdict.

    Args:
        report: What is written; it owns the verdict.
        targets: Requested formats, each with its file; one without follows ``output``.
        output: File of a single result; ``None`` or ``-`` is stdout. Its ending implies a format.
        default: Format where nothing else says.
        every: Whether stdout shows what text folds, and more findings than a reader takes in; a
            file has everything.

    Raises:
        UsageError: two results for one place, or a binary format for a terminal.
        MissingExtraError: a format needs a package that is not installed.
        OutputError: a result could not be written.
    """
    settled = _settle(targets, output, default)
    rendered = [(path, _rendered(report, name, path, every=every)) for name, path in settled]
    for path, data in sorted(rendered, key=lambda each: each[0] == _STDOUT):
        _write(path, data)
    return report.verdict.exit_code


def _settle(
    targets: Sequence[OutputTarget], output: Path | None, default: str
) -> list[tuple[str, Path]]:
    """A format and a place for each result; ``-`` is stdout."""
    if output is not None:
        if len(targets) > 1 or any(target.path for target in targets):
            raise UsageError(
                "--output takes one result, and --format asks for several or names its own file",
                "Name each file with its format: `--format sarif=a.sarif --format junit=b.xml`.",
            )
        name = targets[0].format if targets else _by_ending(output) or default
        return [(name, output)]
    settled = [(target.format, target.path or _STDOUT) for target in targets] or [
        (default, _STDOUT)
    ]
    places: dict[str, str] = {}
    for name, path in settled:
        place = "-" if path == _STDOUT else os.path.realpath(path)
        if place in places:
            target = "stdout" if place == "-" else f"`{path}`"
            raise UsageError(
                f"{places[place]} and {name} would both go to {target}",
                f"Name another file for one of them: `--format {name}=FILE`.",
            )
        places[place] = name
    return settled


def _rendered(report: Report, name: str, path: Path, *, every: bool) -> bytes:
    if path != _STDOUT:
        return renderer(name)(report)
    if is_terminal() and is_binary(name):
        raise UsageError(f"{name.upper()} is not for a terminal", f"Add `--output report.{name}`.")
    screen = screen_of_call()
    if name == "text":
        from multillm_gov.rendering.formats.text import render as render_text

        return render_text(
            report,
            color=screen.color,
            width=screen.width,
            folder=screen.folder,
            root=screen.root,
            every=every,
        )
    if name == "concise":
        from multillm_gov.rendering.formats.concise import render as render_concise

        return render_concise(report, color=screen.color, folder=screen.folder, root=screen.root)
    return renderer(name)(report)


def _write(path: Path, data: bytes) -> None:
    if path == _STDOUT:
        write_stdout(data)
    elif os.environ.get(_SHARED) == str(path):
        append_bytes(path, data)
    else:
        write_bytes(path, data)


def _by_ending(output: Path) -> str | None:
    return format_of_ending(output.suffix)
