"""FOCUS 1.0 to 1.5: what a provider bills, by the columns present.

A row per token kind, in two published generations of `SkuPriceDetails`: `TokenType`, or
`TokenDirection` with `TokenCacheAction`; else the meter's name says it. Billed cost is cash,
effective cost is consumption: a purchase of a commitment is cash only, its use consumption only.
"""

from multillm_gov.usage.focus_columns import (
    is_attributed_export,
    is_focus,
    is_focus_invoice,
    is_litellm_export,
)
from multillm_gov.usage.reader import FeedContract, FeedRefusal, Field, Reader, Recognition, Sample

_DETAILS = "SkuPriceDetails"
_AI = "AI and Machine Learning"
_WORDS = (
    "REPLACE(LOWER(CONCAT_WS(' ', token_type, direction, cache_action, meter)), 'uncached', '')"
)
"""Version 1.5 says of plain input that it is `Uncached`, which is no cache read."""
_KIND = (
    f"CASE WHEN {_WORDS} LIKE '%cache%read%' OR {_WORDS} LIKE '%cached%' "
    f"OR {_WORDS} LIKE '%input read%' THEN 'read' "
    f"WHEN {_WORDS} LIKE '%cache%write%' OR {_WORDS} LIKE '%cache%creation%' "
    f"OR {_WORDS} LIKE '%input write%' THEN 'write' "
    f"WHEN {_WORDS} LIKE '%output%' OR {_WORDS} LIKE '%completion%' THEN 'output' "
    f"WHEN {_WORDS} LIKE '%input%' OR {_WORDS} LIKE '%prompt%' THEN 'input' END"
)


def recognize(sample: Sample) -> Recognition:
    """By the columns every version has; a gateway's own export is another producer."""
    if is_focus_invoice(sample):
        return FeedRefusal("holds FOCUS invoices or billing periods, not cost and usage")
    if not is_focus(sample) or is_litellm_export(sample) or is_attributed_export(sample):
        return False
    if not sample.has("BillingCurrency"):
        return FeedRefusal("looks like FOCUS without `BillingCurrency`: its money has no unit")
    return True


READER = Reader(
    contract=FeedContract(
        title="FOCUS cost and usage",
        role="provider",
        precedence=21,
        cache_reads_in_input="excluded",
        cache_writes_in_input="excluded",
        money="billing currency: billed (cash), effective (consumption) and list, side by side",
        grain="charge period and token kind",
        model_name="`ModelId` of `SkuPriceDetails`, else the seller's spelling of the resource",
        joins_by=("tags", "key_alias", "project", "workspace", "model"),
        covers="what this issuer bills",
        never_contains=("requests", "reasoning tokens", "prompts by name"),
        source="FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec",
    ),
    recognize=recognize,
    newest_wins=True,
    fields={
        "started": Field("ChargePeriodStart", "moment", required=True),
        "ended": Field("ChargePeriodEnd"),
        "billed": Field("BilledCost", "number", required=True),
        "effective": Field("EffectiveCost", "number", required=True),
        "listed": Field("ListCost", "number"),
        "paid_in": Field("BillingCurrency", required=True),
        "category": Field("ChargeCategory", required=True),
        "charge_class": Field("ChargeClass"),
        "description": Field("ChargeDescription"),
        "commitment_status": Field("CommitmentDiscountStatus"),
        "consumed": Field("ConsumedQuantity", "number"),
        "consumed_unit": Field("ConsumedUnit"),
        "issuer": Field("InvoiceIssuerName"),
        "provider_name": Field("ProviderName"),
        "service_provider": Field("ServiceProviderName"),
        "service_category": Field("ServiceCategory"),
        "service": Field("ServiceName"),
        "resource": Field("ResourceId"),
        "resource_name": Field("ResourceName"),
        "sku": Field("SkuId"),
        "sku_price": Field("SkuPriceId"),
        "meter": Field("SkuMeter"),
        "sub_account": Field("SubAccountId"),
        "sub_account_name": Field("SubAccountName"),
        "account_tags": Field("Tags"),
        "split_tags": Field("AllocatedTags"),
        "split_resource": Field("AllocatedResourceId"),
        "credential": Field("CredentialId"),
        "token_type": Field(_DETAILS, "text", "$.TokenType"),
        "direction": Field(_DETAILS, "text", "$.TokenDirection"),
        "cache_action": Field(_DETAILS, "text", "$.TokenCacheAction"),
        "model_id": Field(_DETAILS, "text", "$.ModelId"),
        "model_family": Field(_DETAILS, "text", "$.ModelFamily"),
        "tier": Field(_DETAILS, "text", "$.ServiceTier"),
    },
    derived={
        "tokens": "CAST(ROUND(CASE LOWER(consumed_unit) WHEN 'tokens' THEN consumed "
        "WHEN 'token' THEN consumed WHEN '1k tokens' THEN consumed * 1000 "
        "WHEN '1m tokens' THEN consumed * 1000000 END, 0) AS BIGINT)",
        "kind": _KIND,
    },
    left_out={
        f"no AI service (ServiceCategory is not `{_AI}`)": f"service_category <> '{_AI}' "
        "AND tokens IS NULL",
    },
    row={
        "row_id": "MD5(CONCAT_WS('|', issuer, provider_name, started, ended, category, "
        "charge_class, description, resource, sku, sku_price, meter, sub_account, token_type, "
        "direction, cache_action, account_tags, split_resource, credential))",
        "started_at": "started",
        "grain": "'period'",
        "charge": "CASE WHEN LOWER(category) = 'usage' AND LOWER(commitment_status) = 'unused' "
        "THEN 'idle' WHEN LOWER(category) IN ('usage', 'purchase', 'credit', 'tax') "
        "THEN LOWER(category) ELSE 'adjustment' END",
        "provider": "COALESCE(service_provider, provider_name)",
        "model": "COALESCE(model_id, model_family, resource_name, meter, service)",
        "service_tier": "tier",
        "project": "sub_account",
        "workspace": "sub_account_name",
        "key_id": "credential",
        # A row of the provider's own split has the tags of whom it splits to.
        "tags": "COALESCE(split_tags, account_tags)",
        "input_tokens_with_cache": "CASE WHEN kind IN ('read', 'write', 'input') THEN tokens END",
        "cache_read_tokens": "CASE WHEN kind = 'read' THEN tokens END",
        "cache_write_tokens": "CASE WHEN kind = 'write' THEN tokens END",
        "output_tokens": "CASE WHEN kind = 'output' THEN tokens END",
        "other_quantity": "CASE WHEN tokens IS NULL THEN consumed END",
        "other_unit": "CASE WHEN tokens IS NULL THEN consumed_unit END",
        "effective_cost": "effective",
        "list_cost": "listed",
        "invoiced_cost": "billed",
        "currency": "paid_in",
    },
)
