"""LiteLLM's standard logging payload, as its callbacks write it to storage and log services."""

from collections.abc import Iterator, Mapping
from typing import Any

from multillm_gov.usage.nested import pages, utc_text
from multillm_gov.usage.reader import FeedContract, Field, Reader, Recognition, Sample


def recognize(sample: Sample) -> Recognition:
    """By `response_cost` beside the token counts and `model_map_information`."""
    names = set(sample.columns)
    if isinstance(sample.document, dict):
        names |= set(sample.document)
    return {"response_cost", "prompt_tokens", "startTime", "model_map_information"} <= names


def records(document: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - a stranger's JSON
    """One row a payload; messages and the answer are left behind here."""
    for page in pages(document):
        metadata = page.get("metadata")
        about = metadata if isinstance(metadata, dict) else {}
        usage = _inside(page, "response", "usage")
        yield {
            **{name: page.get(name) for name in _PLAIN},
            "start": utc_text(page.get("startTime")),
            "request_tags": page.get("request_tags"),
            "team": about.get("user_api_key_team_alias"),
            "team_id": about.get("user_api_key_team_id"),
            "project": about.get("user_api_key_project_id"),
            "alias": about.get("user_api_key_alias"),
            "key": about.get("user_api_key_hash"),
            "labels": about.get("spend_logs_metadata"),
            "cached": _inside(usage, "prompt_tokens_details").get("cached_tokens"),
            "written": usage.get("cache_creation_input_tokens"),
            "reasoning": _inside(usage, "completion_tokens_details").get("reasoning_tokens"),
        }


def _inside(value: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for step in path:
        inner = value.get(step)
        value = inner if isinstance(inner, dict) else {}
    return value


_PLAIN = ("id", "response_cost", "prompt_tokens", "completion_tokens", "model", "model_group",
          "custom_llm_provider", "cache_hit", "status")  # fmt: skip

READER = Reader(
    contract=FeedContract(
        title="LiteLLM logging payloads",
        role="gateway",
        precedence=11,
        cache_reads_in_input="included",
        cache_writes_in_input="included",
        money="USD, computed by the gateway from its price map",
        grain="one request",
        model_name="`model` is the model called, `model_group` the group that answered",
        joins_by=("tags", "labels", "key_alias", "team", "project", "model_requested", "model"),
        covers="requests through this gateway only",
        never_contains=("traffic that bypasses the gateway", "discounts"),
        source="BerriAI/litellm: litellm/types/utils.py, StandardLoggingPayload",
    ),
    recognize=recognize,
    records=records,
    fields={
        "id": Field("id", required=True),
        "started": Field("start", "moment", required=True),
        "cost": Field("response_cost", "number"),
        "input": Field("prompt_tokens", "count", required=True),
        "output": Field("completion_tokens", "count", required=True),
        "cached": Field("cached", "count"),
        "written": Field("written", "count"),
        "reasoning": Field("reasoning", "count"),
        "called": Field("model"),
        "grp": Field("model_group"),
        "served_by": Field("custom_llm_provider"),
        "team_name": Field("team"),
        "team_id": Field("team_id"),
        "project": Field("project"),
        "alias": Field("alias"),
        "api_key": Field("key"),
        "own": Field("labels"),
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
        "model_requested": "NULLIF(grp, '')",
        "team": "team_name",
        "team_id": "team_id",
        "project": "project",
        "key_alias": "alias",
        "key_id": "api_key",
        "tags": "request_tags",
        "labels": "own",
        "requests": "1",
        "failed_requests": "CASE WHEN state = 'failure' THEN 1 ELSE 0 END",
        "gateway_cache_hits": "CASE WHEN LOWER(hit) = 'true' THEN 1 ELSE 0 END",
        "input_tokens_with_cache": "input",
        "cache_read_tokens": "cached",
        "cache_write_tokens": "written",
        "output_tokens": "output",
        "reasoning_tokens": "reasoning",
        "effective_cost": "cost",
        "list_cost": "cost",
        "currency": "'USD'",
    },
)
