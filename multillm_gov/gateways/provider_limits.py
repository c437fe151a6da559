"""What a provider's admin API says of its limits, in one shape for all providers."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from msgspec import Struct

Ask = Callable[[str], object]
"""The decoded JSON of a GET; ``None`` where there is no such object."""
_MOST_DIGITS = 15


class ProviderSpendLimit(Struct, frozen=True, kw_only=True):
    """A hard limit at the provider."""

    usd: Decimal
    period: str
    """As the provider names it: ``month``."""
    enforces: bool
    """Whether it stops spend now; that it exists is not enough."""


class LimitScope(Struct, frozen=True, kw_only=True):
    """An organization, or one project or workspace of it."""

    name: str
    limits: tuple[ProviderSpendLimit, ...] = ()
    allowed: frozenset[str] | None = None
    """The only models that may be called; ``None``: there is no such list."""
    denied: frozenset[str] = frozenset()
    regions: tuple[str, ...] = ()
    """Where requests may be processed; empty: it does not say."""


class ProviderLimits(Struct, frozen=True, kw_only=True):
    """All that a provider says."""

    provider: str
    providers: frozenset[str]
    """LiteLLM's names of wire formats that it bills."""
    scopes: tuple[LimitScope, ...]
    """The organization first."""


def amount_in_cents(value: object) -> Decimal | None:
    """US dollars of an amount in cents, a number or digits; ``None``: neither, or negative."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    digits = str(value)
    if not digits.isascii() or not digits.isdigit() or len(digits) > _MOST_DIGITS:
        return None
    return Decimal(digits) / 100


def mapping(value: object) -> Mapping[str, Any]:
    """A mapping of an answer; empty where there is none."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """A list of an answer; empty where there is none."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """A text of an answer that may stand in a path or a message; empty where there is none."""
    return quote(value[:100], safe=" ._-").replace("%20", " ") if isinstance(value, str) else ""
