"""GOV302: after the loss of the largest entity, concentration stays within its limit."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.dimensions import Basis, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.after_loss import AfterLoss, after_loss
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.entity_exposure import (
    describe_basis,
    describe_entity,
    format_weight,
    loads_of,
)
from multillm_gov.rules.failover import failover_of
from multillm_gov.units import Share, format_share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code

_ROUNDING = 1e-9
"""Shares are floats: a share that equals its limit must not break it."""


class Parameters(Closed, frozen=True, kw_only=True):
    """The level at which the largest entity fails, and at least one limit for the rest."""

    level: Annotated[
        Level, Meta(description="Level of the entity that fails and of those that carry the rest")
    ] = Level.VENDOR
    weigh_by: Annotated[Basis, Meta(description="Basis of the shares")] = Basis.REQUESTS
    max_share: Annotated[
        Share | None,
        Meta(description="Largest share (0..1) that one entity may carry after the loss"),
    ] = None
    max_hhi: Annotated[
        Annotated[float, Meta(gt=0, le=10_000)] | None,
        Meta(
            description="Largest Herfindahl-Hirschman index after the loss, in points (0..10,000)"
        ),
    ] = None
    max_stopped: Annotated[
        Share | None,
        Meta(description="Largest share (0..1) that may stop because no fallback takes over"),
    ] = None

    def __post_init__(self) -> None:
        """Refuse a policy that limits nothing."""
        if self.max_share is None and self.max_hhi is None and self.max_stopped is None:
            raise ValueError("Expected a limit: `max_share`, `max_hhi` or `max_stopped`")


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield limits exceeded once the largest entity is lost; all of them if nothing is left."""
    level, basis = parameters.level, parameters.weigh_by
    before = loads_of(context).concentration(level, basis)
    if not before.shares:
        return
    loss = after_loss(context.tasks, failover_of(context), level, basis, before.largest[0])
    if (
        parameters.max_stopped is not None
        and loss.stopped_share > float(parameters.max_stopped) + _ROUNDING
    ):
        message = f"{_stops(loss, context)}; the limit is {format_share(parameters.max_stopped)}"
        yield _violation(
            context, loss, "max_stopped", message, loss.stopped_share, float(parameters.max_stopped)
        )
    if not loss.after.shares:
        for limit in ("max_share", "max_hhi"):
            allowed = getattr(parameters, limit)
            if allowed is not None:
                message = f"{_stops(loss, context)}; nothing is left to carry the rest"
                yield _violation(context, loss, limit, message, loss.stopped_share, float(allowed))
        return
    heir, share = loss.after.largest
    if parameters.max_share is not None and share > float(parameters.max_share) + _ROUNDING:
        who = describe_entity(level, heir)
        limit = format_share(parameters.max_share)
        message = (
            f"without {code(loss.failed)}, {who} carries {format_share(share)} of "
            f"{describe_basis(basis)}; the limit is {limit}"
        )
        yield _violation(context, loss, "max_share", message, share, float(parameters.max_share))
    if parameters.max_hhi is not None and loss.after.hhi > parameters.max_hhi + _ROUNDING:
        message = (
            f"without {code(loss.failed)}, the HHI of {describe_basis(basis)} by {level} is "
            f"{loss.after.hhi:,.0f} points; the limit is {parameters.max_hhi:,.0f} ({code(heir)} "
            f"carries {format_share(share)})"
        )
        yield _violation(context, loss, "max_hhi", message, loss.after.hhi, parameters.max_hhi)


def _stops(loss: AfterLoss, context: RuleContext) -> str:
    amount = format_weight(loss.stopped, loss.after.basis, context.currency)
    part = f"{format_share(loss.stopped_share)} of {describe_basis(loss.after.basis)} ({amount})"
    return (
        f"without {code(loss.failed)}, {part} stop: no fallback at another {loss.after.level} "
        "takes over"
    )


def _violation(
    context: RuleContext, loss: AfterLoss, limit: str, message: str, value: float, allowed: float
) -> Violation:
    heir = loss.after.largest[0] if loss.after.shares else ""
    level = loss.after.level
    moved = format_weight(loss.lost - loss.stopped, loss.after.basis, context.currency)
    stops = f" {format_share(loss.stopped_share)} stop." if loss.stopped else ""
    return Violation(
        message=message,
        place=context.limit(limit),
        subject="portfolio",
        remedy=(
            f"Name fallbacks at another {level} than {code(loss.failed)}"
            f"{f' and {code(heir)}' if heir else ''}, in the largest task classes first."
        ),
        risk=(
            f"{moved} move at once when {code(loss.failed)} is down, on top of the load that is "
            f"already there.{stops}"
        ),
        figures={
            "value": value,
            "limit": allowed,
            "level": level.value,
            "weigh_by": loss.after.basis.value,
            "failed": loss.failed,
            "largest_after": heir,
            "hhi_after": loss.after.hhi,
            "stopped_share": loss.stopped_share,
        },
        distinction=f"{level} {loss.after.basis} {limit}",
    )


RULE = Rule(
    id="GOV302",
    name="concentration-after-loss",
    title="Concentration after a loss exceeds the limit",
    one="A concentration limit is exceeded once the largest entity is lost",
    many="{count} concentration limits are exceeded once the largest entity is lost",
    short_title="Concentration after a loss",
    requirement="After the loss of the largest entity, concentration stays within its limit.",
    why=(
        "Fallbacks that all point at one vendor turn the loss of the largest vendor into a "
        "monopoly of the next, on the day when everybody else needs its capacity too. The rule "
        "lets the largest entity of the level fail and sends its requests down the fallbacks of "
        "each task class, to the first one known to be independent of it; the other models of a "
        "route take over nothing. Shares are of what still runs, so `max_stopped` limits what "
        "does not."
    ),
    remediation="Give the largest task classes fallbacks at several vendors.",
    decision="Choose which vendor to fall back on.",
    severity=Severity.ERROR,
    check=check,
    parameters=Parameters,
    tighter={
        "level": "never",
        "weigh_by": "never",
        "max_share": "lower",
        "max_hhi": "lower",
        "max_stopped": "lower",
    },
    scope="portfolio",
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini, weight: 60}, {model: claude-haiku-4-5, weight: 40}]
    fallbacks: [claude-sonnet-4-6]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
# policies/limits.yaml
policies:
  after-a-loss:
    rule: concentration-after-loss
    level: vendor
    max_share: 0.7
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini, weight: 60}, {model: claude-haiku-4-5, weight: 40}]
    fallbacks: [gemini/gemini-2.5-flash]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
# policies/limits.yaml
policies:
  after-a-loss:
    rule: concentration-after-loss
    level: vendor
    max_share: 0.7
""",
)
