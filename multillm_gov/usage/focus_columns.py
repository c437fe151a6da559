"""Which FOCUS columns a file has decides what it can say; its version field decides nothing."""

from multillm_gov.usage.reader import Sample

LEAST = ("BilledCost", "EffectiveCost", "ChargePeriodStart", "ChargeCategory")
"""Columns of every version from 1.0 on that consumption is read from."""


def is_focus(sample: Sample) -> bool:
    """Whether the columns are those of a FOCUS cost and usage data set."""
    return sample.has(*LEAST)


def is_focus_invoice(sample: Sample) -> bool:
    """Whether the columns are those of the invoice and billing-period data sets (1.4)."""
    named = sample.has("BillingPeriodStart", "BillingPeriodEnd")
    own = sample.has("InvoiceId") or sample.has("BillingPeriodStatus")
    return named and own and not sample.has("ChargePeriodStart")


def is_litellm_export(sample: Sample) -> bool:
    """Whether a FOCUS file is the export of a LiteLLM gateway.

    Its accounts are API keys, its unit is always requests, and its four costs are one figure.
    """
    if not is_focus(sample) or not sample.has("ConsumedUnit", "BillingAccountType"):
        return False
    keys = sample.values("BillingAccountType") == {"API Key"}
    constant = sample.values("ConsumedUnit") == {"Requests"}
    return keys and constant and not sample.has("SkuMeter", "SkuId")


def is_attributed_export(sample: Sample) -> bool:
    """Whether a FOCUS file is an export of this product, with task class, method and remainder."""
    return is_focus(sample) and sample.has("x_TaskClass", "x_AllocationMethod", "x_CostBasis")
