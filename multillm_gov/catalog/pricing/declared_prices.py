"""Prices that ``catalog/`` declares, turned into a price."""

from datetime import date
from decimal import Decimal

from msgspec import Struct, structs

from multillm_gov.catalog.declarations import ModelDeclaration
from multillm_gov.catalog.pricing.billed_units import UNITS
from multillm_gov.catalog.pricing.price import Price, PriceTier, UnitPrices
from multillm_gov.catalog.pricing.price_declarations import (
    PricesOfService,
    PricesPerUnit,
    TokenPrices,
)

_MILLION = Decimal(1_000_000)


def has_own_price(declared: ModelDeclaration) -> bool:
    """Whether a declaration gives prices of its own, which replace all of the base's."""
    return bool(
        declared.usd_per_million_tokens is not None
        or declared.usd_per is not None
        or declared.price_changes
        or declared.variants
    )


def later_prices(
    declared: ModelDeclaration, base: Price | None, as_of: date | None
) -> tuple[tuple[date, Price], ...]:
    """Declared prices that start after a day, with their first day, soonest first."""
    starts = sorted({change.starts for change in declared.price_changes})
    return tuple(
        (day, price)
        for day in starts
        if as_of is not None
        and day > as_of
        and (price := declared_price(declared, base, day)) is not None
    )


def declared_price(
    declared: ModelDeclaration, base: Price | None, as_of: date | None
) -> Price | None:
    """The declared price of a day (``None``: of the last one); ``None`` where none is declared.

    Prices per unit alone are added to the base's; prices of tokens replace all of them.
    """
    if not has_own_price(declared):
        return None
    added = declared.usd_per_million_tokens is None and not declared.price_changes
    if added and base is not None and declared.currency == base.currency:
        return _added(declared, base)
    standard = _unit_prices(declared.usd_per_million_tokens, declared.usd_per)
    started = [
        change
        for change in sorted(declared.price_changes, key=lambda change: change.starts)
        if as_of is None or change.starts <= as_of
    ]
    if started:
        standard = _of_service(started[-1])
    elif standard == UnitPrices() and not declared.variants:
        return None
    return Price(
        standard=standard,
        tiers=_tiers(declared, standard),
        services=_services(declared, standard),
        variants={name: _units(prices) for name, prices in declared.variants.items()},
        minimum=_plain(declared.usd_minimum_per_request),
        currency=declared.currency,
    )


def _added(declared: ModelDeclaration, base: Price) -> Price:
    units = base.standard.units | _units(declared.usd_per)
    variants = {name: _units(prices) for name, prices in declared.variants.items()}
    minimum = declared.usd_minimum_per_request
    return structs.replace(
        base,
        standard=structs.replace(base.standard, units=units),
        variants=base.variants | variants,
        minimum=base.minimum if minimum is None else Decimal(minimum),
    )


def _tiers(declared: ModelDeclaration, standard: UnitPrices) -> tuple[PriceTier, ...]:
    return tuple(
        PriceTier(
            above_input_tokens=step.above_input_tokens,
            price=_over(standard, _unit_prices(step.usd_per_million_tokens, None)),
        )
        for step in sorted(declared.tiers, key=lambda step: step.above_input_tokens)
    )


def _services(declared: ModelDeclaration, standard: UnitPrices) -> dict[str, UnitPrices]:
    given = structs.asdict(declared.service_tiers)
    return {
        name: _over(standard, _of_service(prices))
        for name, prices in given.items()
        if prices is not None
    }


def _over(standard: UnitPrices, own: UnitPrices) -> UnitPrices:
    """A service's or tier's prices, with the standard ones where it gives none."""
    return structs.replace(standard, **own.text(), units=standard.units | own.units)


def _of_service(prices: PricesOfService) -> UnitPrices:
    return _unit_prices(prices.usd_per_million_tokens, prices.usd_per)


def _unit_prices(tokens: TokenPrices | None, units: PricesPerUnit | None) -> UnitPrices:
    given = {name: value / _MILLION for name, value in _given(tokens).items()}
    text = {name: value for name, value in given.items() if name not in UNITS}
    others = {name: value for name, value in given.items() if name in UNITS}
    return UnitPrices(**text, units=others | _units(units))


def _units(prices: PricesPerUnit | None) -> dict[str, Decimal]:
    return _given(prices)


def _given(prices: Struct | None) -> dict[str, Decimal]:
    if prices is None:
        return {}
    return {
        name: Decimal(value) for name, value in structs.asdict(prices).items() if value is not None
    }


def _plain(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)
