"""What moving from one model to another changes, in words a finding can carry."""

from decimal import Decimal

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.pricing.billed_units import PER_TOKEN, UNITS, noun_of
from multillm_gov.catalog.pricing.price import Price
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.units import format_change, format_count, format_money

_MILLION = Decimal(1_000_000)
_PER_MILLION = "per million tokens"


def move_effects(old: ModelFacts, new: ModelFacts, *, retirement: bool = True) -> tuple[str, ...]:
    """Differences in price, context and capabilities, most costly first; empty when none is known.

    Prices are standard list prices of every unit that both bill, before any tier.

    Args:
        old: What is left.
        new: What is moved to.
        retirement: Whether to name the new model's own retirement.
    """
    return (
        *_price_effects(old, new),
        *_mode_effect(old, new),
        *_limit_effect("context", old.context_tokens, new.context_tokens),
        *_limit_effect("longest answer", old.max_output_tokens, new.max_output_tokens),
        *_capability_effects(old, new),
        *(_retirement_effect(new) if retirement else ()),
    )


def _price_effects(old: ModelFacts, new: ModelFacts) -> tuple[str, ...]:
    if old.price is None or new.price is None or old.price.currency != new.price.currency:
        return ()
    before, after = _per_unit(old.price), _per_unit(new.price)
    if before and after and not before.keys() & after.keys():
        return ("billed by other units, so the prices are not compared",)
    return tuple(
        f"{what} {format_money(amount, currency)} → {format_money(then, currency)} {per}{change}"
        for (what, per), amount in before.items()
        if (then := after.get((what, per), amount)) != amount
        for currency in [old.price.currency]
        for change in [f" ({format_change(then / amount - 1, digits=0)})" if amount else ""]
    )


def _per_unit(price: Price) -> dict[tuple[str, str], Decimal]:
    """Standard prices by what is billed and per how much: ``output``, ``per million tokens``."""
    standard = price.standard
    sides = (("input", standard.input), ("output", standard.output))
    prices = {
        (side, _PER_MILLION): amount * _MILLION for side, amount in sides if amount is not None
    }
    for unit, amount in standard.units.items():
        noun = noun_of(unit)
        if unit in PER_TOKEN:
            prices[noun.removesuffix(" token"), _PER_MILLION] = amount * _MILLION
        elif unit in UNITS:
            prices["price", f"per {noun}"] = amount
    return prices


def _mode_effect(old: ModelFacts, new: ModelFacts) -> tuple[str, ...]:
    if old.mode == new.mode or UNKNOWN in {old.mode, new.mode}:
        return ()
    before, after = (mode.replace("_", " ") for mode in (old.mode, new.mode))
    return (f"mode {before} → {after}: requests must be written anew",)


def _limit_effect(what: str, before: int | None, after: int | None) -> tuple[str, ...]:
    if before is None or after is None or before == after:
        return ()
    return (f"{what} {format_count(before)} → {format_count(after)} tokens",)


def _capability_effects(old: ModelFacts, new: ModelFacts) -> tuple[str, ...]:
    if old.capabilities is None or new.capabilities is None:
        return ()
    lost = sorted(old.capabilities & new.lacks)
    unsure = sorted(old.capabilities - new.capabilities - new.lacks)
    gained = sorted(new.capabilities - old.capabilities)
    groups = (("loses", lost), ("not known to have", unsure), ("gains", gained))
    return tuple(
        f"{verb} {', '.join(name.replace('_', ' ') for name in names)}"
        for verb, names in groups
        if names
    )


def _retirement_effect(new: ModelFacts) -> tuple[str, ...]:
    retirement = new.lifecycle.retirement
    return () if retirement is None else (f"itself retires on {retirement}",)
