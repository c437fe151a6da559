"""What an allocation file declares: task class -> route, fallbacks, demand, caps, floors, owner, review."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from multillm_gov.location import Place
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
    "audio_transcription",
    "audio_speech",
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
    """One bar of the histogram of request sizes: prices step with prompt length, so means mislead."""

    share: Annotated[
        Share, Meta(description="Share of the requests that have this size; shares sum to 1")
    ]
    input_tokens: Tokens
    output_tokens: Tokens = 0


class Demand(Closed, frozen=True, kw_only=True):
    """Volume per month and size per request."""

    requests: Annotated[int, Meta(ge=0, le=1_000_000_000_000, description="Requests per month")]
    input_tokens: Annotated[
        Tokens, Meta(description="Mean input tokens per request, cached ones included")
    ] = 0
    output_tokens: Annotated[
        Tokens, Meta(description="Mean output tokens per request, reasoning included")
    ] = 0
    cached_input_share: Annotated[
        Share,
        Meta(description="Share of the input tokens read from the provider's prompt cache (0..1)"),
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
        Literal["standard", "batch", "flex", "priority"],
        Meta(description="Price tier the requests are sent under"),
    ] = "standard"
    images: Annotated[
        int, Meta(ge=0, le=10_000, description="Images made per request (image generation)")
    ] = 0
    seconds: Annotated[
        Amount, Meta(description="Seconds of audio per request (transcription, speech)")
    ] = field(default_factory=Amount)


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

    floor: Share


Normalizer = Literal["strip-fences", "extract-json", "coerce"]
"""What may be done to an answer before it is held against the output schema; each is a file of `trials.normalizers`."""
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

    p95_seconds: Positive
    timeout_seconds: Annotated[
        Positive | None,
        Meta(description="When a model is given up and the next one tried; default: the p95 limit"),
    ] = None


class Data(Closed, frozen=True, kw_only=True):
    """What kind of data is sent, and where it may be processed."""

    classification: Classification = "internal"
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

    last: date
    every_months: Annotated[int, Meta(ge=1, le=60)] = 3


class Needs(Closed, frozen=True, kw_only=True):
    """What a model must be able to do for this task class."""

    capabilities: tuple[Capability, ...] = ()
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
    def models(self) -> tuple[str, ...]:
        """Every model it may call: routed ones first, then fallbacks, in order."""
        return (*(leg.model for leg in self.declared.route), *self.declared.fallbacks)

    @property
    def shares(self) -> tuple[Decimal, ...]:
        """Share of the requests per leg, summing to 1; a route whose weights are all missing is split evenly."""
        weights = [leg.weight for leg in self.declared.route]
        given = [weight for weight in weights if weight is not None]
        if not given or sum(given) == 0:
            return tuple(Decimal(1) / len(weights) for _ in weights)
        total = sum(given)
        return tuple((weight or Decimal(0)) / total for weight in weights)
