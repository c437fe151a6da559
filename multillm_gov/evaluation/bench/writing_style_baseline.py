"""The voices of one benchmark: between its models, and between two days of each."""

from collections.abc import Callable, Sequence
from datetime import date

from multillm_gov.evaluation.bench.bench import Bench
from multillm_gov.evaluation.bench.run import BenchRun
from multillm_gov.evaluation.bench.writing_style import (
    Voices,
    drift_of,
    halves_of,
    pairs_of,
    record_of,
    with_effective,
)
from multillm_gov.evidence.record import EvidenceRecord, VoiceRecord

Earlier = Callable[[str, str], Sequence[EvidenceRecord]]
"""Internal records of a task class and model, newest first."""


def voices_of(
    bench: Bench, run: BenchRun, earlier: Earlier, day: date
) -> tuple[Voices, dict[str, VoiceRecord]]:
    """What can be said of voices, and what evidence keeps of each; nothing where answers are not prose."""
    if not bench.has_voice:
        return Voices(), {}
    name = bench.task.name
    counts = {one.model: run.counts[name, one.model] for one in bench.contenders}
    halves = {model: halves_of(each) for model, each in counts.items()}
    pairs = pairs_of(counts)
    effective, plain = with_effective(pairs, {one.model: one.share for one in bench.contenders})
    speaks_of = day, bench.cases_digest, bench.digests.prompt
    drifts = (
        drift_of(model, each, earlier(name, model), speaks_of) for model, each in halves.items()
    )
    voices = Voices(
        pairs=pairs,
        drifts=tuple(one for one in drifts if one is not None),
        effective=effective,
        plain=plain,
    )
    return voices, {model: record_of(each) for model, each in halves.items() if any(map(any, each))}
