"""OpenTelemetry gen_ai spans (OTLP JSON): tokens and models, no money.

Input should include cached tokens; where the cached ones exceed it, the writer left them out, and
they are added. A response model other than the request model is a silent substitution.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from multillm_gov.usage.nested import pages, utc_text
from multillm_gov.usage.reader import FeedContract, Field, Reader, Recognition, Sample

_KEPT = ("string", "int", "double", "bool")


def recognize(sample: Sample) -> Recognition:
    """By an attribute below `gen_ai.` in any span."""
    return any(
        any(str(name).startswith("gen_ai.") for name in record)
        for record in records(sample.document if sample.document is not None else list(sample.rows))
    )


def records(document: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - a stranger's JSON
    """One row a span with attributes below `gen_ai.`; no message of one is kept."""
    for page in pages(document):
        for resource, span in _spans(page):
            attributes = _attributes(span)
            if any(name.startswith("gen_ai.") for name in attributes):
                yield {
                    **{name: attributes[name] for name in attributes if name in _NAMES},
                    "service.name": _attributes(resource).get("service.name"),
                    "span_id": f"{span.get('traceId', '')}:{span.get('spanId', '')}",
                    "start": _start(span.get("startTimeUnixNano")),
                    "state": str((span.get("status") or {}).get("code", "")),
                    "gen_ai": "span",
                }


def _spans(page: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for group in _objects(page.get("resourceSpans")):
        resource = group.get("resource")
        for scope in _objects(group.get("scopeSpans")):
            for span in _objects(scope.get("spans")):
                yield (resource if isinstance(resource, dict) else {}), span


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    return (each for each in (value if isinstance(value, list) else ()) if isinstance(each, dict))


def _attributes(holder: Mapping[str, Any]) -> dict[str, Any]:
    values_by_name: dict[str, Any] = {}
    for attribute in _objects(holder.get("attributes")):
        value = attribute.get("value")
        for kind in _KEPT:
            if isinstance(value, dict) and f"{kind}Value" in value:
                values_by_name[str(attribute.get("key"))] = value[f"{kind}Value"]
    return values_by_name


def _start(nanoseconds: object) -> str | None:
    try:
        return utc_text(int(str(nanoseconds)) / 1e9)
    except ValueError:
        return None


_FIELDS = {
    "id": Field("span_id", required=True),
    "started": Field("start", "moment", required=True),
    "operation": Field("gen_ai.operation.name"),
    "input_new": Field("gen_ai.usage.input_tokens", "count"),
    "input_old": Field("gen_ai.usage.prompt_tokens", "count"),
    "output_new": Field("gen_ai.usage.output_tokens", "count"),
    "output_old": Field("gen_ai.usage.completion_tokens", "count"),
    "read": Field("gen_ai.usage.cache_read.input_tokens", "count"),
    "written": Field("gen_ai.usage.cache_creation.input_tokens", "count"),
    "reasoning": Field("gen_ai.usage.reasoning.output_tokens", "count"),
    "provider_name": Field("gen_ai.provider.name"),
    "system": Field("gen_ai.system"),
    "request_model": Field("gen_ai.request.model"),
    "response_model": Field("gen_ai.response.model"),
    "prompt": Field("gen_ai.prompt.name"),
    "service": Field("service.name"),
    "state": Field("state"),
}
_NAMES = frozenset(field.column for field in _FIELDS.values())

READER = Reader(
    contract=FeedContract(
        title="OpenTelemetry gen_ai",
        role="application",
        precedence=42,
        cache_reads_in_input="by-row",
        cache_writes_in_input="by-row",
        money="none: no attribute is standard",
        grain="one span",
        model_name="`gen_ai.response.model` answered, `gen_ai.request.model` was requested",
        joins_by=("prompt_name", "project", "model_requested", "model"),
        covers="what the application traces",
        never_contains=("money",),
        source="open-telemetry/semantic-conventions-genai",
    ),
    recognize=recognize,
    records=records,
    left_out={
        "a span without tokens (a tool, an agent)": "COALESCE(input_new, input_old, output_new, "
        "output_old) IS NULL"
    },
    fields=_FIELDS,
    derived={
        "input": "COALESCE(input_new, input_old)",
        "cached": "COALESCE(read, 0) + COALESCE(written, 0)",
    },
    row={
        "row_id": "id",
        "started_at": "started",
        "grain": "'request'",
        "charge": "'usage'",
        "provider": "COALESCE(provider_name, system)",
        "model": "COALESCE(response_model, request_model)",
        "model_requested": "request_model",
        "project": "service",
        "prompt_name": "prompt",
        "requests": "1",
        "failed_requests": "CASE WHEN state IN ('2', 'STATUS_CODE_ERROR') THEN 1 ELSE 0 END",
        "input_tokens_with_cache": "CASE WHEN cached > input THEN input + cached ELSE input END",
        "cache_read_tokens": "read",
        "cache_write_tokens": "written",
        "output_tokens": "COALESCE(output_new, output_old)",
        "reasoning_tokens": "reasoning",
    },
)
