"""GOV302: after the loss of the largest entity, concentration stays within its limit."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.dimensions import Basis, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.after_loss import AfterLoss, after_loss
from multillm_gov.rules.concentration_limits import ROUNDING, span
from multillm_gov.rules.engine.rule import Rule, RuleContext, RuleLimit
from multillm_gov.rules.entity_exposure import describe_basis, describe_entity, format_weight
from multillm_gov.rules.failover import failover_of
from multillm_gov.rules.loads import loads_of
from multillm_gov.rules.measured_shares import after_a_loss, of_what_is_left
from multillm_gov.rules.spend_totals import shares_not_judged
from multillm_gov.units import Share, format_share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, join_some


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
        Meta(description="Largest Herfindahl-Hirschman index after it, in points (0..10,000)"),
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
    unknown = shares_not_judged(context, level, basis)
    if unknown is not None:
        yield unknown
        return
    before = loads_of(context).concentration(level, basis)
    if not before.shares:
        return
    loss = after_loss(context.tasks, failover_of(context), level, basis, before.largest[0])
    if (
        parameters.max_stopped is not None
        and loss.worst_stopped_share > float(parameters.max_stopped) + ROUNDING
    ):
        message = f"{_stops(loss, context)}; the limit is {format_share(parameters.max_stopped)}"
        worst = loss.worst_stopped_share
        yield _violation(
            context, loss, "max_stopped", message, worst, float(parameters.max_stopped)
        )
    if loss.unpriced:
        yield _unpriced(context, loss)
    elif loss.after.shares:
        yield from _concentrated(context, parameters, loss)
    else:
        for limit in ("max_share", "max_hhi"):
            allowed = getattr(parameters, limit)
            if allowed is not None:
                message = f"{_stops(loss, context)}; nothing is left to carry the rest"
                yield _violation(context, loss, limit, message, loss.stopped_share, float(allowed))


def _concentrated(
    context: RuleContext, parameters: Parameters, loss: AfterLoss
) -> Iterator[Violation]:
    """Limits on what is left, by the worse end of what is not known; both ends in the message."""
    level, basis, after = parameters.level, parameters.weigh_by, loss.after
    heir, share = after.largest
    shares = span(format_share(dict(after.shares)[heir]), format_share(share))
    if parameters.max_share is not None and share > float(parameters.max_share) + ROUNDING:
        message = (
            f"without {code(loss.failed)}, {describe_entity(level, heir)} carries {shares} of "
            f"{describe_basis(basis)}; the limit is {format_share(parameters.max_share)}"
        )
        yield _violation(context, loss, "max_share", message, share, float(parameters.max_share))
    if parameters.max_hhi is not None and after.hhi > parameters.max_hhi + ROUNDING:
        points = span(f"{after.best_hhi:,.0f}", f"{after.hhi:,.0f}")
        message = (
            f"without {code(loss.failed)}, the HHI of {describe_basis(basis)} by {level} is "
            f"{points} points; the limit is {parameters.max_hhi:,.0f} ({code(heir)} carries "
            f"{shares})"
        )
        yield _violation(context, loss, "max_hhi", message, after.hhi, parameters.max_hhi)


def _unpriced(context: RuleContext, loss: AfterLoss) -> Violation:
    """Shares of spend after the loss are not known where a taker's cost is not."""
    names = join_some([code(name) for name in loss.unpriced])
    first = next(task.task for task in context.tasks if task.task.name == loss.unpriced[0])
    return Violation(
        message=(
            f"shares of spend without {code(loss.failed)} are not judged: the cost of the "
            f"fallbacks of {names} is not known"
        ),
        place=first.place.at("fallbacks"),
        subject=first.name,
        remedy="Fix GOV106 and GOV411 for these fallbacks, or weigh by `requests`.",
        risk="The limit may be broken by any amount.",
        distinction=f"not judged: {loss.after.level}",
    )


def _stops(loss: AfterLoss, context: RuleContext) -> str:
    basis = loss.after.basis
    amounts = [
        format_weight(amount, basis, context.currency)
        for amount in (loss.stopped, loss.stopped + loss.doubtful)
    ]
    shares = span(format_share(loss.stopped_share), format_share(loss.worst_stopped_share))
    part = f"{shares} of {describe_basis(basis)} ({span(*amounts)})"
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
            "best_hhi_after": loss.after.best_hhi,
            "stopped_share": loss.stopped_share,
            "worst_stopped_share": loss.worst_stopped_share,
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
    limits={
        "max_share": RuleLimit(
            words="Largest share of one supplier after the loss of the largest",
            unit="share",
            measure=after_a_loss(of_what_is_left(lambda after: after.largest[1], 1.0)),
        ),
        "max_hhi": RuleLimit(
            words="HHI after the loss of the largest supplier",
            unit="points",
            measure=after_a_loss(of_what_is_left(lambda after: after.hhi, 10_000.0)),
        ),
        "max_stopped": RuleLimit(
            words="Share that stops with the largest supplier",
            unit="share",
            measure=after_a_loss(lambda loss: loss.worst_stopped_share),
        ),
    },
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
