"""What a trial showed of one model in one task class."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from multillm_gov.location import Place
from multillm_gov.units import Share


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


class EvidenceFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole file below ``evidence/``."""

    records: tuple[EvidenceRecord, ...]


class PlacedRecord(Struct, frozen=True, kw_only=True):
    """A record and where it is written."""

    record: EvidenceRecord
    place: Place
