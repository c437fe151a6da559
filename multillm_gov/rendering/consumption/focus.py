"""FOCUS 1.2 cost and usage rows, with `x_` columns for task class, method and remainder.

A row per day, task class, provider and model. What is not known is null, also in columns where the
specification wants a value (a gateway's log has no billed cost): `x_CostBasis` says which it is.
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from multillm_gov.measures.consumption.alerts import Consumed
from multillm_gov.rendering.consumption.csv import known, written
from multillm_gov.usage.aggregate import UsageAggregate

COLUMNS = (
    "AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName",
    "BillingAccountType", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
    "CapacityReservationId", "CapacityReservationStatus", "ChargeCategory", "ChargeClass",
    "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart",
    "CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName",
    "CommitmentDiscountQuantity", "CommitmentDiscountStatus", "CommitmentDiscountType",
    "CommitmentDiscountUnit", "ConsumedQuantity", "ConsumedUnit", "ContractedCost",
    "ContractedUnitPrice", "EffectiveCost", "InvoiceId", "InvoiceIssuerName", "ListCost",
    "ListUnitPrice", "PricingCategory", "PricingCurrency",
    "PricingCurrencyContractedUnitPrice", "PricingCurrencyEffectiveCost",
    "PricingCurrencyListUnitPrice", "PricingQuantity", "PricingUnit", "ProviderName",
    "PublisherName", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType",
    "ServiceCategory", "ServiceName", "ServiceSubcategory", "SkuId", "SkuMeter",
    "SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName", "SubAccountType",
    "Tags",
)  # fmt: skip
"""Of version 1.2 (FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec, `specification/columns/`)."""
OWN = (
    "x_TaskClass", "x_Owner", "x_AllocationMethod", "x_RemainderCost", "x_CostBasis",
    "x_CausedByFailover", "x_Requests", "x_InputTokensWithCache", "x_CacheReadTokens",
    "x_CacheWriteTokens", "x_OutputTokens", "x_SourceProducer",
)  # fmt: skip
_CATEGORIES = {"usage": "Usage", "idle": "Usage", "purchase": "Purchase", "credit": "Credit",
               "tax": "Tax"}  # fmt: skip
RULE, NONE = "attribution rule", "none"


def render(consumed: Consumed) -> bytes:
    """CSV with the columns of version 1.2 first, then ours."""
    rows = [_row(aggregate, consumed) for aggregate in consumed.aggregates]
    columns = (*COLUMNS, *OWN)
    return written(columns, ([row.get(name) for name in columns] for row in rows))


def _row(each: UsageAggregate, consumed: Consumed) -> Mapping[str, object]:
    start, end = _month(each.day)
    cost = known(each, "effective_cost")
    billed, requests = known(each, "invoiced_cost"), known(each, "requests")
    return {
        "BilledCost": billed,
        "BillingAccountId": each.key_alias or each.team or each.producer,
        "BillingCurrency": each.currency or consumed.currency,
        "BillingPeriodStart": start,
        "BillingPeriodEnd": end,
        "ChargeCategory": _CATEGORIES.get(each.charge, "Adjustment"),
        "ChargeDescription": ", ".join(
            (each.model or "model not known", each.task_class or "no task class")
        ),
        "ChargeFrequency": "Usage-Based" if each.charge in {"usage", "idle"} else "One-Time",
        "ChargePeriodStart": _moment(each.day),
        "ChargePeriodEnd": _moment(each.day + timedelta(days=1)),
        "CommitmentDiscountStatus": "Unused" if each.charge == "idle" else None,
        "ConsumedQuantity": requests if each.charge == "usage" else None,
        "ConsumedUnit": "Requests" if requests is not None and each.charge == "usage" else None,
        "EffectiveCost": cost,
        "InvoiceIssuerName": each.provider,
        "ListCost": known(each, "list_cost"),
        "PricingCategory": "Standard",
        "PricingCurrency": each.currency or consumed.currency,
        "PricingCurrencyEffectiveCost": cost,
        "ProviderName": each.provider,
        "ResourceId": each.model,
        "ResourceName": each.model,
        "ResourceType": "Model",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": each.provider,
        "ServiceSubcategory": "Generative AI",
        "SkuMeter": "Requests",
        "SkuPriceDetails": _json({"ModelId": each.model, "ServiceTier": each.service_tier}),
        "SubAccountId": each.project or each.workspace or each.team,
        "SubAccountName": each.project or each.workspace or each.team,
        "Tags": _json({"task_class": each.task_class, "team": each.team,
                       "prompt_name": each.prompt_name, "model_group": each.model_group}),
        **_own(each, consumed, cost),
    }  # fmt: skip


def _own(each: UsageAggregate, consumed: Consumed, cost: object) -> Mapping[str, object]:
    attributed = each.task_class is not None
    return {
        "x_TaskClass": each.task_class,
        "x_Owner": consumed.owners.get(each.task_class or ""),
        "x_AllocationMethod": RULE if attributed else NONE,
        "x_RemainderCost": Decimal(0) if attributed else cost,
        "x_CostBasis": "metered" if known(each, "invoiced_cost") is None else "invoiced",
        "x_CausedByFailover": each.failover,
        "x_Requests": known(each, "requests"),
        "x_InputTokensWithCache": known(each, "input_tokens_with_cache"),
        "x_CacheReadTokens": known(each, "cache_read_tokens"),
        "x_CacheWriteTokens": known(each, "cache_write_tokens"),
        "x_OutputTokens": known(each, "output_tokens"),
        "x_SourceProducer": each.producer,
    }


def _json(pairs: Mapping[str, str | None]) -> str | None:
    given = {key: value for key, value in pairs.items() if value is not None}
    return json.dumps(given, ensure_ascii=False) if given else None


def _moment(day: date) -> str:
    return f"{day}T00:00:00Z"


def _month(day: date) -> tuple[str, str]:
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return _moment(first), _moment(following)
