"""What a trial showed of one model in one task class."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from multillm_gov.location import Place
from multillm_gov.units import Positive, Share

Digest = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]


class EvidenceRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One benchmark result: scores are shares of accepted answers (0..1)."""

    task_class: Annotated[str, Meta(min_length=1)]
    model: Annotated[str, Meta(min_length=1)]
    date: date
    sample_size: Annotated[int, Meta(ge=1, description="Cases scored")]
    score: Annotated[Share, Meta(description="Share of accepted answers (0..1)")]
    origin: Annotated[
        Literal["internal", "public", "vendor"],
        Meta(description="Who measured: our own cases, a public leaderboard, the vendor's marketing"),
    ] = "internal"
    source: Annotated[str, Meta(description="Where the result can be seen")] = ""
    p95_seconds: Annotated[
        Positive | None, Meta(description="95th percentile of the answer time measured, seconds")
    ] = None
    prompt: Annotated[Digest | None, Meta(description="Digest of the prompt file the cases were run with")] = None
    output_schema: Annotated[Digest | None, Meta(description="Digest of the output schema the cases were run with")] = (
        None
    )
    paired_with: Annotated[
        tuple[str, ...], Meta(description="Models that answered the very same cases: what makes two scores comparable")
    ] = ()
    tone_ratio: Annotated[
        Positive | None,
        Meta(description="Stylistic distance to the model's earlier answers over its own noise floor (1: no drift)"),
    ] = None


class DrillRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One failover drill: the routed model was made to fail, and this is what the declared chain did."""

    task_class: Annotated[str, Meta(min_length=1)]
    date: date
    result: Annotated[Literal["survives", "degraded", "fails"], Meta(description="What the chain did")]
    seconds_to_recover: Annotated[Positive | None, Meta(description="Seconds until the fallback answered")] = None
    source: Annotated[str, Meta(description="Where the result can be seen")] = ""


class EvidenceFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole file below ``evidence/``."""

    records: tuple[EvidenceRecord, ...] = ()
    drills: tuple[DrillRecord, ...] = ()


class PlacedRecord(Struct, frozen=True, kw_only=True):
    """A record and where it is written."""

    record: EvidenceRecord
    place: Place


class PlacedDrill(Struct, frozen=True, kw_only=True):
    """A drill and where it is written."""

    drill: DrillRecord
    place: Place
