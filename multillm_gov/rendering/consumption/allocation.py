"""Allocations as OpenCost's API answers them: cost by task class over a window.

What no rule attributes is `__unallocated__`, idle capacity and unmet commitments `__idle__`.
"""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from multillm_gov.measures.consumption.alerts import Consumed

_REST, _IDLE = "__unallocated__", "__idle__"


def render(consumed: Consumed) -> bytes:
    """One set: an allocation per task class, amounts in the portfolio's currency."""
    cost: defaultdict[str, Decimal] = defaultdict(Decimal)
    requests: defaultdict[str, int] = defaultdict(int)
    providers: defaultdict[str, set[str]] = defaultdict(set)
    for aggregate in consumed.aggregates:
        if aggregate.effective_cost is None:
            continue
        name = aggregate.task_class or _REST
        cost[name] += aggregate.effective_cost
        requests[name] += aggregate.requests or 0
        providers[name].add(aggregate.provider or "")
    idle = [owed.idle for owed in consumed.obligations if owed.idle]
    if idle:
        cost[_IDLE] = sum(idle, Decimal(0))
    allocations = {
        name: _allocation(name, cost[name], requests[name], providers[name], consumed)
        for name in sorted(cost)
    }
    data = {"code": 200, "data": [allocations], "currency": consumed.currency}
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"


def _allocation(
    name: str, cost: Decimal, requests: int, providers: set[str], consumed: Consumed
) -> dict[str, Any]:
    start = f"{consumed.first}T00:00:00Z"
    end = f"{consumed.last + timedelta(days=1)}T00:00:00Z"
    labels = {"task_class": name} if not name.startswith("__") else {}
    if name in consumed.owners:
        labels["owner"] = consumed.owners[name]
    return {
        "name": name,
        "properties": {"labels": labels, "providers": sorted(providers - {""})},
        "window": {"start": start, "end": end},
        "start": start,
        "end": end,
        "minutes": ((consumed.last - consumed.first).days + 1) * 1440,
        "externalCost": float(cost),
        "totalCost": float(cost),
        "requests": requests,
    }
