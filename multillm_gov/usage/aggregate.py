"""Sums of usage rows by day and by what they were for: what every analysis starts from."""

from datetime import date
from decimal import Decimal

from msgspec import Struct


class UsageAggregate(Struct, frozen=True, kw_only=True):
    """Consumption of one day, task class, model …; a measure is ``None`` where no row knows it.

    Amounts are in ``currency``, tokens and kinds of money as in `UsageRow`.
    """

    day: date = date.min
    """Not given where a query does not group by it."""
    producer: str | None = None
    origin: str | None = None
    task_class: str | None = None
    """``None``: no rule matches."""
    charge: str = "usage"
    currency: str | None = None
    provider: str | None = None
    model: str | None = None
    model_group: str | None = None
    model_requested: str | None = None
    failover: bool | None = None
    service_tier: str | None = None
    size: str | None = None
    """Length of the prompts; ``None``: not known."""
    team: str | None = None
    project: str | None = None
    workspace: str | None = None
    key_alias: str | None = None
    prompt_name: str | None = None
    tags: str | None = None
    row_count: int = 0
    requests: int | None = None
    failed_requests: int | None = None
    gateway_cache_hits: int | None = None
    input_tokens_with_cache: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    other_quantity: Decimal | None = None
    effective_cost: Decimal | None = None
    list_cost: Decimal | None = None
    invoiced_cost: Decimal | None = None
    unknown: dict[str, int] = {}
    """Rows that do not know a measure, by its name; absent: every row does."""
