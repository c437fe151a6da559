"""Whether the models of a task class write alike, and whether each still writes as it did."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import combinations

from msgspec import Struct

from multillm_gov.evaluation.bench.benchmark import Benchmark
from multillm_gov.evaluation.bench.outcomes import BenchRun
from multillm_gov.evidence.record import EvidenceRecord, StyleRecord
from multillm_gov.measures.shares import effective_number, effective_number_similar, normalize
from multillm_gov.measures.stylometry import (
    FUNCTION_WORDS,
    SAME_BELOW,
    Halves,
    StyleComparison,
    compare_profiles,
    similarity,
)

WORD_LIST = f"english-{len(FUNCTION_WORDS)}"
"""Name of the list that is counted; counts of another list are not compared."""
TOO_LITTLE = "too little text"
EarlierRecords = Callable[[str, str], Sequence[EvidenceRecord]]
"""Internal records of a task class and model, newest first."""


class StylePair(Struct, frozen=True, kw_only=True):
    """Two models' answers to the same cases."""

    first: str
    second: str
    comparison: StyleComparison | None
    """``None``: one of them wrote no function word at all."""

    @property
    def is_conclusive(self) -> bool:
        """Whether there is enough text to compare."""
        return self.comparison is not None and self.comparison.style != TOO_LITTLE


class ToneDrift(Struct, frozen=True, kw_only=True):
    """A model's answers compared with its own of an earlier day."""

    model: str
    since: date
    ratio: float | None = None
    words: tuple[int, int] = (0, 0)
    why: str = ""
    """Why there is no ratio."""
    reference: StyleRecord | None = None
    """The style it drifted from; ``None``: it did not."""


class WritingStyles(Struct, frozen=True, kw_only=True):
    """The writing styles of one task class."""

    pairs: tuple[StylePair, ...] = ()
    drifts: tuple[ToneDrift, ...] = ()
    effective: float | None = None
    """Models in use by similarity and shares; ``None``: a pair is inconclusive."""
    plain: float | None = None
    """The same by shares alone."""


def writing_styles_of(
    bench: Benchmark, run: BenchRun, earlier: EarlierRecords, day: date
) -> tuple[WritingStyles, dict[str, StyleRecord]]:
    """Comparisons between models and with earlier days, and what evidence keeps of each model.

    Both are empty where answers are not prose.
    """
    if not bench.is_prose:
        return WritingStyles(), {}
    name = bench.task.name
    counts = {contender.model: run.counts[name, contender.model] for contender in bench.contenders}
    halves = {model: halves_of(each) for model, each in counts.items()}
    pairs = pairs_of(counts)
    shares = {contender.model: contender.share for contender in bench.contenders}
    effective, plain = effective_models(pairs, shares)
    compared = day, bench.cases_digest, bench.digests.prompt
    drifts = (
        tone_drift(model, each, earlier(name, model), compared) for model, each in halves.items()
    )
    styles = WritingStyles(
        pairs=pairs,
        drifts=tuple(drift for drift in drifts if drift is not None),
        effective=effective,
        plain=plain,
    )
    records_by_name = {
        model: style_record(each) for model, each in halves.items() if any(map(any, each))
    }
    return styles, records_by_name


def halves_of(counts: Sequence[tuple[int, ...]], chosen: Sequence[bool] | None = None) -> Halves:
    """Sums of the counts by case over even and over odd positions of the chosen cases."""
    selection = chosen or [True] * len(counts)
    kept_values = [each for each, is_chosen in zip(counts, selection, strict=True) if is_chosen]
    nothing = (0,) * len(FUNCTION_WORDS)
    first, second = (
        tuple(map(sum, zip(*kept_values[start::2], strict=True))) or nothing for start in (0, 1)
    )
    return first, second


def compare_halves(first: Halves, second: Halves) -> StyleComparison | None:
    """How far apart two sides write; ``None`` where a side has no function word."""
    try:
        return compare_profiles(first, second)
    except ValueError:
        return None


def pairs_of(counts: Mapping[str, Sequence[tuple[int, ...]]]) -> tuple[StylePair, ...]:
    """Every two models, over the cases that both answered: other inputs make other texts."""
    pairs = []
    for first, second in combinations(counts, 2):
        chosen = [
            any(ours) and any(theirs)
            for ours, theirs in zip(counts[first], counts[second], strict=True)
        ]
        sides = halves_of(counts[first], chosen), halves_of(counts[second], chosen)
        pairs.append(StylePair(first=first, second=second, comparison=compare_halves(*sides)))
    return tuple(pairs)


def effective_models(
    pairs: Sequence[StylePair], shares: Mapping[str, float]
) -> tuple[float | None, float | None]:
    """Effective number of the models in use by similarity (Leinster-Cobbold) and by shares alone.

    Indicative (method 1.1 and 7.1). ``None`` where fewer than two models are in use or a pair is
    inconclusive: a distance of little text is mostly noise and would overstate the differences.
    """
    used = [model for model, share in shares.items() if share > 0]
    conclusive = {
        frozenset((pair.first, pair.second)): pair for pair in pairs if pair.is_conclusive
    }
    needed = [frozenset(pair) for pair in combinations(used, 2)]
    if len(used) < 2 or any(pair not in conclusive for pair in needed):
        return None, None

    def alike(model: str, other: str) -> float:
        if model == other:
            return 1.0
        comparison = conclusive[frozenset((model, other))].comparison
        return 1.0 if comparison is None else similarity(comparison.distance)

    parts = normalize(shares[model] for model in used)
    similarities = [[alike(model, other) for other in used] for model in used]
    return effective_number_similar(parts, similarities), effective_number(parts)


def style_record(halves: Halves) -> StyleRecord:
    """What evidence keeps of a writing style."""
    return StyleRecord(words=WORD_LIST, first=halves[0], second=halves[1])


def stored_halves(style: StyleRecord | None) -> Halves | None:
    """What evidence kept; ``None`` where it kept nothing, or counts of another list."""
    if style is None or style.words != WORD_LIST:
        return None
    if {len(style.first), len(style.second)} != {len(FUNCTION_WORDS)}:
        return None
    return style.first, style.second


def tone_drift(
    model: str,
    halves: Halves,
    earlier: Sequence[EvidenceRecord],
    compared: tuple[date, str, str | None],
) -> ToneDrift | None:
    """A model's style compared with its newest earlier record; ``None`` where there is none.

    After a drift the style from before remains the reference: running again the next day does not
    make the new tone the usual one, a person does (``--accept-tone``).

    Args:
        model: The model.
        halves: Its counts now.
        earlier: Its internal records, newest first.
        compared: Day, digest of the cases and digest of the prompt of this run.
    """
    day, cases, prompt = compared
    for record in earlier:
        reference = record.tone_reference or record.writing_style
        before = stored_halves(reference)
        if before is None or record.date > day:
            continue
        drifted_before = record.tone_reference is not None and record.tone_since
        since = record.tone_since if drifted_before and record.tone_since else record.date
        if (record.cases, record.prompt) != (cases, prompt):
            return ToneDrift(model=model, since=since, why="the cases or the prompt have changed")
        return _drift(model, since, compare_halves(before, halves), reference)
    return None


def _drift(
    model: str, since: date, comparison: StyleComparison | None, reference: StyleRecord | None
) -> ToneDrift:
    if comparison is None:
        return ToneDrift(model=model, since=since, why=TOO_LITTLE)
    words = comparison.words
    if comparison.ratio is None or comparison.style == TOO_LITTLE:
        return ToneDrift(model=model, since=since, words=words, why=TOO_LITTLE)
    return ToneDrift(
        model=model,
        since=since,
        ratio=comparison.ratio,
        words=words,
        reference=reference if comparison.ratio >= SAME_BELOW else None,
    )
