"""Changes of prices, retirement dates and hosts of the models that both states use."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from multillm_gov.catalog.facts import ModelFacts, entity_of
from multillm_gov.catalog.pricing.billed_units import PER_TOKEN, spell_unit
from multillm_gov.changes.change import Change, ChangeKind
from multillm_gov.changes.exposure import Facts, SpendShares
from multillm_gov.dimensions import Level
from multillm_gov.units import format_money

_PER = Decimal(1_000_000)
_LEVELS = (Level.VENDOR, Level.PROVIDER, Level.CLOUD, Level.JURISDICTION)


def compare_models(
    before: Facts,
    after: Facts,
    price_effects: Mapping[str, Decimal],
    mean_spend: Callable[[], Mapping[str, Decimal]],
    shares: SpendShares,
) -> Iterator[Change]:
    """Changes of the facts, with their effect on the portfolio.

    Args:
        before: Facts of the models in use, by name as routed.
        after: The same for the other state.
        price_effects: By model, what new prices add to the forecast per month.
        mean_spend: By model, spend per month halfway between the two states: what moves with a
        changed host.
        shares: Attributes amounts to shares of spend.
    """
    steady = {name for name in before.keys() & after.keys() if before[name] is after[name]}
    differing = sorted(
        name for name in (before.keys() & after.keys()) - steady if before[name] != after[name]
    )
    spend = mean_spend() if differing else {}
    for name in differing:
        old, new = before[name], after[name]
        if _costs(old) != _costs(new):
            effect = price_effects.get(name, Decimal(0))
            yield Change(
                kind=ChangeKind.MODEL_PRICE,
                subject=name,
                label="price",
                before=_format_price(old),
                after=_format_price(new),
                spend_effect=effect,
                exposure=shares.points({name: effect}),
            )
        yield from _compare_retirement(name, old, new)
        yield from _compare_exposure(name, old, new, shares, spend.get(name, Decimal(0)))


def _compare_retirement(
    name: str, before: ModelFacts | None, after: ModelFacts | None
) -> Iterator[Change]:
    retired = [facts.lifecycle.retirement if facts else None for facts in (before, after)]
    if retired[0] != retired[1]:
        days = [day.isoformat() if day else None for day in retired]
        yield Change(
            kind=ChangeKind.MODEL_RETIREMENT,
            subject=name,
            label="retirement date",
            before=days[0] or "not known",
            after=days[1] or "not known",
            before_figure=days[0],
            after_figure=days[1],
        )


def _compare_exposure(
    name: str,
    before: ModelFacts | None,
    after: ModelFacts | None,
    shares: SpendShares,
    spend: Decimal,
) -> Iterator[Change]:
    for level in _LEVELS:
        hosts = [entity_of(facts, level) for facts in (before, after)]
        if hosts[0] != hosts[1]:
            yield Change(
                kind=ChangeKind.MODEL_EXPOSURE,
                subject=name,
                label=level.value,
                aspect=level.value,
                before=hosts[0],
                after=hosts[1],
                before_figure=hosts[0],
                after_figure=hosts[1],
                exposure=shares.moved(level, hosts[0], hosts[1], spend),
            )


def _costs(facts: ModelFacts | None) -> object:
    return (facts.price, facts.usd_fixed_per_month) if facts else (None, Decimal(0))


def _format_price(facts: ModelFacts | None) -> str:
    """List price in US dollars per million tokens; other units of sale are named by their own."""
    if facts is None or facts.price is None:
        return "not known"
    price, standard = facts.price, facts.price.standard
    parts = [
        (standard.input, _PER, "per million input tokens"),
        (standard.output, _PER, "per million output tokens"),
        (standard.cache_read, _PER, "per million cached tokens"),
        *(
            (amount, _PER if unit in PER_TOKEN else Decimal(1), f"per {spell_unit(unit)}")
            for unit, amount in standard.units.items()
        ),
        (facts.usd_fixed_per_month or None, Decimal(1), "per month of hosting"),
    ]
    words = [
        f"{format_money(amount * unit)} {per}" for amount, unit, per in parts if amount is not None
    ]
    tiers = [f"other prices above {tier.above_input_tokens:,} tokens" for tier in price.tiers]
    return ", ".join(words + tiers) or "free"
