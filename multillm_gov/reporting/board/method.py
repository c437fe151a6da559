"""How figures are calculated, what is assumed and what is not known."""

from multillm_gov.content import Items
from multillm_gov.measures.repricing import BASE_RISE
from multillm_gov.portfolio.settings import Settings
from multillm_gov.report import Section
from multillm_gov.reporting.shared.status_bands import WATCH_BAND
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.units import format_share

_FORECAST = (
    "Forecast: declared requests per month times the price of a request at the declared size, with "
    "price tiers and cached input, plus fixed hosting. It is a plan until actual usage is loaded."
)
_INDEX = (
    "HHI: the sum of squared shares in percent, at most 10,000. The lines at 1,800 and 2,500 are a "
    "benchmark borrowed "
    "from US merger guidelines (2023 and 2010); no regulator sets a limit for buyers, and four "
    "equal suppliers score "
    "2,500. Effective number: 10,000 / HHI, how many equal suppliers would be as concentrated."
)
_SOURCES = (
    "Prices and retirement dates: LiteLLM's price map and the portfolio's own `catalog/`, in the "
    "versions below. A "
    "missing date reads as not known."
)
_CONTROLS = (
    "Controls: where policies name controls of published frameworks, this report supports evidence "
    "for them; it is no "
    "statement of conformity."
)


def method_section(assessment: Assessment) -> Section:
    """Definitions in a sentence each; versions and digests follow as provenance."""
    settings = assessment.portfolio.settings
    status = (
        "Status: outside means that the limit is exceeded; near means within "
        f"{format_share(WATCH_BAND)} of it, or that "
        "something unknown is left out. Limits are those of `govern.yaml`, the board's to change."
    )
    lead = (
        f"Migration lead time: assumed {settings.migration_lead_days} days "
        "(`migration_lead_days` in `govern.yaml`)."
    )
    rise = (
        f"Repricing: assumed increase of {BASE_RISE * 100:.0f}% at one vendor; its share of spend "
        "times the increase."
    )
    lines = (_FORECAST, status, _INDEX, rise, lead, _SOURCES, *_exchange(settings), _CONTROLS)
    return Section(id="method", title="Method", blocks=(Items(lines),))


def _exchange(settings: Settings) -> tuple[str, ...]:
    if settings.exchange is None:
        return ()
    rate = f"{settings.exchange.usd_per_unit.normalize():f} USD"
    day = settings.exchange.as_of
    return (f"Exchange rate: 1 {settings.currency} = {rate}, declared as of {day}.",)
