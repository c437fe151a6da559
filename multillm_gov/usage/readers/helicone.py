"""Helicone export (CSV): one row a request; its default query leaves cached answers out."""

from multillm_gov.usage.reader import FeedContract, Field, Reader, Recognition, Sample


def recognize(sample: Sample) -> Recognition:
    """By its own column names."""
    return sample.has("request_created_at", "prompt_tokens", "completion_tokens", "cost")


READER = Reader(
    contract=FeedContract(
        title="Helicone",
        role="application",
        precedence=40,
        cache_reads_in_input="not known",
        cache_writes_in_input="not known",
        money="USD, computed by Helicone from its price list",
        grain="one request",
        model_name="the model called",
        joins_by=("labels", "model"),
        covers="requests through Helicone; cached answers are left out of its default query",
        never_contains=("cache tokens", "discounts"),
        source="Helicone/helicone: the request export",
    ),
    recognize=recognize,
    newest_wins=True,
    fields={
        "id": Field("request_id"),
        "started": Field("request_created_at", "moment", required=True),
        "cost": Field("cost", "number"),
        "input": Field("prompt_tokens", "count"),
        "output": Field("completion_tokens", "count"),
        "model": Field("model"),
        "served_by": Field("provider"),
        "properties": Field("request_properties"),
        "http": Field("response_status", "count"),
    },
    row={
        "row_id": "COALESCE(id, MD5(CONCAT_WS('|', started, model, input, output, properties)))",
        "started_at": "started",
        "grain": "'request'",
        "charge": "'usage'",
        "provider": "LOWER(served_by)",
        "model": "model",
        "labels": "properties",
        "requests": "1",
        "failed_requests": "CASE WHEN http >= 400 THEN 1 ELSE 0 END",
        "input_tokens_with_cache": "input",
        "output_tokens": "output",
        "effective_cost": "cost",
        "list_cost": "cost",
        "currency": "'USD'",
    },
)
