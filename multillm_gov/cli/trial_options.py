"""Options that the commands share which send calls to models, or compare models."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from multillm_gov.cli.options import money

_F = TypeVar("_F", bound=Callable[..., Any])

_SENDING = (
    click.option(
        "--max-usd",
        callback=money,
        metavar="USD",
        help="Most that the run may cost, in US dollars. [default: 1.00]",
    ),
    click.option(
        "--allow-unknown-price", is_flag=True, help="Also send to models whose price is not known."
    ),
    click.option(
        "--concurrency",
        type=click.IntRange(1, 512),
        default=8,
        show_default=True,
        help="Calls in flight, all together.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(0.1, 3_600),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        help="For one call.",
    ),
    click.option(
        "--offline",
        is_flag=True,
        help="Ask a server on this machine instead of the providers; costs nothing.",
    ),
    click.option(
        "--record",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Record all calls to a cassette.",
    ),
    click.option(
        "--replay",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Answer from a cassette; send nothing.",
    ),
)
_COMPARING = (
    click.option(
        "--difference",
        type=click.FloatRange(0.1, 100),
        default=5.0,
        show_default=True,
        metavar="POINTS",
        help="The difference that matters: how many cases it takes to see it is told.",
    ),
    click.option(
        "--margin",
        type=click.FloatRange(0, 100),
        default=1.0,
        show_default=True,
        metavar="POINTS",
        help="How much worse still counts as not worse.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(0, 2**63 - 1),
        default=1,
        show_default=True,
        help="Of everything drawn at random.",
    ),
)


def sending_options(function: _F) -> _F:
    """``--max-usd`` to ``--replay``, passed by their names: what may be spent, how calls are sent, who answers."""
    return _all(_SENDING, function)


def comparing_options(function: _F) -> _F:
    """``--difference``, ``--margin`` (both in points) and ``--seed``."""
    return _all(_COMPARING, function)


def no_write_option(function: _F) -> _F:
    """``--no-write``: passed as ``no_write``."""
    return click.option("--no-write", is_flag=True, help="Write no evidence.")(function)


def _all(options: tuple[Callable[[_F], _F], ...], function: _F) -> _F:
    for option in reversed(options):
        function = option(function)
    return function
