"""GOV408: the prices that the forecast uses are still the list prices."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.cost.price_moves import PriceMove, largest_move
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, Use
from multillm_gov.units import Share, format_change, format_money, format_share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of


class Parameters(Closed, frozen=True, kw_only=True):
    """How far a price may change before the lock is outdated."""

    max_move: Annotated[
        Share,
        Meta(
            description="Largest relative change (0..1), up or down, of any unit price of a model"
        ),
    ] = field(default_factory=partial(Share, "0.05"))


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield locked models whose installed price changed by more than the limit or is gone."""
    moved: dict[str, tuple[ModelFacts | None, PriceMove | None]] = {}
    for name, facts in context.models.items():
        if facts is None or facts.price is None or not context.state.catalog.has_lock:
            continue
        today = context.state.catalog.installed(name)
        if today is None or today.price is None:
            moved[name] = (today, None)
            continue
        move = largest_move(facts.price, today.price)
        if move is not None and abs(move.relative) > parameters.max_move:
            moved[name] = (today, move)
    uses: dict[str, list[Use]] = {}
    for use in context.uses(moved):
        uses.setdefault(use.part.model, []).append(use)
    for name in sorted(uses):
        yield _violation(context, name, uses[name], *moved[name])


def _violation(
    context: RuleContext,
    name: str,
    uses: list[Use],
    today: ModelFacts | None,
    move: PriceMove | None,
) -> Violation:
    effect = _effect(context, uses, today) if move is not None else None
    if move is None:
        message = f"{code(name)} has a price in the lock but none in the installed price map"
        risk = "The forecast uses a price that the installed price map no longer lists."
    else:
        message = f"the price of {code(name)} changed since the lock: {_format_move(move)}"
        risk = _format_effect(context, effect)
    return Violation(
        message=message,
        place=uses[0].place,
        subject=f"model:{name}",
        remedy=(
            "Run `govern catalog lock`, review the effect with `govern diff`, and commit the lock."
        ),
        risk=risk,
        related=tuple((f"{code(use.task.task.name)} also uses it", use.place) for use in uses[1:4]),
        figures={
            "usd_before": move.before if move else None,
            "usd_after": move.after if move else None,
            "unit": move.what if move else "",
            "relative": float(move.relative) if move and move.relative.is_finite() else None,
            "effect_per_month": effect,
        },
        distinction="" if move else "gone",
    )


def _format_move(move: PriceMove) -> str:
    """``input per million tokens 1.00 USD → 0.8 USD (−20.0%)``."""
    relative = "from free" if move.relative.is_infinite() else format_change(move.relative)
    return f"{move.what} {format_money(move.before)} → {format_money(move.after)} ({relative})"


def _effect(context: RuleContext, uses: list[Use], today: ModelFacts | None) -> Decimal | None:
    """Change of the cost of routed requests per month; ``None`` where a demand is not known."""
    pricing = context.state.figures.pricing
    effects = []
    for use in uses:
        if use.role == "route" and use.part.cost_per_request is not None:
            cost = pricing.mean_cost(today, use.task.task.demand)
            share = use.task.legs[use.part.index].requests_per_month
            effects.append(None if cost is None else (cost - use.part.cost_per_request) * share)
    known = [effect for effect in effects if effect is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(effects) else None


def _format_effect(context: RuleContext, effect: Decimal | None) -> str:
    if effect is None:
        return "The effect on the forecast is not known: no routed request of a known size uses it."
    if not effect:
        return "The forecast does not change: the requests routed to it do not pay this price."
    total = context.state.figures.spend_per_month
    part = f" ({format_share(abs(effect) / total)} of the forecast)" if total else ""
    way = "more" if effect > 0 else "less"
    where = f", across {count_of(len(context.tasks), 'task class')}"
    return f"{context.money(abs(effect))} a month {way} than forecast{part}{where}."


def _moves(context: RuleContext, _: Parameters) -> Iterator[LimitReading]:
    """How far each locked price moved; not known where it is gone or was free."""
    for name, facts in sorted(context.models.items()):
        if facts is None or facts.price is None or not context.state.catalog.has_lock:
            continue
        today = context.state.catalog.installed(name)
        if today is None or today.price is None:
            yield LimitReading(None, ("model", name))
            continue
        move = largest_move(facts.price, today.price)
        relative = Decimal(0) if move is None else abs(move.relative)
        yield LimitReading(relative if relative.is_finite() else None, ("model", name))


RULE = Rule(
    id="GOV408",
    name="price-moved-since-lock",
    title="List price changed since the lock",
    one="The list price of one model changed since the catalog was locked",
    many="The list prices of {count} models changed since the catalog was locked",
    short_title="Changed list prices",
    requirement="The prices that the forecast uses are still the list prices.",
    why=(
        "The lock fixes prices so that a result changes only when the portfolio does. List prices "
        "still change: by +224% (Gemini 2.5 Flash, June 2025) or −80% (o3, June 2025) under the "
        "same name. The rule compares the lock with the price map of the installed LiteLLM, with "
        "declarations in `catalog/` applied to both, so a negotiated price does not change. It "
        "reads that map, so it is enabled only by a policy, and its finding depends on the "
        "installed version."
    ),
    remediation=(
        "Lock the catalog again, and review what the new prices do to caps and concentration "
        "before merging."
    ),
    severity=Severity.WARNING,
    check=check,
    limits={
        "max_move": RuleLimit(
            words="Change of a price since the lock", unit="share", measure=_moves
        ),
    },
    parameters=Parameters,
    tighter={"max_move": "lower"},
    enabled_by_default=False,
)
