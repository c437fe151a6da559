"""LiteLLM proxy, `LiteLLM_SpendLogs`: one row a request, as JSON lines, CSV or the table itself.

Prompt tokens include cache reads and writes; the cache counts are not columns but stand in
`metadata.additional_usage_values`. `cache_hit` is the gateway's own response cache.
"""

from multillm_gov.usage.reader import FeedContract, FeedRefusal, Field, Reader, Recognition, Sample

_METADATA = "metadata"
_CACHE = "$.additional_usage_values"


def recognize(sample: Sample) -> Recognition:
    """By the columns; a log of payloads (`response_cost`) is another producer."""
    if not sample.has("spend", "prompt_tokens", "completion_tokens", "startTime"):
        return False
    if not sample.has("request_id"):
        return FeedRefusal(
            "looks like LiteLLM spend logs without `request_id`: rows could be counted twice"
        )
    return True


READER = Reader(
    contract=FeedContract(
        title="LiteLLM spend logs",
        role="gateway",
        precedence=10,
        cache_reads_in_input="included",
        cache_writes_in_input="included",
        money="USD, computed by the gateway from its price map",
        grain="one request",
        model_name="`model` is the model called, `model_group` the group that answered; the group "
        "first requested is `metadata.original_model_group` where a fallback answered",
        joins_by=("tags", "labels", "key_alias", "team", "project", "model_requested", "model"),
        covers="requests through this gateway only",
        never_contains=("traffic that bypasses the gateway", "discounts", "cache columns"),
        source="BerriAI/litellm: litellm/proxy/schema.prisma",
    ),
    recognize=recognize,
    tables=("LiteLLM_SpendLogs",),
    fields={
        "id": Field("request_id", required=True),
        "started": Field("startTime", "moment", required=True),
        "cost": Field("spend", "number", required=True),
        "input": Field("prompt_tokens", "count", required=True),
        "output": Field("completion_tokens", "count", required=True),
        "cache_read": Field(_METADATA, "count", f"{_CACHE}.cache_read_input_tokens"),
        "cache_write": Field(_METADATA, "count", f"{_CACHE}.cache_creation_input_tokens"),
        "reasoning": Field(
            _METADATA, "count", f"{_CACHE}.completion_tokens_details.reasoning_tokens"
        ),
        "called": Field("model"),
        "grp": Field("model_group"),
        "asked": Field(_METADATA, "text", "$.original_model_group"),
        "fallbacks": Field(_METADATA, "count", "$.attempted_fallbacks"),
        "served_by": Field("custom_llm_provider"),
        "team_id": Field("team_id"),
        "team_alias": Field(_METADATA, "text", "$.user_api_key_team_alias"),
        "project": Field(_METADATA, "text", "$.user_api_key_project_id"),
        "alias": Field(_METADATA, "text", "$.user_api_key_alias"),
        "api_key": Field("api_key"),
        "own_labels": Field(_METADATA, "text", "$.spend_logs_metadata"),
        "prompt_name": Field(_METADATA, "text", "$.prompt_management_metadata.prompt_id"),
        "tier": Field(_METADATA, "text", "$.usage_object.service_tier"),
        "request_tags": Field("request_tags"),
        "hit": Field("cache_hit"),
        "state": Field("status"),
    },
    row={
        "row_id": "id",
        "started_at": "started",
        "grain": "'request'",
        "charge": "'usage'",
        "provider": "NULLIF(served_by, '')",
        "model": "NULLIF(called, '')",
        "model_group": "NULLIF(grp, '')",
        "model_requested": "COALESCE(CASE WHEN fallbacks > 0 THEN NULLIF(asked, '') END, "
        "NULLIF(grp, ''))",
        "failover": "COALESCE(fallbacks, 0) > 0",
        "service_tier": "tier",
        "team": "NULLIF(team_alias, '')",
        "team_id": "NULLIF(team_id, '')",
        "project": "NULLIF(project, '')",
        "key_alias": "NULLIF(alias, '')",
        "key_id": "NULLIF(api_key, '')",
        "prompt_name": "prompt_name",
        "tags": "request_tags",
        "labels": "own_labels",
        "requests": "1",
        "failed_requests": "CASE WHEN state = 'failure' THEN 1 ELSE 0 END",
        "gateway_cache_hits": "CASE WHEN LOWER(hit) = 'true' THEN 1 ELSE 0 END",
        "input_tokens_with_cache": "input",
        "cache_read_tokens": "cache_read",
        "cache_write_tokens": "cache_write",
        "output_tokens": "output",
        "reasoning_tokens": "reasoning",
        "effective_cost": "cost",
        "list_cost": "cost",
        "currency": "'USD'",
    },
)  # fmt: skip
