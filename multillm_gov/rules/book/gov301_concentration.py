"""GOV301: no entity carries a larger part of the portfolio than its limit allows."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.figures import Concentration
from multillm_gov.rules.concentration_limits import (
    Breach,
    ConcentrationLimits,
    breaches,
)
from multillm_gov.rules.engine.rule import Rule, RuleContext, RuleLimit
from multillm_gov.rules.entity_exposure import EntityExposure, describe_basis, format_weight
from multillm_gov.rules.loads import loads_of
from multillm_gov.rules.measured_shares import of_shares
from multillm_gov.rules.spend_totals import shares_not_judged
from multillm_gov.units import AtLeastOne, Share, format_least_share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code


class TopShare(Closed, frozen=True, kw_only=True):
    """A limit on the n largest together."""

    n: Annotated[int, Meta(ge=1, le=100, description="How many of the largest")]
    share: Annotated[Share, Meta(description="Largest share they may carry together (0..1)")]


class Parameters(Closed, frozen=True, kw_only=True):
    """The level, the basis of the shares, and at least one limit."""

    level: Annotated[Level, Meta(description="Level of the entities that carry a share")] = (
        Level.VENDOR
    )
    weigh_by: Annotated[Basis, Meta(description="Basis of the shares")] = Basis.SPEND
    max_share: Annotated[Share | None, Meta(description="Largest share of one entity (0..1)")] = (
        None
    )
    max_hhi: Annotated[
        Annotated[float, Meta(gt=0, le=10_000)] | None,
        Meta(description="Largest Herfindahl-Hirschman index (HHI), in points (0..10,000)"),
    ] = None
    min_effective_number: Annotated[
        AtLeastOne | None,
        Meta(description="Smallest effective number of entities (1 / sum of squared shares)"),
    ] = None
    max_top_n: Annotated[
        TopShare | None, Meta(description="Largest share of the n largest together")
    ] = None

    def __post_init__(self) -> None:
        """Refuse a policy that limits nothing."""
        if all(
            limit is None
            for limit in (self.max_share, self.max_hhi, self.min_effective_number, self.max_top_n)
        ):
            raise ValueError(
                "Expected a limit: `max_share`, `max_hhi`, `min_effective_number` or `max_top_n`"
            )


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield entities above the share limit, and index limits that are exceeded."""
    unknown = shares_not_judged(context, parameters.level, parameters.weigh_by)
    if unknown is not None:
        yield unknown
        return
    loads = loads_of(context)
    concentration = loads.concentration(parameters.level, parameters.weigh_by)
    if concentration.shares:
        exposure = EntityExposure(context, concentration)
        top = parameters.max_top_n
        limits = ConcentrationLimits(
            share=parameters.max_share,
            hhi=parameters.max_hhi,
            effective_number=parameters.min_effective_number,
            top=None if top is None else (top.n, top.share),
        )
        for breach in breaches(concentration, limits):
            yield _violation(context, concentration, breach, exposure)


def _violation(
    context: RuleContext, found: Concentration, breach: Breach, exposure: EntityExposure
) -> Violation:
    return Violation(
        message=breach.message,
        place=context.limit(breach.limit),
        subject=f"{found.level}:{breach.entity}" if breach.limit == "max_share" else "portfolio",
        remedy=_remedy(context, found, breach, exposure),
        risk=exposure.format_loss(breach.entity),
        related=exposure.related(breach.entity),
        figures={
            "value": breach.value,
            "limit": breach.allowed,
            "level": found.level.value,
            "weigh_by": found.basis.value,
            "largest": found.largest[0],
            "hhi": found.hhi,
            "best_hhi": found.best_hhi,
            "effective_number": found.effective_number,
            "best_effective_number": found.best_effective_number,
            "unknown_share": found.unknown_share,
            "in_house_share": found.in_house_share,
        },
        distinction=f"{found.level} {found.basis} {breach.limit}",
    )


def _remedy(
    context: RuleContext, found: Concentration, breach: Breach, exposure: EntityExposure
) -> str:
    where = exposure.first_user(breach.entity)
    if breach.entity == UNKNOWN or breach.doubtful:
        return exposure.unknown_stated
    if breach.limit != "max_share":
        return f"Move traffic from {code(breach.entity)} to a smaller {found.level}{where}."
    excess = breach.value - breach.allowed
    amount = format_weight(Decimal(str(excess)) * found.total, found.basis, context.currency)
    return (
        f"Move at least {format_least_share(excess)} of {_of(found)} ({amount}) from "
        f"{code(breach.entity)} to another {found.level}{where}: lower its `weight` in `route`, "
        "and raise that of another."
    )


def _of(found: Concentration) -> str:
    return describe_basis(found.basis)


def _top(found: Concentration, parameters: Parameters) -> float:
    return found.top(parameters.max_top_n.n) if parameters.max_top_n else 0.0


def _top_limit(_: RuleContext, parameters: Parameters) -> Share | None:
    return parameters.max_top_n.share if parameters.max_top_n else None


RULE = Rule(
    id="GOV301",
    name="concentration",
    title="Concentration limit exceeded",
    one="A concentration limit is exceeded",
    many="{count} concentration limits are exceeded",
    short_title="Concentration",
    requirement="No entity carries a larger part of the portfolio than its limit allows.",
    why=(
        "An outage or price increase at one vendor, provider, cloud or country affects everything "
        "routed to it: a rise of g at share s adds s × g to the bill, so an appetite of +15% and "
        "a shock of +40% allow a share of 37.5%. HHI is 10,000 times the sum of squared shares; "
        "the effective number is 1 divided by that sum. No regulator sets a number; the antitrust "
        "thresholds of 1,800 (2023) and 2,500 (2010) points are benchmarks only. A model with "
        "open weights counts for the company that serves it, for its vendor can neither reprice "
        "nor withdraw it; what runs in-house has no supplier. What is not known at this level is "
        "an interval: all of it at the largest known entity, or each part elsewhere. The worse "
        "end is judged, and both are reported."
    ),
    remediation="Move traffic to models of other entities, or have the board change the limit.",
    severity=Severity.ERROR,
    check=check,
    limits={
        "max_share": RuleLimit(
            words="Largest share of one supplier",
            unit="share",
            measure=of_shares(lambda found, _: found.largest[1]),
        ),
        "max_hhi": RuleLimit(
            words="Concentration index (HHI)",
            unit="points",
            measure=of_shares(lambda found, _: found.hhi),
        ),
        "min_effective_number": RuleLimit(
            words="Suppliers, as if of equal size",
            unit="number",
            direction="at least",
            measure=of_shares(lambda found, _: found.effective_number),
        ),
        "max_top_n": RuleLimit(
            words="Share of the largest suppliers together",
            unit="share",
            limit=_top_limit,
            measure=of_shares(_top),
        ),
    },
    parameters=Parameters,
    tighter={
        "level": "never",
        "weigh_by": "never",
        "max_share": "lower",
        "max_hhi": "lower",
        "min_effective_number": "higher",
        "max_top_n": "lower",
    },
    scope="portfolio",
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini, weight: 80}, {model: claude-haiku-4-5, weight: 20}]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
# policies/limits.yaml
policies:
  vendor-concentration:
    rule: concentration
    level: vendor
    weigh_by: requests
    max_share: 0.6
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini, weight: 60}, {model: claude-haiku-4-5, weight: 40}]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
# policies/limits.yaml
policies:
  vendor-concentration:
    rule: concentration
    level: vendor
    weigh_by: requests
    max_share: 0.6
""",
)
