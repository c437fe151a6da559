"""A shipped list, with sources, of models and retirements that today's price map does not carry.

``python tools/build_retired_models.py`` regenerates the list from price map history and vendors'
announcements.
"""

from functools import cache

import msgspec

from multillm_gov.catalog.price_map import decode_entry
from multillm_gov.catalog.shipped import shipped_bytes


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a model's end."""

    entry: msgspec.Raw = msgspec.Raw(b"{}")
    """Its last price map entry, pruned; empty when only an announcement names it."""
    last_seen: str = ""
    """The last price map that carried it: its day, or ``release 1.106.2``."""
    retirement: str = ""
    source: str = ""
    doubt: str = ""
    """Why the date cannot be relied on; empty: it can."""
    before: tuple[str, ...] = ()
    """Other dates given for it, with where."""
    redirect: str = ""
    """Model that answers and is billed in its place from the retirement on."""
    successor: str = ""
    successor_source: str = ""


class RetiredList(msgspec.Struct, frozen=True, kw_only=True):
    """The shipped file."""

    litellm: str
    """Release whose price map it was compared with."""
    newest_release: str
    """Newest LiteLLM release whose dates it knows."""
    last_table: str
    gone: dict[str, Ending]
    """Models the price map no longer carries."""
    current: dict[str, Ending]
    """For models that the map carries: dates of the newest release, and what announcements add."""
    about: str = ""

    def entry(self, name: str) -> dict[str, object]:
        """The last price map entry of a past model; empty when there is none."""
        ending = self.gone.get(name)
        return {} if ending is None else decode_entry(ending.entry)

    def key_of(self, name: str) -> str | None:
        """The list's spelling of a past model's name, letter case aside."""
        if name in self.gone:
            return name
        return _lowercase().get(name.lower())


@cache
def retired_list() -> RetiredList:
    """The shipped list, read once."""
    return msgspec.json.decode(shipped_bytes("retired_models.json"), type=RetiredList)


@cache
def _lowercase() -> dict[str, str]:
    return {name.lower(): name for name in retired_list().gone}
