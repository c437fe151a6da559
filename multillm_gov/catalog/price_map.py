"""LiteLLM's price map: split into entries fast, decoded only where needed, never trusted."""

from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from typing import Any

import msgspec

from multillm_gov.errors import CatalogError

NOT_MODELS = frozenset({"sample_spec", "fallback_generalizations"})
"""Keys of the map that describe the format or hold rules instead of a model."""


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
