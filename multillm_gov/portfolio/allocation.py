"""What an allocation file declares of each task class."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field, structs

from multillm_gov.location import Place
from multillm_gov.plugins import plugin_names
from multillm_gov.units import Amount, Percent, Positive, Share

Name = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        description="A name: up to 100 letters, digits, `.`, `_` and `-`, starting with a letter "
        "or digit",
    ),
]
Text = Annotated[str, Meta(min_length=1)]
Digest = Annotated[
    str,
    Meta(
        pattern="^sha256:[0-9a-f]{64}$",
        description="`sha256:` and 64 hexadecimal digits of a file's bytes",
    ),
]
ModelName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        description="Model as LiteLLM spells it, or as `catalog/` defines it",
    ),
]
Tokens = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Classification = Literal["public", "internal", "confidential", "restricted"]
Mode = Literal[
    "chat",
    "completion",
    "responses",
    "embedding",
    "rerank",
    "moderation",
    "image_generation",
    "image_edit",
    "audio_transcription",
    "audio_speech",
    "realtime",
    "video_generation",
    "ocr",
    "search",
    "vector_store",
    "evaluation",
    "decisions",
    "extraction",
    "guardrail",
]
Capability = Literal[
    "function_calling",
    "parallel_function_calling",
    "tool_choice",
    "response_schema",
    "vision",
    "pdf_input",
    "audio_input",
    "audio_output",
    "prompt_caching",
    "reasoning",
    "system_messages",
    "web_search",
    "computer_use",
]


class Closed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping whose keys are all known: a misspelt key is an error, never ignored."""


class Leg(Closed, frozen=True, kw_only=True):
    """One model of a route with its share of the requests."""

    model: ModelName
    weight: Annotated[
        Percent | None,
        Meta(description="Percent of requests; optional when the route has one model"),
    ] = None


class RequestSize(Closed, frozen=True, kw_only=True):
    """One bar of the histogram of request sizes; prices step with prompt length."""

    share: Annotated[
        Share, Meta(description="Share of the requests that have this size; shares sum to 1")
    ]
    input_tokens: Annotated[Tokens, Meta(description="Input tokens of such a request")]
    output_tokens: Annotated[Tokens, Meta(description="Output tokens of such a request")] = 0


class Demand(Closed, frozen=True, kw_only=True):
    """Volume per month and size per request, in the units that providers bill by."""

    requests: Annotated[int, Meta(ge=0, le=1_000_000_000_000, description="Requests per month")]
    input_tokens: Annotated[
        Tokens, Meta(description="Mean text input tokens per request, cached ones included")
    ] = 0
    output_tokens: Annotated[
        Tokens, Meta(description="Mean text output tokens per request, reasoning included")
    ] = 0
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
        """Refuse shares of one whole that add up to more than it.

        Raises:
            ValueError: they do.
        """
        for names in (
            ("cached_input_share", "cache_write_share", "cache_write_1h_share"),
            ("batch_share", "flex_share"),
        ):
            if sum(getattr(self, name) for name in names) > 1:
                listed = ", ".join(f"`{name}`" for name in names)
                raise ValueError(f"Expected {listed} to add up to at most 1")


class SpendCap(Closed, frozen=True, kw_only=True):
    """Ceilings in the portfolio's currency."""

    monthly: Annotated[Amount | None, Meta(description="Most that may be spent per month")] = None
    per_request: Annotated[Amount | None, Meta(description="Most that one request may cost")] = None


class WrongModelCost(Closed, frozen=True, kw_only=True):
    """What goes wrong, and what hangs on it, when the model is unfit or away."""

    effect: Annotated[str, Meta(description="What happens, in words")] = ""
    value_at_stake: Annotated[
        Amount | None,
        Meta(
            description="Value that depends on this task class, per month, in the portfolio's "
            "currency"
        ),
    ] = None


class Quality(Closed, frozen=True, kw_only=True):
    """The least quality that is acceptable, on the scale of the internal benchmark (0..1)."""

    floor: Annotated[Share, Meta(description="Least share of acceptable answers (0..1)")]


NORMALIZERS = "multillm_gov.evaluation.bench.normalizers"
if TYPE_CHECKING:
    Normalizer = str
else:
    Normalizer = Literal[plugin_names(NORMALIZERS)]
"""What may be done to an answer before it is compared with the output schema."""
Characters = Annotated[int, Meta(ge=1, le=10_000_000)]


class AnswerShape(Closed, frozen=True, kw_only=True):
    """What every answer must be, beside its schema; probes hold answers against it."""

    language: Annotated[
        Annotated[str, Meta(pattern="^[a-z]{2}$")] | None,
        Meta(description="ISO 639-1 code of the language the answer is written in: en, de"),
    ] = None
    min_characters: Annotated[Characters | None, Meta(description="Shortest answer")] = None
    max_characters: Annotated[Characters | None, Meta(description="Longest answer")] = None


class Latency(Closed, frozen=True, kw_only=True):
    """The slowest answer that is acceptable."""

    p95_seconds: Annotated[
        Positive, Meta(description="Seconds within which 95% of the answers must be complete")
    ]
    timeout_seconds: Annotated[
        Positive | None,
        Meta(description="When a model is given up and the next one tried; default: the p95 limit"),
    ] = None


class Data(Closed, frozen=True, kw_only=True):
    """What kind of data is sent, and where it may be processed."""

    classification: Annotated[
        Classification, Meta(description="How protected the data in the requests is")
    ] = "internal"
    residency: Annotated[
        tuple[
            Annotated[str, Meta(pattern="^[A-Z]{2,6}$", description="2 to 6 capital letters")], ...
        ],
        Meta(
            description="Places where the data may be processed: ISO country codes or EU; empty "
            "means anywhere"
        ),
    ] = ()


class Review(Closed, frozen=True, kw_only=True):
    """When a person last looked at the allocation, and how often one must."""

    last: Annotated[date, Meta(description="Day of the last review")]
    every_months: Annotated[
        int, Meta(ge=1, le=60, description="Months from one review to the next")
    ] = 3


class Needs(Closed, frozen=True, kw_only=True):
    """What a model must be able to do for this task class."""

    capabilities: Annotated[
        tuple[Capability, ...], Meta(description="What the model must be able to do")
    ] = ()
    context_tokens: Annotated[
        Tokens | None,
        Meta(description="Context window needed; default: p99 input + longest output"),
    ] = None


class TaskClassDeclaration(Closed, frozen=True, kw_only=True):
    """One entry below ``task_classes``."""

    route: Annotated[
        tuple[Leg, ...],
        Meta(min_length=1, max_length=50, description="One model, or a weighted split"),
    ]
    purpose: Annotated[str, Meta(description="What the answers are used for")] = ""
    owner: Annotated[
        Text | None, Meta(description="Team that answers for it; default: the file's owner")
    ] = None
    mode: Annotated[Mode, Meta(description="Kind of model the task needs")] = "chat"
    selection_criteria: Annotated[
        tuple[str, ...], Meta(description="Why these models, in order of weight")
    ] = ()
    cost_of_wrong_model: WrongModelCost = WrongModelCost()
    fallbacks: Annotated[
        tuple[ModelName, ...],
        Meta(max_length=50, description="Models tried in order when the routed one fails"),
    ] = ()
    demand: Annotated[
        Demand | None,
        Meta(description="Volume and size of requests; without it no cost is forecast"),
    ] = None
    spend_cap: SpendCap = SpendCap()
    quality: Annotated[Quality | None, Meta(description="Quality floor")] = None
    latency: Latency | None = None
    data: Data = Data()
    needs: Needs = Needs()
    prompt: Annotated[
        Text | None, Meta(description="Prompt file, relative to the portfolio's root")
    ] = None
    prompt_digest: Annotated[
        Digest | None,
        Meta(description="Digest of the prompt file that was agreed on, as `govern pin` writes it"),
    ] = None
    output_schema: Annotated[
        Text | None, Meta(description="JSON Schema the answer must satisfy, relative to the root")
    ] = None
    normalize: Annotated[
        tuple[Normalizer, ...],
        Meta(
            max_length=10,
            description="What your code does to an answer, in order, before it reads it as JSON",
        ),
    ] = ()
    answer: AnswerShape = AnswerShape()
    review: Annotated[
        Review | None, Meta(description="When it was last reviewed and how often it must be")
    ] = None
    tags: Annotated[tuple[Name, ...], Meta(description="Labels that policies can select by")] = ()


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
        ):
            implied[f"{kind}_tokens"] = getattr(demand, f"{side}_tokens")
            implied[f"{side}_tokens"] = 0
    if "web_search" in needs and demand.searches is None:
        implied["searches"] = Amount(1)
    return structs.replace(demand, **implied) if implied else demand


class AllocationFile(Closed, frozen=True, kw_only=True):
    """A whole file below ``allocations/``."""

    task_classes: Annotated[
        dict[Name, TaskClassDeclaration],
        Meta(description="Task classes by name; a name is unique in the portfolio"),
    ]
    owner: Annotated[Text | None, Meta(description="Owner of every task class without its own")] = (
        None
    )


class TaskClass(Struct, frozen=True, kw_only=True):
    """A task class as governed: its name, owner and place beside what was declared."""

    name: str
    owner: str | None
    declared: TaskClassDeclaration
    place: Place

    @property
    def demand(self) -> Demand | None:
        """The demand that is billed: what is declared, and what the declared needs imply."""
        declared, needs = self.declared.demand, self.declared.needs.capabilities
        return implied_demand(declared, needs) if declared is not None and needs else declared

    @property
    def models(self) -> tuple[str, ...]:
        """Every model it may call: routed ones first, then fallbacks, in order."""
        return (*(leg.model for leg in self.declared.route), *self.declared.fallbacks)

    @property
    def shares(self) -> tuple[Decimal, ...]:
        """Share of the requests per route entry, summing to 1; split evenly without weights."""
        weights = [leg.weight for leg in self.declared.route]
        given = [weight for weight in weights if weight is not None]
        if not given or sum(given) == 0:
            return tuple(Decimal(1) / len(weights) for _ in weights)
        total = sum(given)
        return tuple((weight or Decimal(0)) / total for weight in weights)
