"""The export of this product, read back: FOCUS 1.2 rows with `x_` columns (`govern usage export`).

A provider's bill has a billed cost in every row; an export of metered rows has none, and counts
tokens and requests that the specification has no column for.
"""

from multillm_gov.usage.focus_columns import is_attributed_export
from multillm_gov.usage.reader import FeedContract, Field, Reader, Recognition, Sample

_DETAILS = "SkuPriceDetails"
_TAGS = "Tags"
_OUR_CHARGES = "'usage', 'purchase', 'credit', 'tax'"


def recognize(sample: Sample) -> Recognition:
    """By the `x_` columns of the allocation beside those of FOCUS."""
    return is_attributed_export(sample)


READER = Reader(
    contract=FeedContract(
        title="FOCUS rows exported by govern",
        role="any",
        precedence=95,
        cache_reads_in_input="included",
        cache_writes_in_input="included",
        money="billing currency: effective (consumption); billed (cash) where a bill says it",
        grain="day, task class, provider and model",
        model_name="as the source of the rows says",
        joins_by=("task_class_given", "team", "prompt_name", "model_requested", "model"),
        covers="what was imported where it was exported; counts only where no other feed does",
        never_contains=("single requests", "tags of requests", "input tokens not known in part"),
        source="`govern usage export --format focus`",
    ),
    recognize=recognize,
    newest_wins=True,
    fields={
        "started": Field("ChargePeriodStart", "moment", required=True),
        "paid_in": Field("BillingCurrency", required=True),
        "category": Field("ChargeCategory", required=True),
        "commitment_status": Field("CommitmentDiscountStatus"),
        "effective": Field("EffectiveCost", "number"),
        "billed": Field("BilledCost", "number"),
        "listed": Field("ListCost", "number"),
        "provider_name": Field("ProviderName"),
        "resource": Field("ResourceId"),
        "sub_account": Field("SubAccountId"),
        "tier": Field(_DETAILS, "text", "$.ServiceTier"),
        "team_tag": Field(_TAGS, "text", "$.team"),
        "prompt_tag": Field(_TAGS, "text", "$.prompt_name"),
        "group_tag": Field(_TAGS, "text", "$.model_group"),
        "own_class": Field("x_TaskClass"),
        "fell_back": Field("x_CausedByFailover"),
        "asked": Field("x_Requests", "count"),
        "input": Field("x_InputTokensWithCache", "count"),
        "cache_read": Field("x_CacheReadTokens", "count"),
        "cache_write": Field("x_CacheWriteTokens", "count"),
        "output": Field("x_OutputTokens", "count"),
        "written_by": Field("x_SourceProducer"),
    },
    row={
        "row_id": "MD5(CONCAT_WS('|', written_by, started, paid_in))",
        "started_at": "started",
        "grain": "'day'",
        "charge": "CASE WHEN LOWER(category) = 'usage' AND LOWER(commitment_status) = 'unused' "
        f"THEN 'idle' WHEN LOWER(category) IN ({_OUR_CHARGES}) THEN LOWER(category) "
        "ELSE 'adjustment' END",
        "provider": "provider_name",
        "model": "resource",
        "model_group": "group_tag",
        "model_requested": "group_tag",
        "failover": "LOWER(fell_back) = 'true'",
        "service_tier": "tier",
        "task_class_given": "own_class",
        "team": "team_tag",
        "project": "sub_account",
        "prompt_name": "prompt_tag",
        "requests": "asked",
        "input_tokens_with_cache": "input",
        "cache_read_tokens": "cache_read",
        "cache_write_tokens": "cache_write",
        "output_tokens": "output",
        "effective_cost": "effective",
        "list_cost": "listed",
        "invoiced_cost": "billed",
        "currency": "paid_in",
    },
)
