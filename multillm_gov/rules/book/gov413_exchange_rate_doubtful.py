"""GOV413: the exchange rate is recent, and the right way round."""

from collections.abc import Iterator
from decimal import Decimal
from math import log
from typing import Annotated

from msgspec import Meta

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.pricing.price import USD
from multillm_gov.documents.layout import SETTINGS
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.portfolio.settings import ExchangeRate
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit
from multillm_gov.units import format_count
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code

_USUAL = {
    "AUD": 0.66,
    "BRL": 0.19,
    "CAD": 0.72,
    "CHF": 1.15,
    "CNY": 0.14,
    "CZK": 0.045,
    "DKK": 0.15,
    "EUR": 1.1,
    "GBP": 1.3,
    "HKD": 0.128,
    "HUF": 0.0028,
    "IDR": 0.00006,
    "ILS": 0.28,
    "INR": 0.012,
    "JPY": 0.0068,
    "KRW": 0.00072,
    "KWD": 3.25,
    "MXN": 0.055,
    "NOK": 0.095,
    "NZD": 0.6,
    "PHP": 0.0175,
    "PLN": 0.26,
    "SEK": 0.098,
    "SGD": 0.75,
    "THB": 0.029,
    "TRY": 0.027,
    "TWD": 0.031,
    "ZAR": 0.055,
}
"""US dollars per unit, roughly: which way round a rate is."""
_INVERTED = 0.25
"""How near its inverse a rate is, against the distance of the rate itself (logarithms)."""


class Parameters(Closed, frozen=True, kw_only=True):
    """How old a rate may be."""

    max_age_days: Annotated[
        int, Meta(ge=1, le=3660, description="Days after which a rate is too old")
    ] = 90


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield a rate that is needed and missing, too old, of a later day, or inverted."""
    settings = context.state.portfolio.settings
    rate = settings.exchange
    if rate is None:
        yield from _missing(context, settings.currency)
        return
    days = (context.as_of - rate.as_of).days
    if days < 0:
        message = f"the exchange rate is of {rate.as_of}, which is in the future"
        yield _violation(message, "as_of", rate, settings.currency)
    elif days > parameters.max_age_days:
        message = (
            f"the exchange rate is {format_count(days)} days old; at most "
            f"{format_count(parameters.max_age_days)} are allowed"
        )
        yield _violation(message, "as_of", rate, settings.currency)
    for former, source in _references(context):
        if _is_inverse(rate.usd_per_unit, former):
            message = (
                f"one {settings.currency} costs {rate.usd_per_unit.normalize():f} USD, which "
                f"looks inverted: {source} {former.normalize():f} USD"
            )
            yield _violation(message, "usd_per_unit", rate, settings.currency)
            return


def _missing(context: RuleContext, currency: str) -> Iterator[Violation]:
    """A violation where a model in use has a price in another currency, and nothing converts it."""
    if currency == USD:
        return
    foreign = {
        name: currencies[0]
        for name, facts in sorted(context.models.items())
        if facts is not None and (currencies := _currencies(facts, currency))
    }
    if not foreign:
        return
    name, theirs = next(iter(foreign.items()))
    more = f" and {len(foreign) - 1:,} more" if len(foreign) > 1 else ""
    yield Violation(
        message=(
            f"amounts are in {currency}, the price of {code(name)}{more} in {theirs}, and no "
            "exchange rate is given"
        ),
        place=Place(SETTINGS, ("currency",)),
        subject=SETTINGS,
        remedy="Add `exchange: {usd_per_unit: …, as_of: …}` below `currency`.",
        risk="No amount in that currency is known: no cap, share or report can judge it.",
        severity=Severity.ERROR,
        distinction="missing",
    )


def _currencies(facts: ModelFacts, own: str) -> list[str]:
    """Currencies of a model's price and fixed cost, other than the portfolio's."""
    named = [facts.price.currency] if facts.price is not None else []
    named += [USD] if facts.usd_fixed_per_month else []
    return [currency for currency in named if currency != own]


def _references(context: RuleContext) -> Iterator[tuple[Decimal, str]]:
    """The rate of the base, and what the currency is usually worth."""
    settings = context.state.portfolio.settings
    earlier = context.base.portfolio.settings if context.base is not None else None
    if earlier is not None and earlier.exchange and earlier.currency == settings.currency:
        yield earlier.exchange.usd_per_unit, "the rate before was"
    usual = _USUAL.get(settings.currency)
    if usual is not None:
        yield Decimal(str(usual)), "it has been worth about"


def _is_inverse(rate: Decimal, former: Decimal) -> bool:
    now, then = log(rate), log(former)
    return now * then < 0 and abs(now + then) < _INVERTED * abs(now - then)


def _violation(message: str, key: str, rate: ExchangeRate, currency: str) -> Violation:
    return Violation(
        message=message,
        place=Place(SETTINGS, ("exchange", key)),
        subject=SETTINGS,
        remedy=(
            f"Write how many US dollars one {currency} costs today: `exchange: {{usd_per_unit: …, "
            "as_of: …}`."
        ),
        risk="Every amount in reports and every cap is compared at this rate.",
        figures={"usd_per_unit": rate.usd_per_unit},
        distinction=key,
    )


def _age(context: RuleContext, _: Parameters) -> Iterator[LimitReading]:
    rate = context.state.portfolio.settings.exchange
    if rate is not None:
        days = (context.as_of - rate.as_of).days
        yield LimitReading(days if days >= 0 else None, ("portfolio", ""))


RULE = Rule(
    id="GOV413",
    name="exchange-rate-doubtful",
    title="Exchange rate too old, in the future or inverted",
    one="The exchange rate is doubtful",
    many="{count} doubts about the exchange rate",
    short_title="Exchange rate",
    requirement="The exchange rate is recent, and states US dollars per unit of the currency.",
    why=(
        "Model prices are in US dollars. A rate that is old, of a day to come, or written the "
        "wrong way round (86.2 instead of 0.0116 for the rupee) moves every amount and every cap "
        "check without a trace."
    ),
    remediation="Update `exchange` in `govern.yaml`.",
    decision="Decide who updates the rate, and how often.",
    severity=Severity.WARNING,
    scope="portfolio",
    check=check,
    limits={
        "max_age_days": RuleLimit(words="Age of the exchange rate", unit="days", measure=_age),
    },
    parameters=Parameters,
    tighter={"max_age_days": "lower"},
    violating="""\
# govern.yaml
currency: INR
exchange: {usd_per_unit: 86.2, as_of: 2026-11-01}
""",
    compliant="""\
# govern.yaml
currency: INR
exchange: {usd_per_unit: 0.0116, as_of: 2026-11-01}
""",
)
