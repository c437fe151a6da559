"""OpenAI costs (admin API): money by day; the model stands only inside the text of a line item."""

from collections.abc import Iterator, Mapping
from typing import Any

from multillm_gov.usage.nested import bucket_results, utc_text
from multillm_gov.usage.reader import FeedContract, FeedRefusal, Field, Reader, Recognition, Sample


def recognize(sample: Sample) -> Recognition:
    """By the object of its results."""
    results = list(bucket_results(sample.document))
    if not any(result.get("object") == "organization.costs.result" for _, result in results):
        return False
    if any(not isinstance(result.get("amount"), dict) for _, result in results):
        return FeedRefusal("looks like OpenAI costs, but an `amount` is no object of value and "
                       "currency")  # fmt: skip
    return True


def records(document: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - a stranger's JSON
    """One row a result; a line item's model is what stands before its first comma."""
    for bucket, result in bucket_results(document):
        amount = result.get("amount")
        money = amount if isinstance(amount, dict) else {}
        item = str(result.get("line_item") or "")
        yield {
            "start": utc_text(bucket.get("start_time")),
            "value": money.get("value"),
            "currency": str(money.get("currency") or "").upper() or None,
            "line_item": item,
            "model": item.partition(",")[0].strip() if "," in item else None,
            "project_id": result.get("project_id"),
            "api_key_id": result.get("api_key_id"),
        }


READER = Reader(
    contract=FeedContract(
        title="OpenAI costs",
        role="provider",
        precedence=20,
        cache_reads_in_input="no tokens",
        cache_writes_in_input="no tokens",
        money="`amount.value` in `amount.currency`: what is billed, after discounts",
        grain="day",
        model_name="the beginning of the text of `line_item`",
        joins_by=("project", "key_id", "model"),
        covers="the whole organization at OpenAI",
        never_contains=("tokens", "requests", "a model field"),
        source="openai/openai-python: types/admin/organization/usage_costs",
    ),
    recognize=recognize,
    records=records,
    newest_wins=True,
    fields={
        "started": Field("start", "moment", required=True),
        "amount": Field("value", "number", required=True),
        "paid_in": Field("currency", required=True),
        "item": Field("line_item"),
        "model": Field("model"),
        "project": Field("project_id"),
        "api_key": Field("api_key_id"),
    },
    row={
        "row_id": "MD5(CONCAT_WS('|', started, item, project, api_key))",
        "started_at": "started",
        "grain": "'day'",
        "charge": "'usage'",
        "provider": "'openai'",
        "model": "model",
        "project": "project",
        "key_id": "api_key",
        "effective_cost": "amount",
        "invoiced_cost": "amount",
        "currency": "paid_in",
    },
)
