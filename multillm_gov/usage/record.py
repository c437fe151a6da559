"""What was really spent in a month, by task class or by owner."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct

from multillm_gov.documents.document import Document
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.shape import convert, sound_entries
from multillm_gov.finding import Flaw
from multillm_gov.location import Place
from multillm_gov.units import Amount
from multillm_gov.usage.attribution import AttributionRule
from multillm_gov.usage.obligations import Commitment, Outcome, Subscription

Name = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000_000)]


class MonthForecast(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a month is expected to cost in all, from the daily spend that was imported."""

    expected: Annotated[
        Amount, Meta(description="Spend of the whole month, in the portfolio's currency")
    ]
    low: Annotated[Amount | None, Meta(description="Lower end of the 80% interval")] = None
    high: Annotated[Amount | None, Meta(description="Upper end of the 80% interval")] = None
    year: Annotated[Amount | None, Meta(description="Spend of the whole calendar year")] = None

    def __post_init__(self) -> None:
        """Refuse half an interval, and one that does not hold what is expected."""
        if (self.low is None) != (self.high is None):
            raise ValueError("Expected `low` and `high` together")
        low = self.expected if self.low is None else self.low
        high = self.expected if self.high is None else self.high
        if not low <= self.expected <= high:
            raise ValueError("Expected `low` <= `expected` <= `high`")


class Actual(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Spend from the first of a month through a day of it, in the portfolio's currency."""

    month: Annotated[
        str, Meta(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$", description="Month, as YYYY-MM")
    ]
    through: Annotated[
        date, Meta(description="Last day counted; a complete month ends with its last day")
    ]
    spend: Annotated[
        Amount, Meta(description="Spent since the first of the month, in the portfolio's currency")
    ]
    task_class: Annotated[Name | None, Meta(description="Task class that spent it")] = None
    owner: Annotated[
        Name | None, Meta(description="Owner that spent it, all of its task classes together")
    ] = None
    portfolio: Annotated[
        bool, Meta(description="All imported spend, what has no task class included (`true`)")
    ] = False
    requests: Annotated[
        Count | None, Meta(description="Requests answered since the first of the month")
    ] = None
    forecast: Annotated[
        MonthForecast | None,
        Meta(description="Written by `govern usage import`; without it the run rate counts"),
    ] = None

    def __post_init__(self) -> None:
        """Refuse a record of nobody, of two, or through a day outside of its month."""
        named = (self.task_class is not None) + (self.owner is not None) + self.portfolio
        if named != 1:
            raise ValueError("Expected one of `task_class`, `owner` or `portfolio: true`")
        if self.through.isoformat()[:7] != self.month:
            raise ValueError(
                f"Expected `through` to be a day of `month`, got {self.through} and {self.month}"
            )

    @property
    def days(self) -> int:
        """Days of the month."""
        return monthrange(self.through.year, self.through.month)[1]


class UsageFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole file below ``usage/``."""

    actuals: Annotated[tuple[Actual, ...], Meta(description="Actual spend, a row per period")] = ()
    attribution: Annotated[
        tuple[AttributionRule, ...],
        Meta(description="Which task class imported rows belong to; the first match counts"),
    ] = ()
    subscriptions: Annotated[
        tuple[Subscription, ...], Meta(description="Seats, beside metered spend")
    ] = ()
    commitments: Annotated[
        tuple[Commitment, ...], Meta(description="Money owed whether it is used or not")
    ] = ()
    outcomes: Annotated[
        tuple[Outcome, ...], Meta(description="What task classes achieved, month by month")
    ] = ()


class PlacedActual(Struct, frozen=True, kw_only=True):
    """A record and where it is written."""

    actual: Actual
    place: Place


class PlacedRule(Struct, frozen=True, kw_only=True):
    """An attribution rule and where it is written."""

    rule: AttributionRule
    place: Place


class Actuals(Struct, frozen=True, kw_only=True):
    """All that `usage/` says: records newest first, rules in order of file and line."""

    task_classes: dict[str, tuple[PlacedActual, ...]] = {}
    owners: dict[str, tuple[PlacedActual, ...]] = {}
    portfolio: tuple[PlacedActual, ...] = ()
    attribution: tuple[PlacedRule, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    @property
    def rules(self) -> tuple[AttributionRule, ...]:
        """The attribution rules in order."""
        return tuple(placed.rule for placed in self.attribution)


def load_usage(documents: dict[str, Document]) -> tuple[Actuals, tuple[Flaw, ...]]:
    """Load all sound records; the others are flaws. A day's later record replaces the earlier."""
    flaws: list[Flaw] = []
    task_classes: defaultdict[str, list[PlacedActual]] = defaultdict(list)
    owners: defaultdict[str, list[PlacedActual]] = defaultdict(list)
    whole: list[PlacedActual] = []
    rules: list[PlacedRule] = []
    subscriptions: list[Subscription] = []
    commitments: list[Commitment] = []
    outcomes: list[Outcome] = []
    for path in sorted(documents):
        if kind_of(path) != "usage":
            continue
        document = documents[path]
        file, matching_flaws = convert(document, (), UsageFile)
        flaws.extend(matching_flaws)
        for index, rule in _entries(document, file, "attribution", AttributionRule):
            rules.append(PlacedRule(rule=rule, place=Place(path, ("attribution", index))))
        subscriptions += [
            each for _, each in _entries(document, file, "subscriptions", Subscription)
        ]
        commitments += [each for _, each in _entries(document, file, "commitments", Commitment)]
        outcomes += [each for _, each in _entries(document, file, "outcomes", Outcome)]
        for index, actual in _entries(document, file, "actuals", Actual):
            placed = PlacedActual(actual=actual, place=Place(path, ("actuals", index)))
            if actual.task_class is not None:
                task_classes[actual.task_class].append(placed)
            elif actual.owner is not None:
                owners[actual.owner].append(placed)
            else:
                whole.append(placed)
    actuals = Actuals(
        task_classes={name: _newest_first(group) for name, group in task_classes.items()},
        owners={name: _newest_first(group) for name, group in owners.items()},
        portfolio=_newest_first(whole),
        attribution=tuple(rules),
        subscriptions=tuple(subscriptions),
        commitments=tuple(commitments),
        outcomes=tuple(outcomes),
    )
    return actuals, tuple(flaws)


def _entries(
    document: Document, file: UsageFile | None, key: str, kind: type[Any]
) -> Iterable[tuple[int, Any]]:
    """The entries of a list, each with its index; of a broken file those that are sound."""
    if file is not None:
        return enumerate(getattr(file, key))
    return sound_entries(document, key, kind)


def _newest_first(group: Iterable[PlacedActual]) -> tuple[PlacedActual, ...]:
    return tuple(sorted(group, key=lambda placed: placed.actual.through)[::-1])
