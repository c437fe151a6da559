"""Which settings which releases of LiteLLM read (`tools/build_litellm_keys.py`)."""

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec

from multillm_gov.gateways.litellm.versions import parse_release

Section = Literal["top", "router_settings", "litellm_settings", "general_settings", "attributes"]
"""A section of the file; `attributes` are the settings among what `litellm_settings` may set."""
SETTINGS: tuple[Section, ...] = ("router_settings", "litellm_settings", "general_settings")
HOMES: tuple[Section, ...] = ("top", "router_settings", "attributes", "general_settings")
"""Where a setting may belong; functions of the module are no settings."""
ENTRY = frozenset({"model_name", "litellm_params", "model_info", "blocked"})
"""Keys of an entry of `model_list` that the router reads."""
SAME_NAME = frozenset({"logging"})
"""Attributes of the module that share a name with a section of other programs: not meant."""
_ALWAYS = frozenset({"include", "model_list"})
_OF_THE_EXTRA = frozenset({"block_robots", "custom_auth_settings", "email_settings"})
"""Keys of `general_settings` that `litellm-enterprise` reads, which the proxy's extra installs."""
_DECLARED_ONLY = frozenset({"max_parallel_requests"})
"""Fields of the type of `general_settings` that no code of the releases looked at reads."""


@cache
def _data() -> dict[str, Any]:
    text = files("multillm_gov.gateways.litellm").joinpath("data", "keys.json").read_bytes()
    read: dict[str, Any] = msgspec.json.decode(text)
    return read


def is_read(section: Section, key: str, release: tuple[int, int, int]) -> bool | None:
    """Whether a release reads a key of a section; ``None``: not known of this release.

    Releases between two that were looked at count as known where both agree.
    """
    if section == "top" and key in _ALWAYS:
        return True
    if section == "general_settings" and key in _DECLARED_ONLY:
        return False
    if section == "general_settings" and key in _OF_THE_EXTRA:
        return True
    span = _data()[section].get(key)
    if span is None:
        return False
    releases = [parse_release(each) for each in _data()["releases"]]
    first, last = releases[span[0]], releases[span[1]]
    if first <= release <= last or (span[1] == len(releases) - 1 and release > last):
        return True
    before = releases[span[0] - 1] if span[0] else (0, 0, 0)
    after = releases[span[1] + 1] if span[1] + 1 < len(releases) else last
    return False if (release <= before and span[0]) or (release >= after > last) else None


def is_named(key: str) -> bool:
    """Whether the proxy's source looks a key of that name up in anything at all."""
    return key in _named()


@cache
def _named() -> frozenset[str]:
    return frozenset(_data()["named"])


def near_key(section: Section, key: str) -> str:
    """`` (did you mean `x`?)`` for the one known key that a key may be a slip of; else empty."""
    return _near(key, keys_of(section))


def near_provider(name: str) -> str:
    """The same for a provider."""
    return _near(name, tuple(sorted(providers())))


def _near(name: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name[:80], [key for key in known if key != name], n=1, cutoff=0.84)
    return f" (did you mean `{close[0]}`?)" if close else ""


@cache
def keys_of(section: Section) -> tuple[str, ...]:
    """The settings that the newest release known reads."""
    section = "attributes" if section == "litellm_settings" else section
    newest = len(_data()["releases"]) - 1
    return tuple(key for key, span in _data()[section].items() if span[1] == newest)


def read_since(section: Section, key: str) -> str:
    """The first release known to read a key; empty: none does."""
    span = None if key in _DECLARED_ONLY else _data()[section].get(key)
    return str(_data()["releases"][span[0]]) if span else ""


@cache
def providers() -> frozenset[str]:
    """What may stand before the slash of a model, in the newest release known."""
    return frozenset(_data()["providers"])


def has_known_endpoint(address: str) -> bool:
    """Whether LiteLLM tells the provider from an address: same host, and its path or one below."""
    host, path = _host_and_path(address)
    return any(
        host == other and (path == below or path.startswith(f"{below}/"))
        for other, below in map(_host_and_path, _data()["endpoints"])
    )


def _host_and_path(address: str) -> tuple[str, str]:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        return (parts.hostname or "").lower(), parts.path.rstrip("/")
    except ValueError:
        return "", ""


@cache
def price_keys() -> frozenset[str]:
    """Names of prices that a deployment may have."""
    return frozenset(_data()["prices"])
