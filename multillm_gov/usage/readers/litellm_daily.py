"""LiteLLM proxy, `LiteLLM_Daily…Spend`: sums by day, key and model; one twin table a subject."""

from multillm_gov.usage.reader import FeedContract, FeedRefusal, Field, Reader, Recognition, Sample

_SUBJECTS = ("user_id", "team_id", "tag", "organization_id", "end_user_id", "agent_id")


def recognize(sample: Sample) -> Recognition:
    """By the columns; exactly one subject, since the twins count the same money again."""
    if not sample.has("date", "api_requests", "spend", "prompt_tokens", "completion_tokens"):
        return False
    subjects = [name for name in _SUBJECTS if name in sample.columns]
    if len(subjects) > 1:
        return FeedRefusal(
            "looks like several LiteLLM daily tables joined "
            f"({' and '.join(f'`{name}`' for name in subjects)}): each counts the same money again"
        )
    if "tag" in subjects:
        return FeedRefusal(
            "is LiteLLM's daily table by tag: a request with two tags is counted twice; import "
            "`LiteLLM_DailyUserSpend` or the spend logs"
        )
    return True


READER = Reader(
    contract=FeedContract(
        title="LiteLLM daily spend",
        role="gateway",
        precedence=12,
        cache_reads_in_input="included",
        cache_writes_in_input="included",
        money="USD, computed by the gateway from its price map",
        grain="day (UTC), key, model and endpoint",
        model_name="`model` is the model called, `model_group` the group that answered",
        joins_by=("team", "key_id", "model_requested", "model"),
        covers="requests through this gateway only; `endpoint` shows traffic that provider "
        "budgets do not count",
        never_contains=("request ids", "tags", "which requests a fallback answered"),
        source="BerriAI/litellm: litellm/proxy/schema.prisma",
    ),
    recognize=recognize,
    newest_wins=True,
    tables=("LiteLLM_DailyUserSpend", "LiteLLM_DailyTeamSpend"),
    fields={
        "id": Field("id"),
        "on_day": Field("date", "day", required=True),
        "cost": Field("spend", "number", required=True),
        "input": Field("prompt_tokens", "count", required=True),
        "output": Field("completion_tokens", "count", required=True),
        "cache_read": Field("cache_read_input_tokens", "count"),
        "cache_write": Field("cache_creation_input_tokens", "count"),
        "called": Field("model"),
        "grp": Field("model_group"),
        "served_by": Field("custom_llm_provider"),
        "team": Field("team_id"),
        "api_key": Field("api_key"),
        "endpoint": Field("endpoint"),
        "sent": Field("api_requests", "count", required=True),
        "failed": Field("failed_requests", "count"),
    },
    row={
        "row_id": "COALESCE(id, CONCAT_WS('|', on_day, api_key, called, grp, served_by, team, "
        "endpoint))",
        "started_at": "CAST(on_day AS TIMESTAMP)",
        "grain": "'day'",
        "charge": "'usage'",
        "provider": "NULLIF(served_by, '')",
        "model": "NULLIF(called, '')",
        "model_group": "NULLIF(grp, '')",
        "model_requested": "NULLIF(grp, '')",
        "team_id": "NULLIF(team, '')",
        "key_id": "NULLIF(api_key, '')",
        "requests": "sent",
        "failed_requests": "failed",
        "input_tokens_with_cache": "input",
        "cache_read_tokens": "cache_read",
        "cache_write_tokens": "cache_write",
        "output_tokens": "output",
        "effective_cost": "cost",
        "list_cost": "cost",
        "currency": "'USD'",
    },
)
