"""Anthropic cost report: amounts are decimal text in cents (`"123.45"` is 1.23 USD).

`list_amount` beside `amount`, where it is given, is the price before discount.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from multillm_gov.usage.nested import bucket_results
from multillm_gov.usage.reader import FeedContract, FeedRefusal, Field, Reader, Recognition, Sample


def recognize(sample: Sample) -> Recognition:
    """By amounts as text beside a currency, in buckets that say when they start."""
    pairs = [
        (bucket, result)
        for bucket, result in bucket_results(sample.document)
        if "amount" in result and "currency" in result
    ]
    if not pairs or not any("starting_at" in bucket for bucket, _ in pairs):
        return False
    if any(not isinstance(result["amount"], str) for _, result in pairs):
        return FeedRefusal(
            "looks like an Anthropic cost report, but an `amount` is a number, not text in cents: "
            "its unit is not known (a factor of 100)"
        )
    return True


def records(document: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - a stranger's JSON
    """One row a result."""
    for bucket, result in bucket_results(document):
        yield {**result, "start": bucket.get("starting_at")}


READER = Reader(
    contract=FeedContract(
        title="Anthropic cost report",
        role="provider",
        precedence=20,
        cache_reads_in_input="no tokens",
        cache_writes_in_input="no tokens",
        money="decimal text in cents of `currency`: what is billed; `list_amount` before discount",
        grain="day, at most 31 a report",
        model_name="`model`, or inside of `description`",
        joins_by=("workspace", "model"),
        covers="the organization at Anthropic without Priority Tier",
        never_contains=("tokens", "requests", "cost by key", "Priority Tier"),
        source="anthropics/claude-cookbooks: observability/usage_cost_api.ipynb",
    ),
    recognize=recognize,
    records=records,
    newest_wins=True,
    fields={
        "started": Field("start", "moment", required=True),
        "cents": Field("amount", "number", required=True),
        "list_cents": Field("list_amount", "number"),
        "paid_in": Field("currency", required=True),
        "workspace": Field("workspace_id"),
        "described": Field("description"),
        "model": Field("model"),
        "tier": Field("service_tier"),
        "token_type": Field("token_type"),
        "context": Field("context_window"),
    },
    row={
        "row_id": "MD5(CONCAT_WS('|', started, workspace, described, model, tier, token_type, "
        "context))",
        "started_at": "started",
        "grain": "'day'",
        "charge": "'usage'",
        "provider": "'anthropic'",
        "model": "COALESCE(model, described)",
        "service_tier": "tier",
        "workspace": "workspace",
        "effective_cost": "cents / 100",
        "list_cost": "list_cents / 100",
        "invoiced_cost": "cents / 100",
        "currency": "UPPER(paid_in)",
    },
)
