"""The prices that ``catalog/`` may declare: per token and unit, by tier, service and day."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from multillm_gov.units import Amount
from multillm_gov.vocabulary import Closed


class TokenPrices(Closed, frozen=True, kw_only=True):
    """Prices per million tokens, in US dollars unless `currency` says otherwise."""

    input: Annotated[Amount | None, Meta(description="USD per million input tokens")] = None
    output: Annotated[Amount | None, Meta(description="USD per million output tokens")] = None
    cache_read: Annotated[
        Amount | None, Meta(description="USD per million input tokens read from the cache")
    ] = None
    cache_write: Annotated[
        Amount | None, Meta(description="Written to the cache for five minutes; default: as input")
    ] = None
    cache_write_1h: Annotated[
        Amount | None,
        Meta(description="Written to the cache for one hour; default: as cache_write"),
    ] = None
    cache_write_12h: Annotated[
        Amount | None,
        Meta(description="Written to the cache for twelve hours; default: as cache_write"),
    ] = None
    reasoning: Annotated[Amount | None, Meta(description="Default: as output")] = None
    audio_input: Annotated[Amount | None, Meta(description="Default: as input")] = None
    audio_output: Annotated[Amount | None, Meta(description="Default: as output")] = None
    audio_cache_read: Annotated[Amount | None, Meta(description="Default: as audio_input")] = None
    audio_cache_write: Annotated[
        Amount | None, Meta(description="Audio written to the cache; default: as audio_input")
    ] = None
    image_input: Annotated[Amount | None, Meta(description="Default: as input")] = None
    image_output: Annotated[Amount | None, Meta(description="Default: as output")] = None
    image_cache_read: Annotated[Amount | None, Meta(description="Default: as image_input")] = None
    video_input: Annotated[Amount | None, Meta(description="Default: as input")] = None
    video_cache_read: Annotated[Amount | None, Meta(description="Default: as video_input")] = None
    video_output: Annotated[Amount | None, Meta(description="Default: as output")] = None
    citation: Annotated[Amount | None, Meta(description="USD per million citation tokens")] = None


class PricesPerUnit(Closed, frozen=True, kw_only=True):
    """Prices of one unit each, in US dollars unless `currency` says otherwise."""

    request: Annotated[Amount | None, Meta(description="Fee per request, on top")] = None
    query: Annotated[Amount | None, Meta(description="Per query of a rerank or search")] = None
    search_low: Annotated[
        Amount | None, Meta(description="Per web search with a small context")
    ] = None
    search_medium: Annotated[
        Amount | None, Meta(description="Per web search with a medium context")
    ] = None
    search_high: Annotated[
        Amount | None, Meta(description="Per web search with a large context")
    ] = None
    maps_query: Annotated[Amount | None, Meta(description="Per query to a maps service")] = None
    session: Annotated[Amount | None, Meta(description="Per code interpreter session")] = None
    message: Annotated[Amount | None, Meta(description="Per text message in realtime")] = None
    image: Annotated[Amount | None, Meta(description="Per image made")] = None
    pixel: Annotated[Amount | None, Meta(description="Per pixel of an image made")] = None
    input_image: Annotated[Amount | None, Meta(description="Per image read")] = None
    step: Annotated[Amount | None, Meta(description="Per step of an image made")] = None
    song: Annotated[Amount | None, Meta(description="Per song made")] = None
    second: Annotated[
        Amount | None,
        Meta(description="Per second of audio (transcription, speech, realtime) or of video made"),
    ] = None
    audio_second: Annotated[Amount | None, Meta(description="Per second of audio read")] = None
    video_second: Annotated[Amount | None, Meta(description="Per second of video read")] = None
    character: Annotated[Amount | None, Meta(description="Per character read or spoken")] = None
    output_character: Annotated[Amount | None, Meta(description="Per character written")] = None
    page: Annotated[Amount | None, Meta(description="Per page read")] = None
    annotated_page: Annotated[
        Amount | None, Meta(description="Per page annotated, on top of reading it")
    ] = None
    credit: Annotated[Amount | None, Meta(description="Per credit")] = None
    content_unit: Annotated[
        Amount | None, Meta(description="Guardrail: per text unit of the content policy")
    ] = None
    content_image: Annotated[
        Amount | None, Meta(description="Guardrail: per image of the content policy")
    ] = None
    topic_unit: Annotated[
        Amount | None, Meta(description="Guardrail: per text unit of the topic policy")
    ] = None
    sensitive_unit: Annotated[
        Amount | None,
        Meta(description="Guardrail: per text unit of the sensitive information policy"),
    ] = None
    grounding_unit: Annotated[
        Amount | None, Meta(description="Guardrail: per text unit of the grounding check")
    ] = None
    reasoning_unit: Annotated[
        Amount | None, Meta(description="Guardrail: per text unit of the automated reasoning check")
    ] = None


class PricesOfService(Closed, frozen=True, kw_only=True):
    """Prices under one service tier; what is left out costs what it costs without the tier."""

    usd_per_million_tokens: TokenPrices = TokenPrices()
    usd_per: PricesPerUnit = PricesPerUnit()


class PriceStep(Closed, frozen=True, kw_only=True):
    """Prices of the whole request once its prompt is longer than a threshold."""

    above_input_tokens: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000_000,
            description="Input tokens of a request above which the prices hold",
        ),
    ]
    usd_per_million_tokens: TokenPrices


class DatedPrices(PricesOfService, frozen=True, kw_only=True):
    """Prices that apply from a day on; they replace the earlier ones whole."""

    starts: Annotated[date, Meta(description="First day on which the prices apply")]


class ServicePrices(Closed, frozen=True, kw_only=True):
    """Prices by service tier."""

    batch: PricesOfService | None = None
    flex: PricesOfService | None = None
    priority: PricesOfService | None = None
