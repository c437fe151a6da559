"""Which unit prices of a model moved between two states of what is known of it."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.pricing.billed_units import PER_TOKEN, spell_unit
from multillm_gov.catalog.pricing.price import Price, UnitPrices

_MILLION = Decimal(1_000_000)


class PriceMove(Struct, frozen=True):
    """One unit price before and after, in US dollars."""

    what: str
    """``input per million tokens``, or ``per image made``, with tier and service."""
    before: Decimal
    after: Decimal

    @property
    def relative(self) -> Decimal:
        """After over before, less one; infinite where something free is free no more."""
        if self.before:
            return self.after / self.before - 1
        return Decimal("Infinity") if self.after else Decimal(0)


def largest_move(before: Price, after: Price) -> PriceMove | None:
    """The unit price with the largest relative move, the first of equals; ``None``: none moved.

    A price that only one of the two states gives is not compared: what then holds is another price
    of the same state (see `request_cost`).
    """
    return max(price_moves(before, after), key=lambda move: abs(move.relative), default=None)


def price_moves(before: Price, after: Price) -> tuple[PriceMove, ...]:
    """Every unit price that both states give and that differs, in the order of the price."""
    old = dict(_unit_prices(before))
    return tuple(
        PriceMove(what, old[what], amount)
        for what, amount in _unit_prices(after)
        if what in old and old[what] != amount
    )


def added_prices(before: Price, after: Price) -> tuple[tuple[str, Decimal], ...]:
    """Unit prices that only the later state gives: tiers, services, units; with the amount."""
    old = dict(_unit_prices(before))
    return tuple((what, amount) for what, amount in _unit_prices(after) if what not in old)


def _unit_prices(price: Price) -> Iterator[tuple[str, Decimal]]:
    yield from _of_tokens(price.standard, "")
    for tier in price.tiers:
        above = f" above {tier.above_input_tokens:,} tokens"
        yield from _of_tokens(tier.price, above)
        for service, tokens in sorted(tier.services.items()):
            yield from _of_tokens(tokens, f" ({service}){above}")
    for service, tokens in sorted(price.services.items()):
        yield from _of_tokens(tokens, f" ({service})")
    for name, amounts in sorted(price.variants.items()):
        for unit, amount in amounts.items():
            yield f"per {spell_unit(unit)} ({name})", amount


def _of_tokens(tokens: UnitPrices, qualifier: str) -> Iterator[tuple[str, Decimal]]:
    for name, amount in tokens.text().items():
        yield f"{name.replace('_', ' ')} per million tokens{qualifier}", amount * _MILLION
    for unit, amount in tokens.units.items():
        scale = _MILLION if unit in PER_TOKEN else 1
        yield f"per {spell_unit(unit)}{qualifier}", amount * scale
