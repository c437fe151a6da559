"""Anthropic usage report: buckets of tokens; input excludes cache reads and writes.

Cache writes are nested by their lifetime (`cache_creation.ephemeral_5m_input_tokens`); a flat
`cache_creation_5m_input_tokens` circulates and is the wrong shape.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from multillm_gov.usage.nested import bucket_results, day_length
from multillm_gov.usage.reader import FeedContract, FeedRefusal, Field, Reader, Recognition, Sample


def recognize(sample: Sample) -> Recognition:
    """By `uncached_input_tokens` in the results of buckets."""
    results = [result for _, result in bucket_results(sample.document)]
    if not any("uncached_input_tokens" in result for result in results):
        return False
    if any("cache_creation_5m_input_tokens" in result for result in results):
        return FeedRefusal(
            "looks like an Anthropic usage report, but cache writes stand flat in "
            "`cache_creation_5m_input_tokens`, a shape the API does not give: they would be lost"
        )
    return True


def records(document: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - a stranger's JSON
    """One row a result."""
    for bucket, result in bucket_results(document):
        written = result.get("cache_creation")
        tools = result.get("server_tool_use")
        start, end = bucket.get("starting_at"), bucket.get("ending_at")
        yield {
            **result,
            **(written if isinstance(written, dict) else {}),
            "searches": tools.get("web_search_requests") if isinstance(tools, dict) else None,
            "start": start,
            "grain": day_length(start, end),
        }


READER = Reader(
    contract=FeedContract(
        title="Anthropic usage report",
        role="provider",
        precedence=30,
        cache_reads_in_input="excluded",
        cache_writes_in_input="excluded",
        money="none: join with the Anthropic cost report",
        grain="bucket of a minute, an hour or a day",
        model_name="the model served",
        joins_by=("workspace", "key_id", "model"),
        covers="the whole organization at Anthropic; blocked requests count tokens but no bill",
        never_contains=("money", "requests", "tags"),
        source="anthropics/claude-cookbooks: observability/usage_cost_api.ipynb",
    ),
    recognize=recognize,
    records=records,
    newest_wins=True,
    fields={
        "started": Field("start", "moment", required=True),
        "span": Field("grain"),
        "uncached": Field("uncached_input_tokens", "count", required=True),
        "read": Field("cache_read_input_tokens", "count"),
        "write": Field("ephemeral_5m_input_tokens", "count"),
        "write_1h": Field("ephemeral_1h_input_tokens", "count"),
        "output": Field("output_tokens", "count", required=True),
        "searches": Field("searches", "number"),
        "model": Field("model"),
        "workspace": Field("workspace_id"),
        "api_key": Field("api_key_id"),
        "tier": Field("service_tier"),
        "context": Field("context_window"),
        "geo": Field("inference_geo"),
    },
    row={
        "row_id": "MD5(CONCAT_WS('|', started, span, model, workspace, api_key, tier, context, "
        "geo))",
        "started_at": "started",
        "grain": "span",
        "charge": "'usage'",
        "provider": "'anthropic'",
        "model": "model",
        "service_tier": "tier",
        "workspace": "workspace",
        "key_id": "api_key",
        "input_tokens_with_cache": "uncached + COALESCE(read, 0) + COALESCE(write, 0) "
        "+ COALESCE(write_1h, 0)",
        "cache_read_tokens": "read",
        "cache_write_tokens": "write",
        "cache_write_1h_tokens": "write_1h",
        "output_tokens": "output",
        "other_quantity": "NULLIF(searches, 0)",
        "other_unit": "CASE WHEN searches > 0 THEN 'searches' END",
    },
)
