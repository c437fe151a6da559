"""LiteLLM's own FOCUS 1.2 export: money alone.

All cost columns equal the gateway's spend, and the consumed quantity is a constant in some
releases, so neither tokens nor requests are derived from it. Its tags hold e-mail addresses.
"""

from multillm_gov.usage.focus_columns import is_litellm_export
from multillm_gov.usage.reader import FeedContract, Field, Reader, Recognition, Sample


def recognize(sample: Sample) -> Recognition:
    """By its accounts, which are keys, and its constant unit."""
    return is_litellm_export(sample)


READER = Reader(
    contract=FeedContract(
        title="LiteLLM FOCUS export",
        role="gateway",
        precedence=13,
        cache_reads_in_input="no tokens",
        cache_writes_in_input="no tokens",
        money="USD, computed by the gateway; all four cost columns are the same figure, rounded to "
        "a millionth",
        grain="day",
        model_name="`ResourceId` is the model called",
        joins_by=("team", "key_alias", "model_requested", "model"),
        covers="requests through this gateway only",
        never_contains=("tokens", "requests", "discounts", "invoiced money"),
        source="BerriAI/litellm: litellm/integrations/focus/",
    ),
    recognize=recognize,
    newest_wins=True,
    fields={
        "started": Field("ChargePeriodStart", "moment", required=True),
        "cost": Field("EffectiveCost", "number", required=True),
        "account": Field("BillingAccountId"),
        "account_name": Field("BillingAccountName"),
        "resource": Field("ResourceId"),
        "service": Field("ServiceName"),
        "issuer": Field("ProviderName"),
        "sub_account": Field("SubAccountId"),
        "sub_account_name": Field("SubAccountName"),
        "paid_in": Field("BillingCurrency"),
        "tag_group": Field("Tags", "text", "$.model_group"),
        "tag_user": Field("Tags", "text", "$.user_id"),
    },
    row={
        # The person takes part in the identity as a digest only.
        "row_id": "MD5(CONCAT_WS('|', started, account, resource, service, issuer, sub_account, "
        "tag_user))",
        "started_at": "started",
        "grain": "'day'",
        "charge": "'usage'",
        "provider": "issuer",
        "model": "resource",
        "model_group": "COALESCE(tag_group, service)",
        "model_requested": "COALESCE(tag_group, service)",
        "team": "sub_account_name",
        "team_id": "sub_account",
        "key_alias": "account_name",
        "key_id": "account",
        "effective_cost": "cost",
        "list_cost": "cost",
        "currency": "paid_in",
    },
)
