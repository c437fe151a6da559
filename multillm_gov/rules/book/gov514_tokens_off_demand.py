"""GOV514: requests use the number of tokens that the demand declares."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Annotated

from msgspec import Meta, field
from msgspec.structs import replace

from multillm_gov.evidence.record import PlacedProbe
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.cost.demand import usages
from multillm_gov.measures.cost.request import request_cost
from multillm_gov.measures.figures import LegFigures
from multillm_gov.portfolio.demand import Demand
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, of_task
from multillm_gov.rules.probing import Probed, is_of_now, probed
from multillm_gov.units import Share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code

_SIDES = ("input", "output")
_FEW_TOKENS = Decimal(10)
"""A request that is short by nature is not judged by a share of a few tokens."""


class Parameters(Closed, frozen=True, kw_only=True):
    """How far the tokens may differ."""

    tolerance: Annotated[
        Share,
        Meta(
            description=(
                "Largest difference between used and declared tokens, as a share (0..1) of the "
                "declared"
            )
        ),
    ] = field(default_factory=partial(Share, "0.25"))


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield routed models whose newest probe used more or fewer tokens than declared."""
    if not context.state.probes:
        return
    for one in probed(context, fallbacks=False):
        demand = one.task.task.declared.demand
        placed = next(
            (each for each in one.newest if each.probe.kind in {"answer", "embedding"}), None
        )
        if demand is None or placed is None:
            continue
        off = {
            side: _used(placed, side)
            for side in _SIDES
            if _is_off(placed, demand, side, parameters.tolerance)
        }
        if off and is_of_now(context, one.task, placed.probe):
            yield _violation(
                context,
                one,
                placed,
                demand,
                {side: used for side, used in off.items() if used is not None},
            )


def _used(placed: PlacedProbe, side: str) -> int | None:
    mean: Decimal | None = getattr(placed.probe, f"{side}_tokens")
    return None if mean is None else int(mean.quantize(Decimal(1), ROUND_HALF_UP))


def _is_off(placed: PlacedProbe, demand: Demand, side: str, tolerance: Decimal) -> bool:
    used, declared = _used(placed, side), _declared(demand, side)
    return (
        used is not None
        and declared > 0
        and abs(used - declared) > max(declared * tolerance, _FEW_TOKENS)
    )


def _declared(demand: Demand, side: str) -> Decimal:
    """Mean tokens per request: of the histogram where there is one."""
    if demand.sizes:
        return sum(
            (size.share * (getattr(size, f"{side}_tokens") or 0) for size in demand.sizes),
            Decimal(0),
        )
    return Decimal(getattr(demand, f"{side}_tokens") or 0)


def _violation(
    context: RuleContext, each: Probed, placed: PlacedProbe, demand: Demand, off: dict[str, int]
) -> Violation:
    used_tokens = " and ".join(
        f"{used:,} {side} tokens (declared: {_declared(demand, side):,.0f})"
        for side, used in off.items()
    )
    moved = _moved_per_month(context, each, demand, off)
    effect = "the effect is not known without a price"
    if moved is not None:
        effect = (
            f"the forecast is too {'low' if moved > 0 else 'high'} by {context.money(abs(moved))} "
            "a month"
        )
    written = ", ".join(f"{side}_tokens: {used}" for side, used in off.items())
    key = "sizes" if demand.sizes else next(iter(off)) + "_tokens"
    return Violation(
        message=f"a request of {each.describe()} uses {used_tokens}; {effect}",
        place=each.task.task.place.at("demand", key),
        subject=each.task.task.name,
        remedy=(
            f"Declare the actual use: `demand: {{{written}}}`"
            + (" as the mean of `sizes`" if demand.sizes else "")
            + ", or fix the prompt; then review the caps."
        ),
        risk=f"Spend of {code(each.task.task.name)} differs from its budget: {effect}.",
        related=(("the probe", placed.place),),
        figures={"per_month": moved, **{f"{side}_tokens": used for side, used in off.items()}},
        severity=None if moved is None or moved > 0 else Severity.NOTE,
        distinction=each.part.model,
    )


def _moved_per_month(
    context: RuleContext, each: Probed, demand: Demand, off: dict[str, int]
) -> Decimal | None:
    """Change of the cost of the model's requests per month, in the portfolio's currency."""
    part = each.part
    price = part.facts.price if part.facts is not None else None
    rate = context.state.figures.exchange_rate
    if price is None or rate is None or not isinstance(part, LegFigures):
        return None
    moved = Decimal(0)
    for share, usage in usages(demand):
        # A histogram keeps its form: every size grows as the mean does.
        grown = {
            f"{side}_tokens": int(
                Decimal(getattr(usage, f"{side}_tokens")) * used / _declared(demand, side)
            )
            for side, used in off.items()
        }
        moved += share * (request_cost(price, replace(usage, **grown)) - request_cost(price, usage))
    return moved * part.requests_per_month / rate


def _differences(context: RuleContext, _: Parameters) -> Iterator[LimitReading]:
    """How far used tokens are from declared ones; differences below 10 tokens count as none."""
    for each in probed(context, fallbacks=False) if context.state.probes else ():
        demand = each.task.task.declared.demand
        placed = next((p for p in each.newest if p.probe.kind in {"answer", "embedding"}), None)
        if demand is None or placed is None or not is_of_now(context, each.task, placed.probe):
            continue
        for side in _SIDES:
            used, declared = _used(placed, side), _declared(demand, side)
            if used is not None and declared > 0:
                off = abs(used - declared)
                yield of_task(each.task, off / declared if off > _FEW_TOKENS else Decimal(0))


RULE = Rule(
    id="GOV514",
    name="tokens-off-demand",
    title="Token use differs from the declared demand",
    one="{subject} uses a different number of tokens than its demand declares",
    many="{count} task classes use a different number of tokens than their demand declares",
    short_title="Token use off the forecast",
    requirement="Requests use the number of tokens that the demand declares.",
    why=(
        "The forecast, the caps and every limit on spend are computed from the tokens that "
        "`demand` declares; a longer prompt, or a model that reasons longer, makes all of them "
        "wrong at once. A probe counts the tokens that a request really used. A difference of a "
        "quarter is a quarter of the money; the accepted difference is a judgment."
    ),
    remediation="Declare the tokens that are really used, or shorten the prompt.",
    severity=Severity.WARNING,
    check=check,
    limits={
        "tolerance": RuleLimit(
            words="Tokens used, off what is declared", unit="share", measure=_differences
        ),
    },
    parameters=Parameters,
    tighter={"tolerance": "lower"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    demand: {requests: 400000, input_tokens: 200, output_tokens: 100}
# evidence/probes.yaml
probes:
  - task_class: triage
    model: claude-haiku-4-5
    kind: answer
    date: 2026-11-20
    verdict: pass
    calls: 3
    answers: 3
    input_tokens: 640
    output_tokens: 104
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    demand: {requests: 400000, input_tokens: 640, output_tokens: 100}
# evidence/probes.yaml
probes:
  - task_class: triage
    model: claude-haiku-4-5
    kind: answer
    date: 2026-11-20
    verdict: pass
    calls: 3
    answers: 3
    input_tokens: 640
    output_tokens: 104
""",
)
