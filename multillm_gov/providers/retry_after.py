"""When a provider says to come back: seconds, milliseconds, a date, or a delay in Google's error details."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST = 24 * 3600.0
"""Seconds; a longer wait is cut, for no run lasts so long."""
_DELAY = re.compile(r'"?retrydelay"?\s*:\s*"?(\d{1,9}(?:\.\d{1,9})?)s', re.IGNORECASE)


def retry_after_seconds(
    headers: Mapping[str, str], text: str, now: datetime | None = None
) -> float | None:
    """Seconds to wait; ``None`` where the provider says nothing that can be read.

    Args:
        headers: By name in small letters.
        text: The error's body.
        now: For dates; default: the clock.
    """
    pairs = (("retry-after-ms", 1000.0), ("retry-after", 1.0))
    for name, unit in pairs:
        written = headers.get(name, "").strip() or headers.get(f"llm_provider-{name}", "").strip()
        seconds = _number(written)
        if seconds is None and written and name == "retry-after":
            seconds = _until(written, now or datetime.now(UTC))
        if seconds is not None:
            return min(max(seconds / unit, 0.0), _LONGEST)
    told = _DELAY.search(text)
    return min(float(told[1]), _LONGEST) if told else None


def _number(written: str) -> float | None:
    return float(written) if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", written) else None


def _until(written: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, IndexError, TypeError):
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
