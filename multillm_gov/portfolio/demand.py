"""Demand of a task class: volume a month, and size of a request in the units that are billed."""

from decimal import Decimal
from functools import partial
from typing import Annotated, Literal

from msgspec import Meta, field, structs

from multillm_gov.portfolio.shapes import Text, Tokens
from multillm_gov.units import Amount, Share
from multillm_gov.vocabulary import Closed

_SIZES_ROUNDED_BY = Decimal("0.01")
"""How far the shares of sizes may be from 1: three thirds are often written as 0.99."""


class RequestSize(Closed, frozen=True, kw_only=True):
    """One bar of the histogram of request sizes; prices step with prompt length."""

    share: Annotated[
        Share, Meta(description="Share of the requests that have this size; shares sum to 1")
    ]
    input_tokens: Annotated[Tokens, Meta(description="Input tokens of such a request")]
    output_tokens: Annotated[
        Tokens | None, Meta(description="Output tokens of such a request; 0: it has none")
    ] = None


class Demand(Closed, frozen=True, kw_only=True):
    """Volume per month and size per request, in the units that providers bill by."""

    requests: Annotated[int, Meta(ge=0, le=1_000_000_000_000, description="Requests per month")]
    input_tokens: Annotated[
        Tokens, Meta(description="Mean text input tokens per request, cached ones included")
    ] = 0
    output_tokens: Annotated[
        Tokens | None,
        Meta(description="Mean text output tokens per request, reasoning included; 0: it has none"),
    ] = None
    cached_input_share: Annotated[
        Share,
        Meta(description="Share of the input tokens read from the provider's prompt cache (0..1)"),
    ] = field(default_factory=Share)
    cache_write_share: Annotated[
        Share, Meta(description="Share of the input tokens written to the cache for five minutes")
    ] = field(default_factory=Share)
    cache_write_1h_share: Annotated[
        Share, Meta(description="Share of the input tokens written to the cache for one hour")
    ] = field(default_factory=Share)
    cache_write_12h_share: Annotated[
        Share, Meta(description="Share of the input tokens written to the cache for twelve hours")
    ] = field(default_factory=Share)
    reasoning_share: Annotated[
        Share, Meta(description="Share of the output tokens that are reasoning")
    ] = field(default_factory=Share)
    p99_input_tokens: Annotated[
        Tokens | None,
        Meta(description="99th percentile of input tokens: what the context window must hold"),
    ] = None
    max_output_tokens: Annotated[
        Tokens | None,
        Meta(description="Longest answer needed: what the model's output limit must allow"),
    ] = None
    sizes: Annotated[
        tuple[RequestSize, ...],
        Meta(
            description="Histogram of request sizes; replaces the means where prices step with "
            "prompt length"
        ),
    ] = ()
    service_tier: Annotated[
        Literal["standard", "batch", "flex", "priority", "balanced", "ultrafast"],
        Meta(description="Price tier the requests are sent under"),
    ] = "standard"
    batch_share: Annotated[
        Share, Meta(description="Share of the requests sent as batch jobs; the rest: service_tier")
    ] = field(default_factory=Share)
    flex_share: Annotated[
        Share, Meta(description="Share of the requests sent as flex; the rest: service_tier")
    ] = field(default_factory=Share)
    retry_share: Annotated[
        Amount,
        Meta(description="Retries that are billed, per request: 0.02 is 2 more calls in 100"),
    ] = field(default_factory=Amount)
    audio_input_tokens: Annotated[
        Tokens, Meta(description="Audio tokens read per request, on top of the text tokens")
    ] = 0
    audio_output_tokens: Annotated[
        Tokens, Meta(description="Audio tokens spoken per request, on top of the text tokens")
    ] = 0
    image_input_tokens: Annotated[
        Tokens, Meta(description="Image tokens read per request, on top of the text tokens")
    ] = 0
    image_output_tokens: Annotated[
        Tokens, Meta(description="Image tokens made per request, on top of the text tokens")
    ] = 0
    video_input_tokens: Annotated[
        Tokens, Meta(description="Video tokens read per request, on top of the text tokens")
    ] = 0
    video_output_tokens: Annotated[
        Tokens, Meta(description="Video tokens made per request, on top of the text tokens")
    ] = 0
    citation_tokens: Annotated[Tokens, Meta(description="Citation tokens per request")] = 0
    images: Annotated[
        int, Meta(ge=0, le=10_000, description="Images made per request (image generation)")
    ] = 0
    input_images: Annotated[int, Meta(ge=0, le=10_000, description="Images read per request")] = 0
    steps: Annotated[
        int, Meta(ge=0, le=1_000_000, description="Steps per request, of all images together")
    ] = 0
    songs: Annotated[int, Meta(ge=0, le=10_000, description="Songs made per request")] = 0
    variant: Annotated[
        Text | None,
        Meta(
            description="Which price applies where it differs by size or quality: `1080p`, `2K`; "
            "`govern catalog show` lists them"
        ),
    ] = None
    seconds: Annotated[
        Amount,
        Meta(
            description="Seconds per request: of audio read (transcription), spoken (speech) or "
            "both (realtime), of video made (video generation)"
        ),
    ] = field(default_factory=Amount)
    audio_seconds: Annotated[
        Amount, Meta(description="Seconds of audio read per request, in chat and embeddings")
    ] = field(default_factory=Amount)
    video_seconds: Annotated[
        Amount, Meta(description="Seconds of video read per request, in chat and embeddings")
    ] = field(default_factory=Amount)
    characters: Annotated[Tokens, Meta(description="Characters read or spoken per request")] = 0
    output_characters: Annotated[Tokens, Meta(description="Characters written per request")] = 0
    pages: Annotated[int, Meta(ge=0, le=100_000, description="Pages read per request (OCR)")] = 0
    annotated_pages: Annotated[
        int, Meta(ge=0, le=100_000, description="Pages per request that are annotated as well")
    ] = 0
    credits: Annotated[
        Amount, Meta(description="Credits per request, where the provider bills by the credit")
    ] = field(default_factory=Amount)
    content_units: Annotated[
        Amount,
        Meta(description="Guardrail: text units (1,000 characters) per request, content policy"),
    ] = field(default_factory=Amount)
    content_images: Annotated[
        Amount, Meta(description="Guardrail: images per request, content policy")
    ] = field(default_factory=Amount)
    topic_units: Annotated[
        Amount, Meta(description="Guardrail: text units per request, topic policy")
    ] = field(default_factory=Amount)
    sensitive_units: Annotated[
        Amount,
        Meta(description="Guardrail: text units per request, sensitive information policy"),
    ] = field(default_factory=Amount)
    grounding_units: Annotated[
        Amount, Meta(description="Guardrail: text units per request, grounding check")
    ] = field(default_factory=Amount)
    reasoning_units: Annotated[
        Amount, Meta(description="Guardrail: text units per request, automated reasoning check")
    ] = field(default_factory=Amount)
    messages: Annotated[
        Amount, Meta(description="Text messages per request (realtime sessions)")
    ] = field(default_factory=Amount)
    queries: Annotated[
        Amount, Meta(description="Queries per request (rerank, search); default: 1")
    ] = field(default_factory=partial(Amount, 1))
    searches: Annotated[
        Amount | None,
        Meta(
            description="Web searches per request; default: 1 if the task class needs `web_search`"
        ),
    ] = None
    search_context: Annotated[
        Literal["low", "medium", "high"],
        Meta(description="How much of the results a search reads; its fee may depend on it"),
    ] = "low"
    maps_queries: Annotated[Amount, Meta(description="Queries to a maps service per request")] = (
        field(default_factory=Amount)
    )
    sessions: Annotated[Amount, Meta(description="Code interpreter sessions per request")] = field(
        default_factory=Amount
    )

    def __post_init__(self) -> None:
        """Refuse shares of one whole that add up to more than it, and sizes that are not a whole.

        Raises:
            ValueError: they do.
        """
        for names in (
            (
                "cached_input_share",
                "cache_write_share",
                "cache_write_1h_share",
                "cache_write_12h_share",
            ),
            ("batch_share", "flex_share"),
        ):
            total = sum(getattr(self, name) for name in names)
            if total > 1:
                written = ", ".join(f"`{name}`" for name in names if getattr(self, name))
                raise ValueError(f"{written} add up to {total:f}; the most allowed is 1")
        covered = sum((Decimal(size.share) for size in self.sizes), Decimal(0))
        if self.sizes and abs(covered - 1) > _SIZES_ROUNDED_BY:
            raise ValueError(f"the shares of `sizes` add up to {covered:f}, not to 1")


def implied_demand(demand: Demand, needs: tuple[str, ...]) -> Demand:
    """Demand of a task class that needs audio or web search, where it declares neither.

    All of its text tokens are then taken to be audio, and each request to search once: the dearer
    reading.
    """
    implied: dict[str, object] = {}
    for kind, side in (("audio_input", "input"), ("audio_output", "output")):
        if (
            kind in needs
            and not getattr(demand, f"{kind}_tokens")
            and not demand.seconds
            and not demand.audio_seconds
            and not demand.sizes
            and (moved := getattr(demand, f"{side}_tokens"))
        ):
            implied[f"{kind}_tokens"] = moved
            implied[f"{side}_tokens"] = 0
    if "web_search" in needs and demand.searches is None:
        implied["searches"] = Amount(1)
    return structs.replace(demand, **implied) if implied else demand
