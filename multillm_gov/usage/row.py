"""One row of consumption, whoever counted it: units and kinds of money stand in the names."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

MONEY = "DECIMAL(38, 12)"
"""SQL type of every amount: a price per token times one token is exact; 38 digits hold any sum."""


class UsageRow(Struct, frozen=True, kw_only=True):
    """What one request, or one bucket of many, consumed; ``None`` is "not known", never zero."""

    producer: str | None = None
    """Name of the reader whose contract holds."""
    origin: str | None = None
    """Which of several gateways or databases an aggregate is from."""
    row_id: str | None = None
    """Of the producer where it has one; rows of one id are counted once."""
    line: int | None = None
    """Line or row in the file, from 1."""
    started_at: datetime | None = None
    """UTC."""
    day: date | None = None
    """In UTC, unless the contract of the producer says otherwise."""
    grain: str | None = None
    """``request``, ``minute``, ``hour``, ``day`` or ``period``."""
    charge: str | None = None
    """``usage``, ``idle`` (of a commitment), ``purchase`` (of one), ``credit``, ``tax`` or
    ``adjustment``."""
    provider: str | None = None
    model: str | None = None
    """As the producer names what answered."""
    model_group: str | None = None
    """The gateway's group that answered."""
    model_requested: str | None = None
    """The group first requested; another than ``model_group`` after a failover."""
    failover: bool | None = None
    service_tier: str | None = None
    task_class_given: str | None = None
    """Named by the source itself; no rule is needed."""
    team: str | None = None
    team_id: str | None = None
    project: str | None = None
    workspace: str | None = None
    key_alias: str | None = None
    key_id: str | None = None
    prompt_name: str | None = None
    tags: str | None = None
    """JSON: a list of words, or an object of keys and values."""
    labels: str | None = None
    """JSON object of metadata that the caller set."""
    requests: int | None = None
    failed_requests: int | None = None
    gateway_cache_hits: int | None = None
    """Requests that the gateway answered from its own cache: no provider saw them."""
    input_tokens_with_cache: int | None = None
    """Every input token, cache reads and writes included, whatever the producer counts."""
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    """Written for the provider's usual time."""
    cache_write_1h_tokens: int | None = None
    output_tokens: int | None = None
    """Reasoning included."""
    reasoning_tokens: int | None = None
    other_quantity: Decimal | None = None
    """Of what is not tokens (characters, seconds, searches)."""
    other_unit: str | None = None
    effective_cost: Decimal | None = None
    """What the consumption costs, commitments spread over it; a gateway's own figure is one
    computed from its price map."""
    list_cost: Decimal | None = None
    """The same at list prices, before discounts."""
    invoiced_cost: Decimal | None = None
    """Cash: what an invoice charges. Never added to ``effective_cost``."""
    currency: str | None = None


TEXTS = (
    "producer", "origin", "row_id", "grain", "charge", "provider", "model", "model_group",
    "model_requested", "service_tier", "task_class_given", "team", "team_id", "project",
    "workspace", "key_alias", "key_id", "prompt_name", "tags", "labels", "other_unit", "currency",
)  # fmt: skip
COUNTS = (
    "requests", "failed_requests", "gateway_cache_hits", "input_tokens_with_cache",
    "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens", "output_tokens",
    "reasoning_tokens",
)  # fmt: skip
AMOUNTS = ("effective_cost", "list_cost", "invoiced_cost")
MEASURES = (*COUNTS, "other_quantity", *AMOUNTS)
"""What is summed; a sum over rows of which some are not known says how many were."""
SQL_TYPES = {
    "line": "BIGINT",
    "started_at": "TIMESTAMP",
    "day": "DATE",
    "failover": "BOOLEAN",
    "other_quantity": MONEY,
    **dict.fromkeys(TEXTS, "VARCHAR"),
    **dict.fromkeys(COUNTS, "BIGINT"),
    **dict.fromkeys(AMOUNTS, MONEY),
}
"""Types of the columns by name."""
COLUMNS = UsageRow.__struct_fields__
"""Names of all columns, in order."""
