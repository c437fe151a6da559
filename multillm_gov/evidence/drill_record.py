"""What a failover drill of one task class showed, per fault and as a whole."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from multillm_gov.evidence.verdict import Count, Digest
from multillm_gov.units import Amount, Positive, Share

Fault = Literal[
    "connection-refused",
    "server-error",
    "rate-limit",
    "timeout",
    "content-filter",
    "context-overflow",
    "malformed-body",
    "stream-cut",
]
"""The ways in which a drill makes the routed model fail."""


class FaultResult(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one injected fault led to."""

    fault: Annotated[Fault, Meta(description="Fault that was injected")]
    result: Annotated[
        Literal["survives", "degraded", "fails"], Meta(description="How the chain came through it")
    ]
    answered_by: Annotated[str, Meta(description="The model that answered; empty: none did")] = ""
    seconds: Annotated[
        Amount | None, Meta(description="Seconds until the answer, or until the chain gave up")
    ] = None
    detail: Annotated[str, Meta(description="What happened, in words")] = ""


class DrillRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One failover drill: what the declared chain did when the routed model failed."""

    task_class: Annotated[
        str, Meta(min_length=1, description="Task class whose failover was drilled")
    ]
    date: Annotated[date, Meta(description="Day of the drill")]
    result: Annotated[
        Literal["survives", "degraded", "fails"], Meta(description="What the chain did")
    ]
    seconds_to_recover: Annotated[
        Positive | None, Meta(description="Seconds until the fallback answered")
    ] = None
    source: Annotated[str, Meta(description="Where the result can be seen")] = ""
    chain: Annotated[
        tuple[str, ...],
        Meta(description="The models drilled: the routed one, then the fallbacks in order"),
    ] = ()
    faults: Annotated[
        tuple[FaultResult, ...], Meta(description="Result for each injected fault")
    ] = ()
    coverage: Annotated[
        Share | None,
        Meta(
            description="Share of the faults after which the chain answered in order, within "
            "latency and schema"
        ),
    ] = None
    task: Annotated[
        Digest | None, Meta(description="Digest of the task class as it was declared then")
    ] = None
    prompt: Annotated[
        Digest | None, Meta(description="Digest of the prompt file that was sent")
    ] = None
    output_schema: Annotated[
        Digest | None, Meta(description="Digest of the requested output schema")
    ] = None
    calls: Annotated[
        Count, Meta(description="Requests sent through the chain: one per routed model and fault")
    ] = 0
    usd: Annotated[Amount, Meta(description="What the drill cost, US dollars")] = field(
        default_factory=Amount
    )
    versions: Annotated[dict[str, str], Meta(description="Versions of govern and LiteLLM")] = {}
    run: Annotated[
        str, Meta(max_length=500, description="Id or address of the run that measured it")
    ] = ""
