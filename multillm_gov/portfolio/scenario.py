"""What a scenario file declares: shocks that happen at once, and why they are worth a look."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field

from multillm_gov.documents.document import Document
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.shape import convert, sound_entries
from multillm_gov.finding import Flaw
from multillm_gov.location import Place
from multillm_gov.plugins import plugin_names
from multillm_gov.portfolio.shapes import Name, Text
from multillm_gov.units import Amount, Positive, Share
from multillm_gov.vocabulary import Closed

Day = Annotated[int, Meta(ge=1, le=31)]
Tries = Annotated[int, Meta(ge=1, le=20)]
SHOCKS = "multillm_gov.risk.stress.shocks"
if TYPE_CHECKING:
    ShockKind = str
else:
    ShockKind = Literal[plugin_names(SHOCKS)]

Target = Literal[
    "model",
    "family",
    "vendor",
    "provider",
    "cloud",
    "region",
    "jurisdiction",
    "gateway",
    "dependency",
    "task_class",
]

ENTITY_WORDS = frozenset({"each", "largest", "others"})
"""Entities that are found out from the portfolio; every other one is a name."""


class Shock(Closed, frozen=True, kw_only=True):
    """One thing that goes wrong with an entity."""

    kind: Annotated[ShockKind, Meta(description="What kind of shock it is")]
    level: Annotated[Target | None, Meta(description="What kind of entity is hit")] = None
    entity: Annotated[
        Text,
        Meta(
            max_length=200,
            description="Its name; `each`: every one of the level in turn; `largest`: the one with "
            "most value at stake "
            "(most spend where a price rises); `others`: all of the level that no other shock hits",
        ),
    ] = "each"
    hours: Annotated[
        Positive | None, Meta(description="How long an outage or a rate limit lasts")
    ] = None
    days: Annotated[Positive | None, Meta(description="How long a drift or a withdrawal lasts")] = (
        None
    )
    factor: Annotated[
        Positive | None,
        Meta(description="What a limit, a price, tokens or demand are multiplied by: 1.35 is +35%"),
    ] = None
    points: Annotated[
        Share | None,
        Meta(
            description="How much of the accepted answers is lost by quality drift (0..1): 0.05 is "
            "5 points"
        ),
    ] = None
    ratio: Annotated[
        Positive | None, Meta(description="Stylistic distance over the model's own noise floor")
    ] = None
    day: Annotated[Day | None, Meta(description="Day of the month on which caps are exhausted")] = (
        None
    )
    successor_qualified: Annotated[
        bool | None,
        Meta(
            description="Whether the successor of a retired model is tested and ready; default: as "
            "proved"
        ),
    ] = None
    notice_days: Annotated[
        Amount | None,
        Meta(description="Days of a retirement's notice that the migration can use; assumed 0"),
    ] = None
    reroute_hours: Annotated[
        Amount | None,
        Meta(
            description="Hours after which people have rerouted by hand what the failover missed; "
            "assumed never"
        ),
    ] = None
    tries: Annotated[
        Tries | None,
        Meta(
            description="Calls that clients make for one request while a limit refuses them; "
            "assumed 1"
        ),
    ] = None
    hard: Annotated[
        bool,
        Meta(
            description="Whether an exhausted cap stops the requests; else they go on and cost more"
        ),
    ] = True
    review_cost: Annotated[
        Amount | None,
        Meta(description="What a review of the brand's voice costs, once, per task class"),
    ] = None
    at_peak: Annotated[bool, Meta(description="Whether it happens at the busiest time")] = False


class Scenario(Closed, frozen=True, kw_only=True):
    """Shocks that happen together."""

    title: Annotated[Text, Meta(description="What the scenario assumes, for readers")]
    because: Annotated[
        str, Meta(description="Which event, source or judgment makes it worth a look")
    ] = ""
    shocks: Annotated[
        tuple[Shock, ...], Meta(min_length=1, max_length=20, description="Its shocks, all at once")
    ]


class ScenarioFile(Closed, frozen=True, kw_only=True):
    """A whole file below ``scenarios/``; a scenario with the name of a built-in one replaces it."""

    scenarios: Annotated[
        dict[Name, Scenario], Meta(description="Scenarios by name, as `govern stress` takes them")
    ] = field(default_factory=dict)


class PlacedScenario(Struct, frozen=True, kw_only=True):
    """A scenario, its name, and where it is written."""

    name: str
    scenario: Scenario
    place: Place


def load_scenarios(
    documents: dict[str, Document],
) -> tuple[tuple[PlacedScenario, ...], tuple[Flaw, ...]]:
    """Load all sound scenarios by file and position; the others are located flaws."""
    flaws: list[Flaw] = []
    placed: list[PlacedScenario] = []
    for path in sorted(documents):
        if kind_of(path) != "scenario":
            continue
        file, matching_flaws = convert(documents[path], (), ScenarioFile)
        flaws.extend(matching_flaws)
        every = (
            file.scenarios.items()
            if file is not None
            else sound_entries(documents[path], "scenarios", Scenario)
        )
        placed.extend(
            PlacedScenario(name=name, scenario=scenario, place=Place(path, ("scenarios", name)))
            for name, scenario in every
        )
    return tuple(placed), tuple(flaws)
