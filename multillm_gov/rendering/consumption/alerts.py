"""Alerts as JSON: what is over its cap or will be, and who owns the cap."""

import msgspec

from multillm_gov.measures.consumption.alerts import Consumed, alerts


def render(consumed: Consumed) -> bytes:
    """An object with the list ``alerts``, errors first; empty where there is nothing to know."""
    data = {
        "month": f"{consumed.through:%Y-%m}",
        "through": consumed.through,
        "alerts": alerts(consumed),
    }
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"
