"""What a custom policy may read: names, types, meanings, and the source of each value."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.measures.concentration import Weights, at_level, weigh
from multillm_gov.measures.figures import Concentration, TaskFigures
from multillm_gov.measures.lifecycle import runway_days
from multillm_gov.portfolio.settings import Settings

Over = Literal["task_class", "model", "portfolio"]
"""What an expression is evaluated for, one at a time."""

TEXT, TEXTS, NUMBER, FLAG, DAY = "string", "list<string>", "dyn", "bool", "timestamp"
ELEMENTS = "list<map<string, dyn>>"
TYPE_NAMES = {
    TEXT: "text",
    TEXTS: "list of texts",
    NUMBER: "number or null",
    FLAG: "true or false",
    DAY: "timestamp",
    ELEMENTS: "list of maps",
}
"""CEL types in the documentation; a number is dynamic: it compares with 2 and 2.0, or is null."""

LONGEST_LIST = 50
LONGEST_TEXT = 1_000
_MILLION = 1_000_000


class Whole:
    """Several task classes, with their totals and shares; computed when read."""

    def __init__(self, tasks: tuple[TaskFigures, ...], settings: Settings, as_of: date) -> None:
        self.tasks = tasks
        self.settings = settings
        self.as_of = as_of
        self._weighed: dict[Basis, Weights] = {}
        self._known: dict[str, dict[str, Any]] = {}

    @cached_property
    def spend(self) -> Decimal:
        """Per month, of the task classes whose spend is known."""
        return sum((task.spend_per_month or Decimal(0) for task in self.tasks), Decimal(0))

    def concentration(self, basis: Basis, level: Level) -> Concentration:
        """How a basis spreads over a level."""
        if basis not in self._weighed:
            self._weighed[basis] = weigh(self.tasks, basis)
        return at_level(self._weighed[basis], level, basis)

    def known(self, name: str, facts: ModelFacts | None) -> dict[str, Any]:
        """A model's facts, the same dict each time."""
        if name not in self._known:
            self._known[name] = model_facts(name, facts, self.as_of)
        return self._known[name]


class OneTask(Struct, frozen=True):
    """A task class among all."""

    figures: TaskFigures
    whole: Whole


class OneModel(Struct, frozen=True):
    """A model and where it is used."""

    name: str
    facts: ModelFacts | None
    whole: Whole
    uses: tuple[int, int, Decimal | None]
    """Task classes that route to it and fall back on it, and its spend per month, if known."""


class TooLongError(Exception):
    """A list has more entries than expressions are evaluated over."""


class Variable(Struct, frozen=True):
    """One name an expression may read; ``read`` takes what `over` says (see `context`)."""

    name: str
    type: str
    meaning: str
    read: Callable[[Any], Any]


def number(value: Decimal | float | None) -> float | None:
    """A double, so that whole numbers and fractions compare."""
    return None if value is None else float(value)


def text(value: str | None) -> str:
    """A text, cut at `LONGEST_TEXT`; ``None`` is empty."""
    value = value or ""
    return value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + "…"


def texts(values: Sequence[str]) -> list[str]:
    """A plain list.

    Raises:
        TooLongError: more than `LONGEST_LIST` entries; a cut list could make a false statement
            true.
    """
    if len(values) > LONGEST_LIST:
        raise TooLongError(f"a list has {len(values):,} entries; the limit is {LONGEST_LIST}")
    return [text(value) for value in values]


def _per_million(facts: ModelFacts | None, kind: Literal["input", "output"]) -> float | None:
    price = (
        getattr(facts.price.standard, kind)
        if facts is not None and facts.price is not None
        else None
    )
    return None if price is None else float(price * _MILLION)


def model_facts(name: str, facts: ModelFacts | None, as_of: date) -> dict[str, Any]:
    """The facts of a model, by the keys of `MODEL_FIELDS`; ``unknown`` where there are none."""
    exposure, lifecycle = (facts.exposure, facts.lifecycle) if facts else (None, None)
    return {
        "model": name,
        "family": exposure.family if exposure else UNKNOWN,
        "vendor": exposure.vendor if exposure else UNKNOWN,
        "provider": exposure.provider if exposure else UNKNOWN,
        "cloud": exposure.cloud if exposure else UNKNOWN,
        "jurisdiction": exposure.jurisdiction if exposure else UNKNOWN,
        "jurisdictions": texts(sorted(facts.laws)) if facts else [UNKNOWN],
        "weights": exposure.weights if exposure else UNKNOWN,
        "mode": facts.mode if facts else UNKNOWN,
        "usd_per_million_input": _per_million(facts, "input"),
        "usd_per_million_output": _per_million(facts, "output"),
        "context_tokens": number(facts.max_input_tokens) if facts else None,
        "max_output_tokens": number(facts.max_output_tokens) if facts else None,
        "capabilities": texts(sorted(facts.capabilities or ())) if facts else [],
        "regions": texts(facts.regions) if facts else [],
        "days_to_retirement": number(runway_days(facts, as_of)) if facts else None,
        "preview": lifecycle.preview if lifecycle else False,
        "floating_alias": lifecycle.floating_alias if lifecycle else False,
    }


MODEL_FIELDS: dict[str, tuple[str, str]] = {
    "model": (TEXT, "name as routed"),
    "family": (TEXT, "line of models, or `unknown`"),
    "vendor": (TEXT, "who made it, or `unknown`"),
    "provider": (TEXT, "who serves and bills it, or `unknown`"),
    "cloud": (TEXT, "infrastructure it runs on, or `unknown`"),
    "jurisdiction": (TEXT, "country whose law binds the vendor, or `unknown`"),
    "jurisdictions": (
        TEXTS,
        "countries whose law can stop it: of vendor, provider, cloud and place",
    ),
    "weights": (TEXT, "`open`: others may serve it without its vendor; `closed`, or `unknown`"),
    "mode": (TEXT, "`chat`, `embedding` …, or `unknown`"),
    "usd_per_million_input": (NUMBER, "US dollars per million input tokens, standard tier"),
    "usd_per_million_output": (NUMBER, "US dollars per million output tokens, standard tier"),
    "context_tokens": (NUMBER, "longest input"),
    "max_output_tokens": (NUMBER, "longest answer"),
    "capabilities": (TEXTS, "known capabilities"),
    "regions": (TEXTS, "where requests are processed; empty: not known"),
    "days_to_retirement": (NUMBER, "negative when past; null: not known"),
    "preview": (FLAG, "whether it is a preview"),
    "floating_alias": (FLAG, "whether the provider may re-point the name"),
}
ROUTE_FIELDS = {
    "share": (NUMBER, "of the requests (0..1)"),
    "cost_per_request": (NUMBER, "mean, in the portfolio's currency"),
    "spend_per_month": (NUMBER, "forecast"),
}
FALLBACK_FIELDS = {
    "cost_per_request": (NUMBER, "mean, in the portfolio's currency"),
    "failover_spend_per_month": (NUMBER, "if it carried every request"),
    "shared_levels": (
        TEXTS,
        "levels at which it shares an entity with a routed model (`vendor`, `cloud` …)",
    ),
}
SHARE_FIELDS = {"name": (TEXT, "entity, or `unknown`"), "share": (NUMBER, "0..1")}
ELEMENT_FIELDS = frozenset({*MODEL_FIELDS, *ROUTE_FIELDS, *FALLBACK_FIELDS, *SHARE_FIELDS})
"""Every field that an element of any list may have."""
