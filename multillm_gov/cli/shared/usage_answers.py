"""``govern usage status``, ``explain-change`` and ``reconcile``."""

from datetime import date
from decimal import Decimal

import click

from multillm_gov.cli.shared.emit import emit
from multillm_gov.cli.shared.options import (
    SharedOptions,
    day_option,
    money,
    shared_options,
)


@click.command("status", short_help="Actual, forecast, cap, why, and what to do.")
@shared_options()
@click.pass_context
def status(
    ctx: click.Context,
    /,
    *,
    shared: SharedOptions,
) -> None:
    """The month-end page: actual, forecast and cap by task class, owner and provider; why; to do.

    The forecast has weekday and weekend means, a trend where it is significant, and an interval.

    \b
    Examples:
      govern usage status
      govern usage status --as-of 2026-11-20 --output usage.html
    """
    from multillm_gov.workflows.usage.status import usage_status

    ctx.exit(emit(usage_status(as_of=shared.day, root=shared.root), shared.targets, shared.output))


@click.command("explain-change", short_help="Why spend changed between two periods.")
@click.argument("before")
@click.argument("after")
@click.option(
    "--rate-before",
    callback=money,
    metavar="RATE",
    default="1",
    show_default=True,
    help="Units of the reported currency per unit of the portfolio's, in BEFORE.",
)
@click.option(
    "--rate-after",
    callback=money,
    metavar="RATE",
    default="1",
    show_default=True,
    help="The same in AFTER; the difference is shown as currency.",
)
@shared_options()
@click.pass_context
def explain_change(
    ctx: click.Context,
    /,
    before: str,
    after: str,
    *,
    rate_before: Decimal,
    rate_after: Decimal,
    shared: SharedOptions,
) -> None:
    """Split the change of spend from BEFORE to AFTER into effects that sum to it exactly.

    Volume, failover, tier, mix between models and between sizes, tokens per request, cache share,
    price, currency. A period is a month, a span of days, or a revision: the 28 days up to it.

    \b
    Examples:
      govern usage explain-change 2026-09 2026-10
      govern usage explain-change 2026-10-01..2026-10-14 2026-11-01..2026-11-14
      govern usage explain-change v1 HEAD
    """
    from multillm_gov.workflows.usage.changing import explain_change_between

    report = explain_change_between(
        before, after, as_of=shared.day, root=shared.root, rates=(rate_before, rate_after)
    )
    ctx.exit(emit(report, shared.targets, shared.output))


@click.command("reconcile", short_help="Compare a gateway's log with a provider's bill.")
@click.argument("gateway")
@click.argument("provider")
@click.option(
    "--bill-as",
    default="",
    metavar="NAME",
    help="The provider as its bill names it. [default: the same]",
)
@day_option("--first", "First day. [default: first day of the bill]")
@day_option("--last", "Last day. [default: last day of the bill]")
@shared_options()
@click.pass_context
def reconcile(
    ctx: click.Context,
    /,
    gateway: str,
    provider: str,
    *,
    bill_as: str,
    shared: SharedOptions,
    **days: date | None,
) -> None:
    """Compare GATEWAY's log with PROVIDER's bill over the same days, and explain the difference.

    Missing requests, missing token kinds, formula, price list, tier, discount, currency and time
    zone, in amounts that sum to the difference; what no figure explains is called unexplained.

    \b
    Examples:
      govern usage reconcile litellm-spend-logs openai
      govern usage reconcile litellm-spend-logs bedrock \\
        --bill-as amazon-web-services
    """
    from multillm_gov.workflows.usage.reconciling import ReconcileOptions, reconcile_usage

    options = ReconcileOptions(
        gateway=gateway, provider=provider, bill_as=bill_as, first=days["first"], last=days["last"]
    )
    ctx.exit(
        emit(
            reconcile_usage(options, as_of=shared.day, root=shared.root),
            shared.targets,
            shared.output,
        )
    )


@click.command("unit-costs", short_help="What a request, an answer and an outcome cost.")
@shared_options()
@click.pass_context
def unit_costs(
    ctx: click.Context,
    /,
    *,
    shared: SharedOptions,
) -> None:
    """Show what a request, an accepted answer and a declared outcome cost, and the trend.

    28 days, compared with the 28 days before; paid against list prices, so that discounts already
    won are seen. Accepted answers need benchmark results, outcomes `outcomes:` in usage/.

    \b
    Examples:
      govern usage unit-costs
      govern usage unit-costs --format json
    """
    from multillm_gov.workflows.usage.unit_costs import usage_unit_costs

    ctx.exit(
        emit(usage_unit_costs(as_of=shared.day, root=shared.root), shared.targets, shared.output)
    )
