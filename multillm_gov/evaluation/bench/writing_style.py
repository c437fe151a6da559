"""Whether the models of a task class write in one voice, and whether a model still writes in the one it had."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations

from msgspec import Struct

from multillm_gov.evidence.record import EvidenceRecord, VoiceRecord
from multillm_gov.measures.shares import effective_number, effective_number_similar, normalize
from multillm_gov.measures.stylometry import (
    FUNCTION_WORDS,
    SAME_BELOW,
    Halves,
    VoiceComparison,
    compare_profiles,
    similarity,
)

WORD_LIST = f"english-{len(FUNCTION_WORDS)}"
"""Name of the list that is counted; counts of another list are not compared."""
TOO_LITTLE = "too little text"


class VoicePair(Struct, frozen=True, kw_only=True):
    """Two models' answers to the same cases."""

    first: str
    second: str
    found: VoiceComparison | None
    """``None``: one of them wrote no function word at all."""

    @property
    def is_told(self) -> bool:
        """Whether there is text enough to say anything."""
        return self.found is not None and self.found.voice != TOO_LITTLE


class Drift(Struct, frozen=True, kw_only=True):
    """A model's answers against its own of an earlier day."""

    model: str
    since: date
    ratio: float | None = None
    words: tuple[int, int] = (0, 0)
    why: str = ""
    """Why there is no ratio."""
    reference: VoiceRecord | None = None
    """The voice it drifted from; ``None``: it did not."""


class Voices(Struct, frozen=True, kw_only=True):
    """The voices of one task class."""

    pairs: tuple[VoicePair, ...] = ()
    drifts: tuple[Drift, ...] = ()
    effective: float | None = None
    """Models in use, counted by how alike they write and by their shares; ``None``: not all pairs could be told."""
    plain: float | None = None
    """The same without looking at voices."""


def halves_of(counts: Sequence[tuple[int, ...]], chosen: Sequence[bool] | None = None) -> Halves:
    """Counts by case into counts of the cases at even and at odd positions, over the chosen cases alone."""
    kept = [
        one for one, wanted in zip(counts, chosen or [True] * len(counts), strict=True) if wanted
    ]
    nothing = (0,) * len(FUNCTION_WORDS)
    first, second = (
        tuple(map(sum, zip(*kept[start::2], strict=True))) or nothing for start in (0, 1)
    )
    return first, second


def compare_halves(first: Halves, second: Halves) -> VoiceComparison | None:
    """How far apart two sides write; ``None`` where a side has no word to go by."""
    try:
        return compare_profiles(first, second)
    except ValueError:
        return None


def pairs_of(counts: Mapping[str, Sequence[tuple[int, ...]]]) -> tuple[VoicePair, ...]:
    """Every two models, over the cases that both wrote something for: another input would be another text."""
    found = []
    for first, second in combinations(counts, 2):
        chosen = [
            any(one) and any(other)
            for one, other in zip(counts[first], counts[second], strict=True)
        ]
        sides = halves_of(counts[first], chosen), halves_of(counts[second], chosen)
        found.append(VoicePair(first=first, second=second, found=compare_halves(*sides)))
    return tuple(found)


def with_effective(
    pairs: Sequence[VoicePair], shares: Mapping[str, float]
) -> tuple[float | None, float | None]:
    """Leinster-Cobbold effective number of the models in use, and the plain one (method 1.1 and 7.1); indicative.

    ``None`` where fewer than two models are in use or a pair of them could not be told: a distance
    of little text is mostly noise, and would make models look more different than they are.
    """
    used = [model for model, share in shares.items() if share > 0]
    apart = {frozenset((pair.first, pair.second)): pair for pair in pairs if pair.is_told}
    wanted = [frozenset(pair) for pair in combinations(used, 2)]
    if len(used) < 2 or any(pair not in apart for pair in wanted):
        return None, None

    def alike(one: str, other: str) -> float:
        found = apart[frozenset((one, other))].found if one != other else None
        return 1.0 if found is None else similarity(found.distance)

    parts = normalize(shares[model] for model in used)
    return effective_number_similar(
        parts, [[alike(one, other) for other in used] for one in used]
    ), effective_number(parts)


def record_of(halves: Halves) -> VoiceRecord:
    """What evidence keeps."""
    return VoiceRecord(words=WORD_LIST, first=halves[0], second=halves[1])


def stored_halves(voice: VoiceRecord | None) -> Halves | None:
    """What evidence kept; ``None`` where it kept none, or counts of another list."""
    if (
        voice is None
        or voice.words != WORD_LIST
        or {len(voice.first), len(voice.second)} != {len(FUNCTION_WORDS)}
    ):
        return None
    return voice.first, voice.second


def drift_of(
    model: str,
    halves: Halves,
    earlier: Sequence[EvidenceRecord],
    speaks_of: tuple[date, str, str | None],
) -> Drift | None:
    """A model's voice against that of its newest earlier record of the same cases and prompt; ``None``: there is none.

    Once a tone has drifted, the voice from before stays the reference: running again the next day
    does not make the new tone the usual one, a person does (``--accept-tone``).

    Args:
        model: The model.
        halves: Its voice now.
        earlier: Its internal records, newest first.
        speaks_of: Day, digest of the cases and digest of the prompt of what is compared.
    """
    day, cases, prompt = speaks_of
    for record in earlier:
        kept = record.tone_reference or record.voice
        before = stored_halves(kept)
        if before is None or record.date > day:
            continue
        since = (
            record.tone_since
            if record.tone_reference is not None and record.tone_since
            else record.date
        )
        if (record.cases, record.prompt) != (cases, prompt):
            return Drift(
                model=model, since=since, why="the cases or the prompt are not the same any more"
            )
        return _drift(model, since, compare_halves(before, halves), kept)
    return None


def _drift(
    model: str, since: date, found: VoiceComparison | None, reference: VoiceRecord | None
) -> Drift:
    if found is None or found.ratio is None or found.voice == TOO_LITTLE:
        return Drift(
            model=model, since=since, words=found.words if found else (0, 0), why=TOO_LITTLE
        )
    drifted = found.ratio >= SAME_BELOW
    return Drift(
        model=model,
        since=since,
        ratio=found.ratio,
        words=found.words,
        reference=reference if drifted else None,
    )
