"""Options that several commands share, so that each means the same everywhere."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from multillm_gov.rendering.formats import formats
from multillm_gov.workflows.gate import GATES

_F = TypeVar("_F", bound=Callable[..., Any])


def format_option(function: _F) -> _F:
    """``--format``: passed as ``format_name``, ``None`` where not given; ``emit`` settles it."""
    return click.option(
        "--format",
        "-f",
        "format_name",
        type=click.Choice(formats()),
        help="Format of the result. [default: by --output]",
    )(function)


def output_option(function: _F) -> _F:
    """``--output``: passed as ``output``, ``None`` for stdout."""
    return click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path),
        help="File to write; its ending chooses the format. [default: stdout]",
    )(function)


def as_of_option(function: _F) -> _F:
    """``--as-of``: passed as ``as_of``, ``None`` where not given (then ``today()``, or the commit's day)."""
    return click.option(
        "--as-of",
        callback=_day,
        metavar="DATE",
        help="Day to judge dates against, such as 2026-11-24. [default: today]",
    )(function)


def fail_on_option(function: _F) -> _F:
    """``--fail-on``: passed as ``fail_on``, ``None`` where not given; ``workflows.gate`` settles it."""
    return click.option(
        "--fail-on",
        type=click.Choice(GATES),
        help="Least severity that exits 1. [default: `fail_on` in govern.yaml, or error]",
    )(function)


def root_option(function: _F) -> _F:
    """``--root``: passed as ``root``, ``None`` where not given (then the nearest portfolio at or above)."""
    return click.option(
        "--root",
        "-C",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="The portfolio's root. [default: the nearest folder above with govern.yaml or allocations/]",
    )(function)


def today() -> date:
    """The current day in UTC, so that a build farm and its users agree."""
    return datetime.now(UTC).date()


def _day(ctx: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """Take a day only as ISO 8601 writes it in full; the shorter spellings are easy to misread."""
    if value is None:
        return None
    with suppress(ValueError):
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            return date.fromisoformat(value)
    raise click.BadParameter(f"`{value}` is not a day; write it as 2026-11-24", ctx, parameter)
