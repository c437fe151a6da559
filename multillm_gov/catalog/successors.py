"""The model to move to: as declared, as announced, or the newest of the same line at the same provider."""

import re
from datetime import date, timedelta

import msgspec

from multillm_gov.catalog.entry_facts import whole
from multillm_gov.catalog.exposure import resolve_exposure
from multillm_gov.catalog.facts import Exposure, ModelFacts, Successor
from multillm_gov.catalog.lifecycle import date_key, is_preview, is_snapshot, told_retirement
from multillm_gov.catalog.naming import take_apart
from multillm_gov.catalog.price_map import PriceMap, text_of
from multillm_gov.catalog.providers import provider_named

SHORT_LIFE = timedelta(days=90)
"""A successor that retires sooner than a migration usually takes is no place to move to."""

_VERSION = re.compile(r"^([a-z]*?)(\d+(?:\.\d+)*)([a-z]?)$")
_SIZE = re.compile(r"^(?:[a-z]?\d+(?:\.\d+)?[bt]|\d+x\d+b|\d+k|\d+e)$")
_UNTELLING = frozenset({"turbo", "chat", "text", "preview", "exp", "experimental", "beta", "hd"})


class Line(msgspec.Struct, frozen=True):
    """A line of models and a place on it: ``claude-sonnet`` (4, 5); ``llama-70b`` (3, .3)."""

    name: str
    version: tuple[float, ...]
    """What follows a point counts as a decimal fraction: xAI's 4.20 came before 4.3."""


def line_of(model: str) -> Line:
    """The line of a canonical model name: the name without its version; sizes and tiers stay."""
    words: list[str] = []
    numbers: list[float] = []
    for word in model.split("-"):
        match = None if _SIZE.match(word) else _VERSION.match(word)
        if match is not None:
            words += [match[1]] if match[1] else []
            whole_part, *fractions = match[2].split(".")
            numbers += [float(whole_part[:9]), *(float(f"0.{part[:9]}") for part in fractions)]
        elif word not in _UNTELLING:
            words.append(word)
    return Line("-".join(words), tuple(numbers))


class Candidate(msgspec.Struct, frozen=True):
    """A model of the price map that others might move to."""

    name: str
    exposure: Exposure
    line: Line
    mode: str
    region: str
    namespace: str
    retirement: date | None
    context: int | None
    capabilities: frozenset[str]

    def suits(self, old: ModelFacts) -> bool:
        """Whether its context and capabilities are no smaller, as far as both are known."""
        fits = (
            old.max_input_tokens is None
            or self.context is None
            or self.context >= old.max_input_tokens
        )
        return fits and (old.capabilities or frozenset()) <= self.capabilities


class Lineup:
    """The price map's models by the word their names begin with; decoded only where asked for."""

    def __init__(self, price_map: PriceMap) -> None:
        self._map = price_map
        self._names: dict[str, list[str]] = {}
        self._found: dict[tuple[str, str], list[Candidate]] = {}

    def of(self, model: str, provider: str = "") -> list[Candidate]:
        """Candidates whose names share the first word of a canonical model name.

        Args:
            model: Canonical name.
            provider: Provider id they must have; empty: any.
        """
        match = re.match(r"[a-z]+", model)
        if match is None:
            return []
        head = match[0]
        if head not in self._names:
            pattern = re.compile(rf"(?:^|[/.\-]){head}(?=[\d\-.]|$)", re.IGNORECASE)
            self._names[head] = [name for name in self._map.names if pattern.search(name)]
        if (head, provider) not in self._found:
            self._found[head, provider] = [
                self._read(name)
                for name in self._names[head]
                if not provider or provider_named(self._map.provider_of(name)).id == provider
            ]
        return self._found[head, provider]

    def _read(self, name: str) -> Candidate:
        entry = self._map.entry(name)
        exposure = resolve_exposure(name, text_of(entry, "litellm_provider"))
        parts = take_apart(name)
        return Candidate(
            name=name,
            exposure=exposure,
            line=line_of(exposure.model),
            mode=text_of(entry, "mode"),
            region=parts.region,
            namespace=parts.namespace,
            retirement=told_retirement(name, self._map)[0],
            context=whole(entry.get("max_input_tokens")),
            capabilities=frozenset(
                key.removeprefix("supports_") for key, value in entry.items() if value is True
            ),
        )


def derive_successor(old: ModelFacts, model: str, lineup: Lineup, as_of: date | None) -> str:
    """Name of the newest suitable model of the same line; empty when there is none.

    Same vendor, provider, region and mode; not older than ``model``, not retired on ``as_of``. One
    that outlives the migration, is no preview, and loses neither context nor capability goes before
    one that does not.

    Args:
        old: What is to be replaced.
        model: Canonical name whose line to follow: the old model's own, or its announced
        replacement's.
        lineup: The price map's models.
        as_of: The day that decides what has retired; ``None``: the old model's own last day.
    """
    today = as_of or old.lifecycle.retirement or date.min
    line = line_of(model)
    found = [
        candidate
        for candidate in lineup.of(model, old.exposure.provider)
        if candidate.line.name == line.name
        and candidate.line.version >= line.version
        and (candidate.retirement is None or candidate.retirement > today)
        and _may_replace(candidate, old)
    ]
    best = max(found, key=lambda candidate: _rank(candidate, old, today), default=None)
    return best.name if best is not None else ""


def _may_replace(candidate: Candidate, old: ModelFacts) -> bool:
    """Same vendor, region and mode; another model, or a later snapshot of it that lives longer."""
    last = old.lifecycle.retirement
    later = date_key(candidate.name)[0] > date_key(old.name)[0]
    return (
        candidate.exposure.vendor == old.exposure.vendor
        and candidate.mode == old.mode
        and candidate.region == take_apart(old.name).region
        and (candidate.exposure.model != old.exposure.model or later)
        and (candidate.retirement is None or last is None or candidate.retirement > last)
        and "commitment" not in candidate.name
    )


def _rank(candidate: Candidate, old: ModelFacts, today: date) -> tuple[object, ...]:
    lasting = candidate.retirement is None or candidate.retirement - today > SHORT_LIFE
    return (
        not is_preview(candidate.name),
        lasting,
        candidate.suits(old),
        candidate.line.version,
        candidate.namespace == take_apart(old.name).namespace,
        is_snapshot(candidate.name),
        -len(candidate.name),
        candidate.name,
    )


def announced_key(told: str, old: ModelFacts, lineup: Lineup) -> Candidate | None:
    """The price map's model that an announcement means at the old model's provider and region."""
    parts, wanted = take_apart(old.name), resolve_exposure(told, old.exposure.provider).model
    found = [
        candidate
        for candidate in lineup.of(wanted, old.exposure.provider)
        if candidate.region == parts.region and candidate.exposure.model == wanted
    ]
    exact = [
        candidate
        for candidate in found
        if candidate.name.rpartition("/")[2].lower().replace(".", "-") == told
    ]
    return min(
        exact or found,
        key=lambda candidate: (
            candidate.namespace != parts.namespace,
            len(candidate.name),
            candidate.name,
        ),
        default=None,
    )


def choose_successor(
    old: ModelFacts, announced: str, announced_source: str, lineup: Lineup, as_of: date | None
) -> Successor | None:
    """The announced successor if it lives long enough, else the newest of its line, else of the old model's own."""
    today = as_of or old.lifecycle.retirement
    told = announced_key(announced, old, lineup) if announced else None
    note = "newest of the same line at the same provider"
    if told is not None:
        if told.retirement is None or today is None or told.retirement - today > SHORT_LIFE:
            return Successor(
                model=respelled(told.name, old.name), origin="announced", source=announced_source
            )
        note = (
            f"announced was {told.name}, which itself retires on {told.retirement}; newest of "
            "its line"
        )
    model = told.exposure.model if told is not None else announced_model(announced, old)
    derived = derive_successor(old, model, lineup, as_of) or derive_successor(
        old, old.exposure.model, lineup, as_of
    )
    if not derived:
        return None
    note += "; only a preview is left" if is_preview(derived) else ""
    return Successor(model=respelled(derived, old.name), origin="derived", source=note)


def announced_model(announced: str, old: ModelFacts) -> str:
    """Canonical name of an announced replacement that the map no longer carries; else the old model's own."""
    return (
        resolve_exposure(announced, old.exposure.provider).model
        if announced
        else old.exposure.model
    )


def respelled(key: str, like: str) -> str:
    """A price map key with the provider prefix that the user writes (``anthropic/claude-…``)."""
    prefix, slash, rest = like.partition("/")
    if not slash or key.startswith(f"{prefix}/") or take_apart(like).provider is None or not rest:
        return key
    return f"{prefix}/{key}"
