"""What commands share that send calls or compare models: options and the course of a run."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

import click
from msgspec import Struct

from multillm_gov import exits
from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import OutputTarget, money, today
from multillm_gov.cli.shared.progress import Meter
from multillm_gov.report import Report

if TYPE_CHECKING:
    from multillm_gov.evaluation.running import Progress
    from multillm_gov.workflows.evaluation.sending import RunResult

_Option = Callable[[Callable[..., Any]], Callable[..., Any]]
_POINTS = 100
"""Points of a share of 1."""

_SENDING = (
    click.option(
        "--plan",
        "plan_only",
        is_flag=True,
        help="Print what would be sent with its worst-case cost; send nothing.",
    ),
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
        help="Most calls in flight.",
    ),
    click.option(
        "--provider-concurrency",
        type=click.IntRange(1, 512),
        metavar="N",
        help="Most calls in flight at one provider. [default: as --concurrency]",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(0.1, 3_600),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        help="Timeout of one call.",
    ),
    click.option(
        "--total-timeout",
        type=click.FloatRange(0.1, 86_400),
        metavar="SECONDS",
        help="Timeout of the whole run.",
    ),
    click.option(
        "--offline",
        is_flag=True,
        help="Call a server on this machine instead of the providers; costs nothing.",
    ),
    click.option("--no-write", is_flag=True, help="Write no evidence."),
)
_CASSETTES = (
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
        help="The difference that matters; the report says how many cases it takes to show it.",
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
        help="Seed of everything drawn at random.",
    ),
)


class Planned(Protocol):
    """What may be sent; nothing was."""

    def report(self) -> Report:
        """The plan as a report."""
        ...

    def check(self) -> None:
        """Refuse what may cost too much."""
        ...


_Plan = TypeVar("_Plan", bound=Planned)


class Delivery(Struct, frozen=True):
    """Where the result of a command goes."""

    targets: Sequence[OutputTarget]
    output: Path | None


def sending_options(*, cassettes: bool = True) -> _Option:
    """``--plan`` as ``plan_only``, and the other options as one `SendingOptions`: ``sending``.

    Args:
        cassettes: Whether the command can record its calls and replay them.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def build(*words: object, **given: Any) -> object:  # noqa: ANN401 - options of any type
            from multillm_gov.workflows.evaluation.sending import SendingOptions

            no_write = given.pop("no_write")
            sending = SendingOptions(
                max_usd=given.pop("max_usd"),
                unknown_price_allowed=given.pop("allow_unknown_price"),
                concurrency=given.pop("concurrency"),
                provider_concurrency=given.pop("provider_concurrency"),
                timeout_seconds=given.pop("timeout"),
                total_seconds=given.pop("total_timeout"),
                offline=given.pop("offline"),
                record=given.pop("record", None),
                replay=given.pop("replay", None),
                # What is shown today is no evidence of a day to come.
                write=not no_write and (given["as_of"] or today()) <= today(),
            )
            return function(*words, sending=sending, **given)

        return _with(_SENDING[:-1] + (_CASSETTES if cassettes else ()) + _SENDING[-1:], build)

    return decorate


def comparing_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--difference``, ``--margin`` (in points) and ``--seed`` as one `Margins`: ``margins``."""

    @wraps(function)
    def build(*words: object, **given: Any) -> object:  # noqa: ANN401 - options of any type
        from multillm_gov.evaluation.bench.paired_comparison import Margins

        margins = Margins(
            difference=given.pop("difference") / _POINTS,
            non_inferiority=given.pop("margin") / _POINTS,
            seed=given.pop("seed"),
        )
        return function(*words, margins=margins, **given)

    return _with(_COMPARING, build)


def carry_out(
    ctx: click.Context,
    planned: _Plan,
    run: "Callable[[_Plan, Callable[[Progress], None]], RunResult]",
    delivery: Delivery,
    *,
    plan_only: bool,
) -> NoReturn:
    """Show the plan, or run it and show what it led to; then exit."""
    if plan_only:
        code = emit(planned.report(), delivery.targets, delivery.output)
        planned.check()
        ctx.exit(code)
    with Meter() as meter:
        result = run(planned, meter.show)
    code = emit(result.report, delivery.targets, delivery.output)
    ctx.exit(exits.INTERRUPTED if result.interrupted else code)


def _with(options: Sequence[_Option], function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(options):
        function = option(function)
    return function
