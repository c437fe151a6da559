"""Which unit price of a model moved most between two states of what is known of it."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct, structs

from multillm_gov.catalog.price import UNIT_PRICES, Price, TokenPrice

_MILLION = Decimal(1_000_000)


class PriceMove(Struct, frozen=True):
    """One unit price before and after, in US dollars."""

    what: str
    """``input per million tokens``, ``output per million tokens above 200,000 tokens``, ``per image``."""
    before: Decimal
    after: Decimal

    @property
    def relative(self) -> Decimal:
        """After over before, less one; infinite where something free is free no more."""
        if self.before:
            return self.after / self.before - 1
        return Decimal("Infinity") if self.after else Decimal(0)


def largest_move(before: Price, after: Price) -> PriceMove | None:
    """The unit price with the largest relative move, up or down, the first of equals; ``None``: none moved.

    A price that only one of the two states gives is not compared: what then holds is another price
    of the same state (see `request_cost`).
    """
    old = dict(_unit_prices(before))
    moves = [
        PriceMove(what, old[what], amount)
        for what, amount in _unit_prices(after)
        if what in old and old[what] != amount
    ]
    return max(moves, key=lambda move: abs(move.relative), default=None)


def _unit_prices(price: Price) -> Iterator[tuple[str, Decimal]]:
    yield from _of_tokens(price.standard, "")
    for tier in price.tiers:
        above = f" above {tier.above_input_tokens:,} tokens"
        yield from _of_tokens(tier.price, above)
        for service, tokens in sorted(tier.services.items()):
            yield from _of_tokens(tokens, f" ({service}){above}")
    for service, tokens in sorted(price.services.items()):
        yield from _of_tokens(tokens, f" ({service})")
    for name in UNIT_PRICES:
        amount = getattr(price, name)
        if amount is not None:
            yield name.removeprefix("usd_").replace("_", " "), amount


def _of_tokens(tokens: TokenPrice, qualifier: str) -> Iterator[tuple[str, Decimal]]:
    for name, amount in structs.asdict(tokens).items():
        if amount is not None:
            yield f"{name.replace('_', ' ')} per million tokens{qualifier}", amount * _MILLION
