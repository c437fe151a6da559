"""How much notice providers promise before they retire a model (method 4)."""

from datetime import date
from functools import cache

import msgspec

from multillm_gov.catalog.shipped import shipped_bytes


class NoticePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """One provider's promise, as its own page words it."""

    provider: str
    days: int | None = None
    """Least notice for a generally available model; ``None``: none is promised in days."""
    preview_days: int | None = None
    said: str = ""
    source: str = ""
    """Page it was read on."""
    about: str = ""

    def least(self, *, preview: bool) -> int | None:
        """Days of notice that are promised; `None`: the page promises none for such a model."""
        return self.preview_days if preview else self.days


@cache
def _policies() -> dict[str, NoticePolicy]:
    rows = msgspec.json.decode(shipped_bytes("notices.json"), type=list[NoticePolicy])
    return {row.provider: row for row in rows if row.provider}


def notice_policy(provider: str) -> NoticePolicy | None:
    """What a provider promises; ``None``: not known."""
    return _policies().get(provider)


def ending(day: date | None, today: date) -> str:
    """``retires on 2027-01-14``; ``was retired on …`` where that day has passed."""
    return f"was retired on {day}" if day is not None and day < today else f"retires on {day}"
