"""One price map entry turned into the facts of a model."""

from datetime import date
from decimal import Decimal

from multillm_gov.catalog.facts import Lifecycle, ModelFacts, Source
from multillm_gov.catalog.parties.exposure import regions_of, resolve_exposure
from multillm_gov.catalog.price_map import EntryNumbers, text_of
from multillm_gov.catalog.pricing.price import INCLUDED
from multillm_gov.catalog.pricing.price_reading import read_price
from multillm_gov.catalog.pricing.unit_prices import read_reserved_second
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.units import HOURS_PER_MONTH
from multillm_gov.vocabulary import CAPABILITIES

SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600
"""A twelfth of a year of 8,760 hours."""
_MOST_TOKENS = 1_000_000_000
_MODES = {"moderations": "moderation"}


def read_entry(
    name: str, entry: dict[str, object], *, source: Source, lifecycle: Lifecycle
) -> ModelFacts:
    """Facts of one entry; fields that are missing or of an odd type stay unknown.

    Args:
        name: The model as the facts shall be named.
        entry: The map's entry.
        source: Where the entry is from.
        lifecycle: Settled by the caller, who also sees the other entries.
    """
    provider = text_of(entry, "litellm_provider")
    flags = {capability: entry.get(f"supports_{capability}") for capability in CAPABILITIES}
    stated = any(isinstance(value, bool) for value in flags.values())
    mode = text_of(entry, "mode")
    reserved = read_reserved_second(entry, EntryNumbers(entry)) if _by_second(entry) else None
    return ModelFacts(
        name=name,
        source=source,
        exposure=resolve_exposure(name, provider),
        mode=_MODES.get(mode, mode) or UNKNOWN,
        price=INCLUDED if reserved else read_price(entry, provider, name),
        max_input_tokens=_input_tokens(entry),
        max_output_tokens=whole(entry.get("max_output_tokens")),
        capabilities=frozenset(name for name, value in flags.items() if value is True)
        if stated
        else None,
        lacks=frozenset(name for name, value in flags.items() if value is False),
        requests_per_minute=whole(entry.get("rpm")),
        tokens_per_minute=whole(entry.get("tpm")),
        lifecycle=lifecycle,
        regions=regions_of(name),
        usd_fixed_per_month=reserved * SECONDS_PER_MONTH if reserved else Decimal(0),
    )


def _by_second(entry: dict[str, object]) -> bool:
    return any(key.endswith("cost_per_second") for key in entry)


def _input_tokens(entry: dict[str, object]) -> int | None:
    """`max_tokens` counts only where no other limit stands: LiteLLM keeps it for the output."""
    limit = whole(entry.get("max_input_tokens"))
    if limit is None and entry.get("max_output_tokens") is None:
        return whole(entry.get("max_tokens"))
    return limit


def whole(value: object) -> int | None:
    """A positive whole number of tokens or requests; `None` for anything else."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 < value <= _MOST_TOKENS
    ):
        return None
    return int(value) if value == int(value) else None


def day(value: object) -> date | None:
    """An ISO day, ``2025-1-6`` included; ``None`` for anything else."""
    if not isinstance(value, str) or len(value) > 10:
        return None
    parts = value.split("-")
    if (
        len(parts) != 3
        or not all(part.isascii() and part.isdigit() for part in parts)
        or len(parts[0]) != 4
    ):
        return None
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        return None
