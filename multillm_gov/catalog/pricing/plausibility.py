"""Whether a price is out by orders of magnitude (prices per million, LiteLLM #20615)."""

from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.pricing.price import UnitPrices
from multillm_gov.dimensions import UNKNOWN

FACTOR = Decimal(100)
"""Two orders of magnitude: a price per million entered as one per token exceeds them."""


FEWEST = 3
"""Models of a family that make a median: of two, one may be the very one in doubt."""


class TypicalPrice(Struct, frozen=True):
    """Median US dollars per token over a family's models of one mode, the free ones left out."""

    input: Decimal | None = None
    output: Decimal | None = None
    models: int = 0


class Implausible(Struct, frozen=True, kw_only=True):
    """A price far off what is usual."""

    side: str
    """``input`` or ``output``."""
    usd_per_million: Decimal
    usual_usd_per_million: Decimal
    compared_with: str
    """``its base``, or ``the median of 41 claude models``."""

    @property
    def factor(self) -> Decimal:
        """How many times the usual price it is."""
        return self.usd_per_million / self.usual_usd_per_million


def implausible_price(
    facts: ModelFacts, base: ModelFacts | None, typical: TypicalPrice | None
) -> tuple[Implausible, ...]:
    """Token prices a hundred times off the base's, or the family's usual price; free is plausible.

    Args:
        facts: Whose price to judge.
        base: What it is declared to be built upon.
        typical: `Catalog`'s usual price for its family and mode.
    """
    if facts.price is None:
        return ()
    implausible = []
    for side in ("input", "output"):
        price = getattr(facts.price.standard, side)
        usual, whom = _usual(side, facts, base, typical)
        if price and usual and not usual / FACTOR < price < usual * FACTOR:
            implausible.append(
                Implausible(
                    side=side,
                    usd_per_million=price * 10**6,
                    usual_usd_per_million=usual * 10**6,
                    compared_with=whom,
                )
            )
    return tuple(implausible)


def _usual(
    side: str, facts: ModelFacts, base: ModelFacts | None, typical: TypicalPrice | None
) -> tuple[Decimal | None, str]:
    standard: UnitPrices | None = (
        base.price.standard if base is not None and base.price is not None else None
    )
    own = getattr(standard, side) if standard is not None else None
    if own:
        return own, f"its base {base.name if base is not None else ''}"
    if typical is None or typical.models < FEWEST:
        return None, ""
    return getattr(typical, side), f"the median of {typical.models} {facts.exposure.family} models"


def family_key(facts: ModelFacts) -> str:
    """``claude/chat``: under which a usual price is kept; empty where the family is not known."""
    return (
        f"{facts.exposure.family}/{facts.mode}"
        if UNKNOWN not in (facts.exposure.family, facts.mode)
        else ""
    )
