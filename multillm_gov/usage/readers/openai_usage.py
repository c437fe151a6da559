"""OpenAI usage (admin API): buckets of requests and tokens, without money.

`input_tokens` include cached and cache-write tokens. A field that was not grouped by is null, and
the same list carries other kinds (embeddings, images, speech), each with its own unit.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from multillm_gov.usage.nested import bucket_results, day_length, utc_text
from multillm_gov.usage.reader import FeedContract, FeedRefusal, Field, Reader, Recognition, Sample

_UNITS = {
    "characters": "characters",
    "seconds": "seconds",
    "images": "images",
    "usage_bytes": "bytes",
    "num_sessions": "sessions",
    "num_requests": "searches",
}


def recognize(sample: Sample) -> Recognition:
    """By the buckets and their objects; a list of costs is another producer."""
    results = list(bucket_results(sample.document))
    kinds = {str(result.get("object", "")) for _, result in results}
    if any(kind.startswith("organization.usage.") for kind in kinds):
        return True
    if any("num_model_requests" in result for _, result in results):
        return FeedRefusal("looks like OpenAI usage, but its results carry no `object`: their kind "
                       "and so their unit is not known")  # fmt: skip
    return False


def records(document: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - a stranger's JSON
    """One row a result."""
    for bucket, result in bucket_results(document):
        quantity = next((name for name in _UNITS if result.get(name) is not None), "")
        yield {
            **result,
            "start": utc_text(bucket.get("start_time")),
            "grain": day_length(bucket.get("start_time"), bucket.get("end_time")),
            "other_quantity": result.get(quantity) if quantity else None,
            "other_unit": _UNITS.get(quantity),
        }


READER = Reader(
    contract=FeedContract(
        title="OpenAI usage",
        role="provider",
        precedence=30,
        cache_reads_in_input="included",
        cache_writes_in_input="included",
        money="none: join with OpenAI costs",
        grain="bucket of a minute, an hour or a day",
        model_name="the model served",
        joins_by=("project", "key_id", "model"),
        covers="the whole organization at OpenAI",
        never_contains=("money", "tags"),
        source="openai/openai-python: types/admin/organization/usage_*",
    ),
    recognize=recognize,
    records=records,
    newest_wins=True,
    fields={
        "started": Field("start", "moment", required=True),
        "span": Field("grain"),
        "kind": Field("object", required=True),
        "input": Field("input_tokens", "count"),
        "cached": Field("input_cached_tokens", "count"),
        "written": Field("input_cache_write_tokens", "count"),
        "output": Field("output_tokens", "count"),
        "sent": Field("num_model_requests", "count"),
        "model": Field("model"),
        "project": Field("project_id"),
        "api_key": Field("api_key_id"),
        "user": Field("user_id"),
        "is_batch": Field("batch"),
        "tier": Field("service_tier"),
        "quantity": Field("other_quantity", "number"),
        "unit": Field("other_unit"),
    },
    row={
        "row_id": "MD5(CONCAT_WS('|', started, span, kind, model, project, api_key, user, "
        "is_batch, tier))",
        "started_at": "started",
        "grain": "span",
        "charge": "'usage'",
        "provider": "'openai'",
        "model": "model",
        "service_tier": "CASE WHEN LOWER(is_batch) = 'true' THEN 'batch' ELSE tier END",
        "project": "project",
        "key_id": "api_key",
        "requests": "sent",
        "input_tokens_with_cache": "input",
        "cache_read_tokens": "cached",
        "cache_write_tokens": "written",
        "output_tokens": "output",
        "other_quantity": "quantity",
        "other_unit": "unit",
    },
)
