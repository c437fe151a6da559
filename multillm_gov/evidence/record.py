"""What a benchmark or probe showed of one model in one task class."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from multillm_gov.evidence.drill_record import DrillRecord
from multillm_gov.evidence.verdict import Count, Digest, Verdict
from multillm_gov.location import Place
from multillm_gov.units import Amount, Positive, Share

Day = date
"""The type, where a field is called as it is."""


class StyleRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Counts of function words in the answers: enough to compare with later runs, and no text."""

    words: Annotated[
        str, Meta(min_length=1, max_length=100, description="Name of the list of words counted")
    ]
    first: Annotated[
        tuple[Count, ...],
        Meta(max_length=1_000, description="Counts in every other answer, from the 1st"),
    ]
    second: Annotated[tuple[Count, ...], Meta(max_length=1_000, description="Counts in the others")]


class EvidenceRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One benchmark result: scores are shares of accepted answers (0..1)."""

    task_class: Annotated[str, Meta(min_length=1, description="Task class it was measured for")]
    model: Annotated[str, Meta(min_length=1, description="Model that was measured")]
    date: Annotated[date, Meta(description="Day it was measured")]
    sample_size: Annotated[
        int,
        Meta(
            ge=1,
            le=10**12,
            description="Cases scored; with unequal weights, the equivalent number of equally "
            "weighted cases",
        ),
    ]
    score: Annotated[Share, Meta(description="Share of accepted answers (0..1)")]
    origin: Annotated[
        Literal["internal", "public", "vendor"],
        Meta(
            description="Who measured: our own cases, a public leaderboard, the vendor's marketing"
        ),
    ] = "internal"
    source: Annotated[str, Meta(description="Where the result can be seen")] = ""
    p95_seconds: Annotated[
        Positive | None, Meta(description="95th percentile of the measured answer time, seconds")
    ] = None
    prompt: Annotated[
        Digest | None, Meta(description="Digest of the prompt file the cases were run with")
    ] = None
    output_schema: Annotated[
        Digest | None, Meta(description="Digest of the output schema the cases were run with")
    ] = None
    paired_with: Annotated[
        tuple[str, ...],
        Meta(description="Models that answered the same cases, so that scores can be compared"),
    ] = ()
    tone_ratio: Annotated[
        Positive | None,
        Meta(
            description="Stylistic distance to the model's earlier answers over its own noise "
            "floor (1: no drift)"
        ),
    ] = None
    tone_since: Annotated[
        Day | None, Meta(description="Day of the earlier answers that `tone_ratio` compares with")
    ] = None
    tone_reference: Annotated[
        StyleRecord | None,
        Meta(
            description="The writing style before the drift, kept until somebody accepts the "
            "new one"
        ),
    ] = None
    low: Annotated[Share | None, Meta(description="Lower end of the score's 95% interval")] = None
    high: Annotated[Share | None, Meta(description="Upper end of the score's 95% interval")] = None
    graded: Annotated[
        Share | None,
        Meta(description="Mean score where answers are graded, not just accepted or not (0..1)"),
    ] = None
    inconclusive: Annotated[
        Count, Meta(description="Cases that could not be judged, on top of the scored ones")
    ] = 0
    p50_seconds: Annotated[
        Positive | None, Meta(description="Median of the measured answer time, seconds")
    ] = None
    usd_per_accepted: Annotated[
        Amount | None,
        Meta(
            description="US dollars spent on answers per accepted answer; missing where not known"
        ),
    ] = None
    cases: Annotated[
        Digest | None,
        Meta(description="Digest of the cases: equal digests mean the same cases"),
    ] = None
    writing_style: Annotated[
        StyleRecord | None,
        Meta(description="Counts of function words, for comparison with later runs"),
    ] = None
    versions: Annotated[dict[str, str], Meta(description="Versions of govern and LiteLLM")] = {}
    run: Annotated[
        str, Meta(max_length=500, description="Id or address of the run that measured it")
    ] = ""


ProbeKind = Literal["answer", "embedding", "stream"]


class CheckResult(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a probe looked at."""

    name: Annotated[
        str,
        Meta(
            min_length=1, description="What was judged: contract, latency, cost, tokens, identity …"
        ),
    ]
    verdict: Annotated[Verdict, Meta(description="What the check found")]
    detail: Annotated[str, Meta(description="Both figures, in words; never text of an answer")] = ""


class ProbeRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One probe of one model in one task class, without any text of the answers."""

    task_class: Annotated[str, Meta(min_length=1, description="Task class that was probed")]
    model: Annotated[str, Meta(min_length=1, description="Model that was probed")]
    kind: Annotated[ProbeKind, Meta(description="What kind of probe it was")]
    date: Annotated[date, Meta(description="Day of the probe")]
    role: Annotated[
        Literal["route", "fallback"],
        Meta(description="Whether the model is routed to or a fallback"),
    ] = "route"
    verdict: Annotated[Verdict, Meta(description="The worst verdict of its checks")]
    checks: Annotated[tuple[CheckResult, ...], Meta(description="Result of each check")] = ()
    notes: Annotated[tuple[str, ...], Meta(description="Remarks that are not judged")] = ()
    calls: Annotated[Count, Meta(description="Calls sent, retries included")]
    answers: Annotated[Count, Meta(description="Calls answered")] = 0
    served_models: Annotated[
        tuple[str, ...], Meta(description="Model names as the provider reported them, sorted")
    ] = ()
    normalizers: Annotated[
        tuple[str, ...],
        Meta(description="Normalizers that the answers needed to satisfy the schema, in order"),
    ] = ()
    native_schema: Annotated[
        bool, Meta(description="Whether the provider's structured output was used")
    ] = False
    p50_seconds: Annotated[
        Positive | None, Meta(description="Median seconds of a complete answer")
    ] = None
    p95_seconds: Annotated[
        Positive | None, Meta(description="Seconds within which 95% of the answers were complete")
    ] = None
    input_tokens: Annotated[Amount | None, Meta(description="Mean input tokens per answer")] = None
    output_tokens: Annotated[Amount | None, Meta(description="Mean output tokens per answer")] = (
        None
    )
    usd: Annotated[Amount, Meta(description="What the probe cost, US dollars")] = field(
        default_factory=Amount
    )
    dimensions: Annotated[
        Count | None, Meta(description="Length of the vectors, for embeddings")
    ] = None
    rank_stability: Annotated[
        Decimal | None,
        Meta(description="Agreement of the ranking with the reference set (-1..1), for embeddings"),
    ] = None
    task: Annotated[
        Digest | None, Meta(description="Digest of the task class as it was declared then")
    ] = None
    prompt: Annotated[Digest | None, Meta(description="Digest of the prompt file used")] = None
    output_schema: Annotated[
        Digest | None, Meta(description="Digest of the output schema used")
    ] = None
    versions: Annotated[dict[str, str], Meta(description="Of this tool and of LiteLLM")] = {}
    run: Annotated[
        str, Meta(max_length=500, description="Id or address of the run that measured it")
    ] = ""


class EvidenceFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole file below ``evidence/``."""

    records: Annotated[tuple[EvidenceRecord, ...], Meta(description="Results of benchmarks")] = ()
    drills: Annotated[tuple[DrillRecord, ...], Meta(description="Results of failover drills")] = ()
    probes: Annotated[tuple[ProbeRecord, ...], Meta(description="Results of probes")] = ()


class PlacedRecord(Struct, frozen=True, kw_only=True):
    """A record and where it is written."""

    record: EvidenceRecord
    place: Place


class PlacedDrill(Struct, frozen=True, kw_only=True):
    """A drill and where it is written."""

    drill: DrillRecord
    place: Place


class PlacedProbe(Struct, frozen=True, kw_only=True):
    """A probe and where it is written."""

    probe: ProbeRecord
    place: Place
