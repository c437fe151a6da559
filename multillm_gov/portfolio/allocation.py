"""What an allocation file declares of each task class."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from multillm_gov.location import Place
from multillm_gov.plugins import plugin_names
from multillm_gov.portfolio.demand import Demand, implied_demand
from multillm_gov.portfolio.shapes import Digest, ModelName, Name, Text, Tokens
from multillm_gov.units import Amount, Percent, Positive, Share
from multillm_gov.vocabulary import Capability, Classification, Closed, Mode


class RouteEntry(Closed, frozen=True, kw_only=True):
    """One model of a route with its share of the requests."""

    model: ModelName
    weight: Annotated[
        Percent | None,
        Meta(description="Percent of requests; optional when the route has one model"),
    ] = None


class SpendCap(Closed, frozen=True, kw_only=True):
    """Ceilings in the portfolio's currency."""

    monthly: Annotated[Amount | None, Meta(description="Most that may be spent per month")] = None
    per_request: Annotated[Amount | None, Meta(description="Most that one request may cost")] = None


class WrongModelCost(Closed, frozen=True, kw_only=True):
    """What goes wrong, and what it costs, when the model is unfit or unavailable."""

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
        tuple[RouteEntry, ...],
        Meta(min_length=1, max_length=50, description="One model, or a weighted split"),
    ]
    title: Annotated[
        str, Meta(max_length=80, description="Name for people, in any script: Atención al cliente")
    ] = ""
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


class Move(Closed, frozen=True, kw_only=True, rename={"old": "from", "new": "to"}):
    """A task class that has another name now."""

    old: Annotated[Name, Meta(description="The name it had")]
    new: Annotated[Name, Meta(description="The name it has now, in any file")]


class AllocationFile(Closed, frozen=True, kw_only=True):
    """A whole file below ``allocations/``."""

    task_classes: Annotated[
        dict[Name, TaskClassDeclaration],
        Meta(description="Task classes by name; a name is unique in the portfolio"),
    ]
    owner: Annotated[Text | None, Meta(description="Owner of every task class without its own")] = (
        None
    )
    moved: Annotated[
        tuple[Move, ...],
        Meta(
            max_length=10_000,
            description="Task classes with another name now, so that a comparison takes neither "
            "for removed nor added; in any file, and kept as long as you like",
        ),
    ] = ()


class PlacedMove(Struct, frozen=True, kw_only=True):
    """A move with the place it is written at."""

    declared: Move
    place: Place


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
        return (*(entry.model for entry in self.declared.route), *self.declared.fallbacks)

    @property
    def shares(self) -> tuple[Decimal, ...]:
        """Share of the requests per route entry, summing to 1; split evenly without weights."""
        weights = [entry.weight for entry in self.declared.route]
        given = [weight for weight in weights if weight is not None]
        if not given or sum(given) == 0:
            return tuple(Decimal(1) / len(weights) for _ in weights)
        total = sum(given)
        return tuple((weight or Decimal(0)) / total for weight in weights)
