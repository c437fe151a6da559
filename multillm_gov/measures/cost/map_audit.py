"""An audit of every model of the price map: what is missing, doubtful or contradictory.

A section is one function from the facts of all models to rows; adding one to `SECTIONS` adds it to
`govern catalog audit`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.measures.cost.demand import Pricing
from multillm_gov.portfolio.demand import Demand
from multillm_gov.units import Amount, format_count
from multillm_gov.words import join_words

_READ = {"input_tokens": 1000}
_TEXT = _READ | {"output_tokens": 300}
_PICTURE = {"images": 1, "image_output_tokens": 1056, "steps": 30, "input_tokens": 50}
_BY_MODE: dict[str, dict[str, Any]] = {
    "embedding": _READ,
    "rerank": _READ,
    "moderation": _READ,
    "image_generation": _PICTURE,
    "image_edit": _PICTURE,
    "audio_transcription": {
        "seconds": Amount(60),
        "audio_input_tokens": 1920,
        "output_tokens": 200,
    },
    "audio_speech": {
        "characters": 1000,
        "input_tokens": 250,
        "seconds": Amount(60),
        "audio_output_tokens": 1500,
    },
    "video_generation": {"seconds": Amount(8)},
    "ocr": {"pages": 1, "credits": Amount(1)},
    "search": {},
    "vector_store": {},
    "guardrail": {"content_units": Amount(1), "topic_units": Amount(1)},
    "realtime": {
        "input_tokens": 100,
        "audio_input_tokens": 600,
        "audio_output_tokens": 1200,
        "seconds": Amount(60),
    },
}
Models = Sequence[ModelFacts]
Rows = Iterator["AuditRow"]
_WITHOUT_WEIGHTS = frozenset({"search", "vector_store", "guardrail"})
"""Modes of services that are no model."""
_RESOLVED_MODES = frozenset({"chat", "embedding"})
"""Modes whose vendors and providers the catalog answers for."""


def natural_demand(facts: ModelFacts) -> Demand:
    """A thousand usual requests: every unit by which models of the mode bill, once."""
    if facts.price is not None and "song" in facts.price.standard.units:
        return Demand(requests=1000, songs=1)
    return Demand(requests=1000, **_BY_MODE.get(facts.mode, _TEXT))


class AuditRow(Struct, frozen=True):
    """One model and what is wrong with its facts."""

    model: str
    detail: str


class AuditSection(Struct, frozen=True, kw_only=True):
    """One kind of problem."""

    id: str
    title: str
    rows: tuple[AuditRow, ...]


def audit(models: Models) -> tuple[AuditSection, ...]:
    """Every section, with its rows by model name."""
    return tuple(
        AuditSection(
            id=name,
            title=title,
            rows=tuple(sorted(find(models), key=lambda row: (row.model, row.detail))),
        )
        for name, title, find in SECTIONS
    )


def _without_price(models: Models) -> Rows:
    """Models whose usual request has no known cost."""
    pricing = Pricing(Decimal(1))
    for facts in models:
        unknown = pricing.unknown(facts, natural_demand(facts))
        if unknown is not None:
            yield AuditRow(facts.name, unknown.reason)


def _without_vendor(models: Models) -> Rows:
    for facts in models:
        missing = [
            party
            for party in ("vendor", "provider")
            if getattr(facts.exposure, party) == UNKNOWN and facts.mode in _RESOLVED_MODES
        ]
        if missing:
            yield AuditRow(facts.name, f"{join_words(missing)} not known")


def _without_weights(models: Models) -> Rows:
    """Models of which no source that we read says whether others may serve their weights."""
    for facts in models:
        if facts.exposure.weights == UNKNOWN and facts.mode not in _WITHOUT_WEIGHTS:
            made = f"{facts.exposure.vendor} {facts.exposure.family}"
            yield AuditRow(facts.name, f"not known whether the weights of {made} are open")


def _doubtful_dates(models: Models) -> Rows:
    for facts in models:
        doubtful = facts.lifecycle.doubtful
        if doubtful is not None:
            yield AuditRow(facts.name, f"{doubtful.date}: {doubtful.reason}")


def _unrouted_successors(models: Models) -> Rows:
    for facts in models:
        if facts.lifecycle.announced:
            yield AuditRow(
                facts.name,
                f"{facts.lifecycle.announced} is not in the map, has retired or retires soon",
            )


def _disagreements(models: Models) -> Rows:
    """Models whose hosts state different context windows, longest answers or modes."""
    hosts: defaultdict[str, list[ModelFacts]] = defaultdict(list)
    for facts in models:
        hosts[facts.exposure.model].append(facts)
    for name, listed in hosts.items():
        for label, key in (
            ("context", "max_input_tokens"),
            ("longest answer", "max_output_tokens"),
            ("mode", "mode"),
        ):
            values: defaultdict[object, set[str]] = defaultdict(set)
            for facts in listed:
                value = getattr(facts, key)
                if value not in {None, UNKNOWN}:
                    values[value].add(facts.exposure.provider)
            if len(values) > 1 and len(set().union(*values.values())) > 1:
                yield AuditRow(name, f"{label}: {_spread(values)}")


def _spread(values: dict[object, set[str]]) -> str:
    parts = [
        f"{format_count(value) if isinstance(value, int) else value} ({', '.join(sorted(at)[:3])})"
        for value, at in sorted(values.items(), key=lambda item: (-len(item[1]), str(item[0])))
    ]
    return "; ".join(parts[:4])


SECTIONS: tuple[tuple[str, str, Callable[[Models], Rows]], ...] = (
    ("price", "No price for what a usual request of the mode consumes", _without_price),
    ("vendor", "Vendor or provider not known", _without_vendor),
    ("weights", "Open or closed weights not known", _without_weights),
    ("date", "Doubtful retirement date", _doubtful_dates),
    ("successor", "Announced successor that cannot be routed", _unrouted_successors),
    ("hosts", "Facts that differ between hosts", _disagreements),
)
"""Id, title and function of every section, in the order shown."""
