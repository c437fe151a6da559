"""Options that several commands share, so that each means the same everywhere."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click
from msgspec import Struct

from multillm_gov.rendering.renderers import formats
from multillm_gov.workflows.gate import GATES

_F = TypeVar("_F", bound=Callable[..., Any])


class OutputTarget(Struct, frozen=True):
    """A requested result: a format and its file; ``None``: by ``--output``, else stdout."""

    format: str
    path: Path | None = None


def format_option(function: _F) -> _F:
    """``--format``: passed as ``targets``, empty where not given; ``emit`` settles them."""
    return click.option(
        "--format",
        "-f",
        "targets",
        multiple=True,
        callback=_targets,
        metavar="NAME[=FILE]",
        help=f"Format of the result: {', '.join(formats())}. With `=FILE` it goes to that file; "
        "repeat for more; at most one goes to stdout. [default: by --output]",
    )(function)


def output_option(function: _F) -> _F:
    """``--output``: passed as ``output``, ``None`` for stdout."""
    return click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path),
        help="File to write the one result to; its ending chooses the format. [default: stdout]",
    )(function)


def as_of_option(function: _F) -> _F:
    """``--as-of``: passed as ``as_of``; ``None`` where not given (then `today`)."""
    return click.option(
        "--as-of",
        callback=_day,
        metavar="DATE",
        help="Day to judge dates against, such as 2026-11-24. [default: today]",
    )(function)


def day_option(name: str, what: str, *, required: bool = False) -> Callable[[_F], _F]:
    """An option that takes a day, as ``--as-of`` does."""
    return click.option(name, callback=_day, metavar="DATE", help=what, required=required)


def all_option(what: str) -> Callable[[_F], _F]:
    """``--all``: passed as ``every``; what a short text leaves out is shown too."""
    return click.option("--all", "every", is_flag=True, help=what)


def at_option(verb: str) -> Callable[[_F], _F]:
    """``--at``: passed as ``revision``; ``None`` for the working tree, see `judged_day`."""
    return click.option(
        "--at",
        "revision",
        metavar="REV",
        help=f"Git revision to {verb}, as of the day it was committed unless --as-of names "
        "another. [default: the working tree]",
    )


def fail_on_option(function: _F) -> _F:
    """``--fail-on``: passed as ``fail_on``; ``None`` where not given, see `workflows.gate`."""
    return click.option(
        "--fail-on",
        type=click.Choice(GATES),
        help="Least severity that exits 1. [default: `fail_on` in govern.yaml, or error]",
    )(function)


def root_option(function: _F) -> _F:
    """``--root``: passed as ``root``; ``None`` where not given (then the nearest portfolio)."""
    return click.option(
        "--root",
        "-C",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="The portfolio's root. [default: the nearest folder above with govern.yaml or "
        "allocations/]",
    )(function)


class SharedOptions(Struct, frozen=True, kw_only=True):
    """What nearly every command that reports takes."""

    targets: tuple[OutputTarget, ...]
    output: Path | None
    fail_on: str | None
    as_of: date | None
    root: Path | None

    @property
    def day(self) -> date:
        """The requested day, else `today`."""
        return self.as_of or today()


def shared_options(*, gate: bool = False) -> Callable[[_F], _F]:
    """``--format``, ``--output``, ``--as-of`` and ``--root`` as one `SharedOptions`: ``shared``.

    Args:
        gate: Whether the command takes ``--fail-on``, too.
    """
    gates = (fail_on_option,) if gate else ()

    def decorate(function: _F) -> _F:
        @wraps(function)
        def build(*words: object, **given: Any) -> object:  # noqa: ANN401 - options of any type
            named = ("targets", "output", "as_of", "root")
            shared = SharedOptions(
                fail_on=given.pop("fail_on", None), **{name: given.pop(name) for name in named}
            )
            return function(*words, shared=shared, **given)

        decorated: Any = build
        for option in (root_option, as_of_option, *gates, output_option, format_option):
            decorated = option(decorated)
        return cast("_F", decorated)

    return decorate


def money(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Decimal | None:
    """A callback that takes an exact amount, never negative."""
    if value is None:
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount > 1_000_000:
        raise click.BadParameter(f"`{value}` is no amount; write it as 2.50", ctx, parameter)
    return amount


def today() -> date:
    """The current day in UTC, so that a build farm and its users agree."""
    return datetime.now(UTC).date()


def judged_day(as_of: date | None, root: Path | None, revision: str | None) -> date:
    """The requested day; else of a revision the day it was committed, which is said; else `today`.

    Raises:
        SourceError: no portfolio, or no git repository.
        RevisionError: the revision is unknown.
    """
    if as_of is not None or revision is None:
        return as_of or today()
    from multillm_gov.workflows.states import day_of

    day = day_of(root, revision)
    click.echo(f"Judged as of {day}, the day of `{revision}`; --as-of names another day.", err=True)
    return day


def _targets(
    ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[OutputTarget, ...]:
    """Split each at the first ``=``; a file must be named, as an unset variable does not."""
    targets = []
    for value in values:
        name, given, path = value.partition("=")
        if name not in formats():
            raise click.BadParameter(
                f"no format `{name}`; use one of {', '.join(formats())}", ctx, parameter
            )
        if given and not path:
            raise click.BadParameter(
                f"`{value}` names no file; write `{name}=FILE`", ctx, parameter
            )
        targets.append(OutputTarget(name, Path(path) if given else None))
    return tuple(targets)


def _day(ctx: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """Take a day only as ISO 8601 writes it in full; the shorter spellings are easy to misread."""
    if value is None:
        return None
    with suppress(ValueError):
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            return date.fromisoformat(value)
    raise click.BadParameter(f"`{value}` is not a day; write it as 2026-11-24", ctx, parameter)
