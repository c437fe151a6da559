"""What moving from one model to another changes, in words a finding can carry."""

from decimal import Decimal

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.units import format_change, format_count, format_money


def move_effects(old: ModelFacts, new: ModelFacts, *, retirement: bool = True) -> tuple[str, ...]:
    """Differences in price, context and capabilities, most costly first; empty when none is known.

    Prices are list prices in US dollars per million tokens, before any tier.

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
    effects = []
    for side in ("input", "output"):
        before = getattr(old.price.standard, side) if old.price is not None else None
        after = getattr(new.price.standard, side) if new.price is not None else None
        if before is None or after is None or before == after:
            continue
        change = f" ({format_change(after / before - 1, digits=0)})" if before else ""
        effects.append(
            f"{side} {_per_million(before)} → {_per_million(after)} per million tokens{change}"
        )
    return tuple(effects)


def _mode_effect(old: ModelFacts, new: ModelFacts) -> tuple[str, ...]:
    if old.mode == new.mode or UNKNOWN in {old.mode, new.mode}:
        return ()
    before, after = (mode.replace("_", " ") for mode in (old.mode, new.mode))
    return (f"mode {before} → {after}: requests must be written anew",)


def _per_million(price: Decimal) -> str:
    return format_money(price * 10**6)


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
