"""What is known of one model."""

from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from multillm_gov.catalog.price import Price
from multillm_gov.dimensions import UNKNOWN, Level

Source = Literal["litellm", "override", "retired-list"]


class Exposure(Struct, frozen=True, kw_only=True):
    """Who and what a model hangs on, at six levels; ``unknown`` where that is not known."""

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

    def at(self, level: Level) -> str:
        """The entity at one level."""
        return str(getattr(self, level.value))


class Successor(Struct, frozen=True, kw_only=True):
    """The model to move to, and who says so."""

    model: str
    origin: Literal["declared", "announced", "derived"]
    """Written in `catalog/`, announced by the vendor, or derived by us from the same family."""
    source: str = ""


class Lifecycle(Struct, frozen=True, kw_only=True):
    """When the model goes away; no date means unknown, never "no retirement"."""

    retirement: date | None = None
    source: str = ""
    """Where the date is from: price map with version, an announcement's address, or an override's place."""
    successor: Successor | None = None
    floating_alias: bool = False
    """The name may be re-pointed by its provider; a dated snapshot would not be."""
    snapshot: str = ""
    """For a floating alias: the dated name of the same model on the same provider, if the price map has one."""
    preview: bool = False


class ModelFacts(Struct, frozen=True, kw_only=True):
    """Everything known of one model name, as routed."""

    name: str
    source: Source
    exposure: Exposure
    mode: str = UNKNOWN
    price: Price | None = None
    """``None``: not known, which is not the same as free."""
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
    usd_fixed_per_month: Decimal = Decimal(0)
    """Hosting cost that does not depend on use."""

    def retired_on(self, day: date) -> bool:
        """Whether the retirement date is reached."""
        return self.lifecycle.retirement is not None and self.lifecycle.retirement <= day
