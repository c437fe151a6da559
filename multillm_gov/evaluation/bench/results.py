"""The result of a benchmark per task class: leaderboard, comparisons and evidence records."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import floor
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.evaluation.bench.outcomes import CaseOutcome, LeaderboardEntry, leaderboard_entry
from multillm_gov.evaluation.bench.paired_comparison import (
    Margins,
    PairedComparison,
    compare_models,
)
from multillm_gov.evaluation.bench.preference import Preferred
from multillm_gov.evaluation.bench.writing_style import WritingStyles
from multillm_gov.evidence.record import EvidenceRecord, StyleRecord
from multillm_gov.units import Amount, Positive, Share

PAIRED_FROM = 0.9
"""Share of a model's scored cases that another must share to count as paired with it."""
_MICRO = Decimal("0.000001")
_NANO = Decimal("0.000000001")


class UnjudgedReason(Struct, frozen=True, kw_only=True):
    """Why cases of a model could not be judged."""

    model: str
    why: str
    cases: int


class BenchResult(Struct, frozen=True, kw_only=True):
    """One task class."""

    task_class: str
    incumbent: str
    entries: tuple[LeaderboardEntry, ...]
    """By accepted share, then cost per accepted answer, then name; models without a score last."""
    comparisons: tuple[PairedComparison, ...] = ()
    """Of each other model with the incumbent."""
    reasons: tuple[UnjudgedReason, ...] = ()
    writing_styles: WritingStyles = WritingStyles()

    @property
    def unproved(self) -> int:
        """Models of which nothing could be judged."""
        return sum(entry.share is None for entry in self.entries)


class RecordContext(Struct, frozen=True, kw_only=True):
    """What evidence says beside the figures."""

    day: date
    source: str
    prompt: str | None = None
    output_schema: str | None = None
    cases: str | None = None
    versions: Mapping[str, str] = {}
    origin: Literal["internal", "public", "vendor"] = "internal"


def bench_result(
    task_class: str,
    incumbent: str,
    outcomes: Mapping[str, Sequence[CaseOutcome]],
    margins: Margins,
    *,
    preferred: Mapping[str, Sequence[Preferred]] | None = None,
    writing_styles: WritingStyles | None = None,
) -> BenchResult:
    """The leaderboard of one task class, and each other model compared with the incumbent."""
    margins = replace(margins, comparisons=max(1, len(outcomes) - 1))
    entries = [
        leaderboard_entry(model, each, seed=margins.seed) for model, each in outcomes.items()
    ]
    return BenchResult(
        task_class=task_class,
        incumbent=incumbent,
        entries=tuple(sorted(entries, key=_rank)),
        comparisons=tuple(
            compare_models(
                (incumbent, model),
                outcomes[incumbent],
                each,
                margins,
                (preferred or {}).get(model, ()),
            )
            for model, each in outcomes.items()
            if model != incumbent
        ),
        reasons=tuple(
            reason for model, each in outcomes.items() for reason in _reasons(model, each)
        ),
        writing_styles=writing_styles or WritingStyles(),
    )


def _rank(entry: LeaderboardEntry) -> tuple[float, Decimal, str]:
    cost = entry.usd_per_accepted if entry.usd_per_accepted is not None else Decimal("Infinity")
    return (-entry.share if entry.share is not None else 1.0, cost, entry.model)


def _reasons(model: str, outcomes: Sequence[CaseOutcome]) -> list[UnjudgedReason]:
    counted = Counter(outcome.why for outcome in outcomes if outcome.accepted is None)
    return [
        UnjudgedReason(model=model, why=why, cases=cases) for why, cases in sorted(counted.items())
    ]


def records_of(
    result: BenchResult,
    outcomes: Mapping[str, Sequence[CaseOutcome]],
    facts: RecordContext,
    styles: Mapping[str, StyleRecord] | None = None,
) -> tuple[EvidenceRecord, ...]:
    """Evidence of every model that something could be judged of."""
    return tuple(
        _record(result, entry, outcomes, facts, (styles or {}).get(entry.model))
        for entry in sorted(result.entries, key=lambda entry: entry.model)
        if entry.share is not None
    )


def _record(
    result: BenchResult,
    entry: LeaderboardEntry,
    outcomes: Mapping[str, Sequence[CaseOutcome]],
    facts: RecordContext,
    style: StyleRecord | None,
) -> EvidenceRecord:
    drifts = (drift for drift in result.writing_styles.drifts if drift.ratio is not None)
    drift = next((drift for drift in drifts if drift.model == entry.model), None)
    usd = entry.usd_per_accepted
    return EvidenceRecord(
        task_class=result.task_class,
        model=entry.model,
        date=facts.day,
        sample_size=max(1, floor(entry.effective + 1e-9)),
        score=_share(entry.share or 0.0),
        origin=facts.origin,
        source=facts.source,
        p95_seconds=_seconds(entry.p95_seconds),
        prompt=facts.prompt,
        output_schema=facts.output_schema,
        paired_with=_paired(entry.model, outcomes),
        tone_ratio=_positive(drift.ratio) if drift is not None else None,
        tone_since=drift.since if drift is not None else None,
        tone_reference=drift.reference if drift is not None else None,
        low=_share(entry.low),
        high=_share(entry.high),
        graded=None if entry.graded is None else _share(entry.graded),
        inconclusive=entry.inconclusive,
        p50_seconds=_seconds(entry.p50_seconds),
        usd_per_accepted=None if usd is None else Amount(usd.quantize(_NANO)),
        cases=facts.cases,
        writing_style=style,
        versions=dict(facts.versions),
    )


def _paired(model: str, outcomes: Mapping[str, Sequence[CaseOutcome]]) -> tuple[str, ...]:
    scored = {
        name: {outcome.case for outcome in each if outcome.accepted is not None}
        for name, each in outcomes.items()
    }
    own = scored[model]
    return tuple(
        sorted(
            name
            for name, cases in scored.items()
            if name != model and cases and len(own & cases) >= PAIRED_FROM * len(own)
        )
    )


def _share(value: float) -> Share:
    return Share(Decimal(str(min(1.0, max(0.0, value)))).quantize(_MICRO))


def _seconds(value: float | None) -> Positive | None:
    return None if value is None else _positive(value)


def _positive(value: float | None) -> Positive:
    return Positive(max(Decimal(str(value or 0)).quantize(_MICRO), _MICRO))
