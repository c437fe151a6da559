"""Langfuse observations: generations and embeddings, tokens by the caller's own key names.

`usage_details` has some forty spellings, and whether `input` includes cached tokens depends on the
SDK: the row's own `total` decides. Where it does not, input is not known, never guessed.
"""

from multillm_gov.usage.reader import FeedContract, FeedRefusal, Field, Reader, Recognition, Sample

_USAGE = "usage_details"
_READS = ("input_cached_tokens", "cache_read_input_tokens", "input_cache_read", "cached_tokens")
_WRITES = ("cache_creation_input_tokens", "input_cache_creation", "input_cache_write_tokens")


def recognize(sample: Sample) -> Recognition:
    """By its columns; an analytics export puts cost under the label of tokens."""
    if not sample.has("type", "start_time") or not (
        sample.has(_USAGE) or sample.has("total_cost") or sample.has("cost_details")
    ):
        return False
    if not sample.has(_USAGE):
        return FeedRefusal(
            "looks like a Langfuse export without `usage_details`; the analytics export puts cost "
            "under the label of tokens, so neither can be read: export the observations"
        )
    return True


def _fields(prefix: str, names: tuple[str, ...]) -> dict[str, Field]:
    return {
        f"{prefix}{index}": Field(_USAGE, "count", f"$.{name}") for index, name in enumerate(names)
    }


READER = Reader(
    contract=FeedContract(
        title="Langfuse observations",
        role="application",
        precedence=41,
        cache_reads_in_input="by-row",
        cache_writes_in_input="by-row",
        money="USD, given by the caller or computed by Langfuse",
        grain="one observation",
        model_name="the caller's name of the model",
        joins_by=("prompt_name", "tags", "labels", "project", "model"),
        covers="what the application traces",
        never_contains=("provider discounts",),
        source="langfuse/langfuse: observations",
    ),
    recognize=recognize,
    left_out={"neither a generation nor an embedding": "kind NOT IN ('GENERATION', 'EMBEDDING')"},
    fields={
        "id": Field("id", required=True),
        "kind": Field("type", required=True),
        "started": Field("start_time", "moment", required=True),
        "cost": Field("total_cost", "number"),
        "input": Field(_USAGE, "count", "$.input"),
        "output": Field(_USAGE, "count", "$.output"),
        "total": Field(_USAGE, "count", "$.total"),
        **_fields("read_", _READS),
        **_fields("write_", _WRITES),
        "called": Field("provided_model_name"),
        "model": Field("model"),
        "prompt": Field("prompt_name"),
        "trace": Field("trace_name"),
        "project": Field("project_id"),
        "trace_tags": Field("tags"),
        "own": Field("metadata"),
        "level": Field("level"),
    },
    derived={
        "read": f"COALESCE({', '.join(f'read_{i}' for i in range(len(_READS)))})",
        "written": f"COALESCE({', '.join(f'write_{i}' for i in range(len(_WRITES)))})",
        "cached": f"COALESCE({', '.join(f'read_{i}' for i in range(len(_READS)))}, 0) + "
        f"COALESCE({', '.join(f'write_{i}' for i in range(len(_WRITES)))}, 0)",
    },
    row={
        "row_id": "id",
        "started_at": "started",
        "grain": "'request'",
        "charge": "'usage'",
        "model": "COALESCE(called, model)",
        "project": "project",
        "prompt_name": "COALESCE(prompt, trace)",
        "tags": "trace_tags",
        "labels": "own",
        "requests": "1",
        "failed_requests": "CASE WHEN level = 'ERROR' THEN 1 ELSE 0 END",
        "input_tokens_with_cache": "CASE WHEN cached = 0 THEN input "
        "WHEN total = input + output + cached THEN input + cached "
        "WHEN total = input + output AND input >= cached THEN input END",
        "cache_read_tokens": "read",
        "cache_write_tokens": "written",
        "output_tokens": "output",
        "effective_cost": "cost",
        "currency": "CASE WHEN cost IS NOT NULL THEN 'USD' END",
    },
)
