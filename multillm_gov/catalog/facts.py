"""What is known of one model."""

from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from multillm_gov.catalog.pricing.price import Price
from multillm_gov.dimensions import CLOSED, IN_HOUSE, UNKNOWN, Level

_WINDOWS = frozenset({128_000, 200_000, 256_000, 400_000, 500_000, 1_000_000, 1_050_000})
"""Whole windows as vendors state them: an input limit that only with the output makes one of them
leaves the output out (272,000 and 128,000 are 400,000)."""
_APART = frozenset({"gemini"})
"""Families whose vendors state an input limit and an output limit, each on its own."""

Source = Literal["litellm", "override", "retired-list"]


_CODE = 2
"""Letters of a country's ISO code; wider places have more."""
Party = Literal["vendor", "provider", "cloud"]
"""Whom a request depends on: who made the model, who serves and bills it, whose cloud it is."""


_TALKING = frozenset({"chat", "responses"})
"""Modes that stand for each other: gateways serve either interface from either."""


def are_alike(needed: str, mode: str) -> bool:
    """Whether a model of one mode serves another; an empty or unknown mode counts as both."""
    return mode in {needed, UNKNOWN} or not needed or {needed, mode} <= _TALKING


class Exposure(Struct, frozen=True, kw_only=True):
    """Who and what a model depends on; ``unknown`` where that is not known."""

    model: str
    """Canonical name of the model itself, the same on every host (``claude-sonnet-4-5``)."""
    family: str = UNKNOWN
    """Line of models it belongs to (``claude``, ``gpt``, ``gemini``)."""
    vendor: str = UNKNOWN
    """Who made it."""
    provider: str = UNKNOWN
    """Who serves it and sends the bill."""
    cloud: str = UNKNOWN
    """Whose infrastructure it runs on."""
    jurisdiction: str = UNKNOWN
    """Country (ISO 3166 code) whose law binds the vendor."""
    provider_jurisdiction: str = UNKNOWN
    """Country whose law binds the company behind the provider."""
    cloud_jurisdiction: str = UNKNOWN
    """Country whose law binds the company behind the cloud."""
    company: str = ""
    """Company behind the provider (``amazon`` for ``bedrock``); empty: as the provider is named."""
    weights: str = UNKNOWN
    """``open``: others may serve the model without its vendor; ``closed``: they may not."""

    @property
    def needs_vendor(self) -> bool:
        """Whether the vendor can withdraw or reprice the model: not where the weights are open.

        The organization depends on nobody for weights that are its own, or that it holds because it
        runs them; weights of which nothing is known count as closed.
        """
        if self.vendor == IN_HOUSE:
            return False
        if self.weights == UNKNOWN:
            return self.provider != IN_HOUSE
        return self.weights == CLOSED

    @property
    def priced_by(self) -> str:
        """Who sets the price: the vendor of closed weights, else the company that serves them."""
        return self.vendor if self.needs_vendor else self.billed_by

    @property
    def billed_by(self) -> str:
        """Company that serves the model and sends the bill."""
        return self.company or self.provider

    def parties(self) -> tuple[tuple[Party, str, str], ...]:
        """Every party that a request depends on: which one, its name, and whose law binds it.

        One company is bound by one law, in whichever part it is named.
        """
        parties: tuple[tuple[Party, str, str], ...] = (
            ("vendor", self.vendor, self.jurisdiction),
            ("provider", self.provider, self.provider_jurisdiction),
            ("cloud", self.cloud, self.cloud_jurisdiction),
        )
        laws = {name: law for _, name, law in parties if UNKNOWN not in {law, name}}
        return tuple(
            (party, name, law if law != UNKNOWN else laws.get(name, UNKNOWN))
            for party, name, law in parties
            if party != "vendor" or self.needs_vendor
        )

    def jurisdictions(self) -> frozenset[tuple[Party, str]]:
        """Party and country for every law that can stop a request, ``unknown`` included.

        The organization itself counts only where its country was declared.
        """
        return frozenset(
            (party, country)
            for party, name, country in self.parties()
            if name != IN_HOUSE or country != UNKNOWN
        )

    def laws(self) -> frozenset[str]:
        """The countries of `jurisdictions`; empty: subject to none but the organization's own."""
        return frozenset(country for _, country in self.jurisdictions())

    def entities(self, level: Level) -> frozenset[str]:
        """All that the model depends on at one level: one entity, or several jurisdictions."""
        if level is Level.JURISDICTION:
            return self.laws() or frozenset({IN_HOUSE})
        return frozenset({self.at(level)})

    def at(self, level: Level) -> str:
        """The entity at one level; several jurisdictions are written as one (``FR + US``).

        At the level of vendors it is whoever prices the model: the vendor of open weights is no
        party to their use.
        """
        if level is Level.VENDOR:
            return self.priced_by
        if level is Level.JURISDICTION:
            return " + ".join(sorted(self.entities(level)))
        return str(getattr(self, level.value))


class Successor(Struct, frozen=True, kw_only=True):
    """The model to move to, and who says so."""

    model: str
    origin: Literal["declared", "announced", "derived"]
    """Written in `catalog/`, announced by the vendor, or derived by us from the same family."""
    source: str = ""


class DoubtfulDate(Struct, frozen=True, kw_only=True):
    """A retirement date that some source gave and that cannot be relied on."""

    date: date
    source: str
    reason: str
    """Why, as a clause: `the other 8 regional names of the model carry no date`."""


class Lifecycle(Struct, frozen=True, kw_only=True):
    """When a model retires; no date means that no source gives one, never that it stays."""

    retirement: date | None = None
    source: str = ""
    """The announcement's address, the price map with its version, or an override's place."""
    doubtful: DoubtfulDate | None = None
    """Only where `retirement` is not known."""
    redirect: str = ""
    """Model that answers, and is billed, in its place from the retirement on; empty: none."""
    successor: Successor | None = None
    announced: str = ""
    """Successor that is announced but not used: not in the map, retired, or retiring soon."""
    elsewhere: tuple[str, ...] = ()
    """Dates of the same weights at other providers: an indication, never a date of this one."""
    floating_alias: bool = False
    """The name may be re-pointed by its provider; a dated snapshot would not be."""
    snapshot: str = ""
    """For a floating alias: the newest dated name of the same model at the same provider."""
    preview: bool = False


class ModelFacts(Struct, frozen=True, kw_only=True):
    """Everything known of one model name, as routed."""

    name: str
    source: Source
    exposure: Exposure
    mode: str = UNKNOWN
    price: Price | None = None
    """``None``: not known, which is not the same as free."""
    price_is_declared: bool = False
    """``catalog/`` states the price itself, so a zero in it is meant."""
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    capabilities: frozenset[str] | None = None
    """Spelled as in `Capability`; ``None``: not known."""
    lacks: frozenset[str] = frozenset()
    """Capabilities the source explicitly denies."""
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    lifecycle: Lifecycle = Lifecycle()
    regions: tuple[str, ...] = ()
    """Where requests are processed (``EU``, ``US``, ISO codes, ``global``); empty: not known."""
    deployment: str = ""
    """Name of the organization's own deployment of the model; empty: the provider's own."""
    usd_fixed_per_month: Decimal = Decimal(0)
    """Hosting or reserved capacity: a cost that does not depend on use."""
    spill_over: Price | None = None
    """Prices beyond the reserved capacity; ``None``: nothing may exceed it, or not known."""

    @property
    def context_tokens(self) -> int | None:
        """Tokens of input and output together that fit; `None`: not known."""
        longest, output = self.max_input_tokens, self.max_output_tokens
        if longest is None or output is None:
            return longest
        apart = self.exposure.family in _APART or (
            longest not in _WINDOWS and longest + output in _WINDOWS
        )
        return longest + output if apart else longest

    @property
    def laws(self) -> frozenset[str]:
        """Countries whose law can stop a request: the parties', and that of a known place."""
        places = {place for place in self.regions if len(place) == _CODE}
        return self.exposure.laws() | (places - {"EU"} if len(places) > 1 else places)

    @property
    def sites(self) -> tuple[str, ...]:
        """Regions as failure domains, each of one cloud; anywhere on earth is none to lose."""
        exposure = self.exposure
        host = exposure.provider if exposure.cloud == UNKNOWN else exposure.cloud
        return tuple(f"{host} {place}" for place in self.regions if place != "global")

    def ended_on(self, day: date) -> bool:
        """Whether the retirement date is reached, redirected or not."""
        return self.lifecycle.retirement is not None and self.lifecycle.retirement <= day

    def retired_on(self, day: date) -> bool:
        """Whether the retirement date is reached and no other model answers in its place."""
        return self.ended_on(day) and not self.lifecycle.redirect


_NOBODY_KNOWS = frozenset({UNKNOWN})


def entities_of(facts: ModelFacts | None, level: Level) -> frozenset[str]:
    """All that a model depends on at one level; ``unknown`` where the model itself is."""
    if facts is None:
        return _NOBODY_KNOWS
    if level is Level.JURISDICTION:
        return facts.laws or frozenset({IN_HOUSE})
    return facts.exposure.entities(level)


def entity_of(facts: ModelFacts | None, level: Level) -> str:
    """The one entity at a level, as `Exposure.at`; ``unknown`` where the model itself is."""
    return facts.exposure.at(level) if facts is not None else UNKNOWN
