"""LiteLLM's price map: split into entries fast, decoded only where needed, never trusted."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cached_property
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from multillm_gov.errors import CatalogError

_MOST = Decimal("1e9")
"""No unit of anything costs a billion dollars: a larger number is a broken entry."""
_THRESHOLD = re.compile(
    r"(?P<key>.+)_above_(?P<number>\d{1,12})(?P<kilo>k?)_tokens(?:_(?P<service>[a-z]+))?"
)
NOT_MODELS = frozenset({"sample_spec", "fallback_generalizations"})
"""Keys of the map that describe the format or hold rules instead of a model."""


class PriceThreshold(Struct, frozen=True, order=True):
    """A prompt length at which prices change, and how the entry's keys spell it."""

    tokens: int
    spelling: str
    """``200k`` in ``input_cost_per_token_above_200k_tokens``."""


def read_amount(value: object) -> Decimal | None:
    """A price as written, exactly; ``None`` for whatever is not a finite number from zero up."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(value.strip() if isinstance(value, str) else repr(value))
    except (InvalidOperation, ValueError):  # ValueError: an integer of thousands of digits
        return None
    if not amount.is_finite() or not 0 <= amount <= _MOST:
        return None
    return amount or Decimal(0)


class EntryNumbers:
    """An entry's prices by key, with the service tier's own key before the plain one."""

    def __init__(self, entry: Mapping[str, object]) -> None:
        self._amounts = {
            key: amount
            for key, value in entry.items()
            if isinstance(key, str) and "cost" in key and (amount := read_amount(value)) is not None
        }
        self._thresholds: dict[tuple[str, str], set[PriceThreshold]] = {}
        for key in self._amounts:
            if "_above_" in key and (match := _THRESHOLD.fullmatch(key)):
                number, kilo = match["number"], match["kilo"]
                threshold = PriceThreshold(int(number) * (1000 if kilo else 1), number + kilo)
                self._thresholds.setdefault((match["key"], match["service"] or ""), set()).add(
                    threshold
                )

    def get(self, key: str, service: str = "") -> Decimal | None:
        """The amount under a key; with a service, under its own key, else under the plain one."""
        own = self._amounts.get(f"{key}_{service}") if service else None
        return self._amounts.get(key) if own is None else own

    def own(self, key: str, service: str) -> Decimal | None:
        """The amount under a service's own key only."""
        return self._amounts.get(f"{key}_{service}")

    def first(self, *keys: str) -> Decimal | None:
        """The first amount there is."""
        return next(
            (amount for key in keys if (amount := self._amounts.get(key)) is not None), None
        )

    def thresholds(self, keys: tuple[str, ...], *services: str) -> tuple[PriceThreshold, ...]:
        """Thresholds at which a key changes for a service (``""``: standard), lowest first."""
        thresholds = (
            self._thresholds.get((key, service), ()) for key in keys for service in services
        )
        return tuple(sorted(set().union(*thresholds)))

    def serves(self, keys: tuple[str, ...], service: str) -> bool:
        """Whether the service has a price of its own for one of the keys, at any prompt length."""
        return any(
            self.own(key, service) is not None or (key, service) in self._thresholds for key in keys
        )

    def any_positive(self, *keys: str) -> bool:
        """Whether one of the keys has an amount above zero."""
        return any(self._amounts.get(key) for key in keys)


class _ProviderOnly(msgspec.Struct):
    litellm_provider: Any = ""


_PROVIDER = msgspec.json.Decoder(_ProviderOnly)


class PriceMap(msgspec.Struct, frozen=True, eq=False, dict=True):
    """The bytes of a price map and the LiteLLM version they belong to."""

    version: str
    data: bytes

    @cached_property
    def sha256(self) -> str:
        """Digest of the bytes, hexadecimal."""
        return sha256(self.data).hexdigest()

    @cached_property
    def _raw(self) -> dict[str, msgspec.Raw]:
        try:
            rows = msgspec.json.decode(self.data, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise CatalogError(
                f"LiteLLM's price map is not a JSON object: {error}.",
                "Install litellm again: pip install -U litellm",
            ) from error
        return {name: row for name, row in rows.items() if name not in NOT_MODELS}

    @cached_property
    def _lowercase(self) -> dict[str, str]:
        return {name.lower(): name for name in reversed(self._raw)}

    @property
    def names(self) -> tuple[str, ...]:
        """Every model name, in the map's order.

        Raises:
            CatalogError: the bytes are no JSON object.
        """
        return tuple(self._raw)

    def provider_of(self, name: str) -> str:
        """LiteLLM's provider name of an entry, without decoding the rest; empty: it has none."""
        raw = self._raw.get(name)
        try:
            provider = _PROVIDER.decode(raw).litellm_provider if raw is not None else ""
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ""
        return provider if isinstance(provider, str) else ""

    @cached_property
    def providers(self) -> dict[str, str]:
        """LiteLLM's provider name by model name; empty where an entry tells none."""
        return {name: self.provider_of(name) for name in self._raw}

    def key_of(self, name: str) -> str | None:
        """The map's spelling of a name, letter case aside; ``None``: no such entry."""
        if name in self._raw:
            return name
        return self._lowercase.get(name.lower())

    def entry(self, name: str) -> dict[str, object]:
        """One entry; a missing or malformed one is empty."""
        raw = self._raw.get(name)
        return {} if raw is None else decode_entry(raw)

    def entries(self) -> Iterator[tuple[str, dict[str, object]]]:
        """Every entry, decoded one by one."""
        for name, raw in self._raw.items():
            yield name, decode_entry(raw)


def decode_entry(raw: msgspec.Raw | bytes) -> dict[str, object]:
    """One entry as plain data; whatever is not a JSON object counts as empty."""
    try:
        entry = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def text_of(entry: dict[str, object], key: str) -> str:
    """A text field; empty where it is missing or something else."""
    value = entry.get(key)
    return value if isinstance(value, str) else ""
