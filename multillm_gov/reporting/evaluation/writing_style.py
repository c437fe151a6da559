"""Whether models write in one voice: what a benchmark heard, and what the evidence remembers."""

from collections.abc import Iterable, Iterator

from multillm_gov.content import Block, Cell, Column, Items, Paragraph, Status, Table
from multillm_gov.evaluation.bench.writing_style import (
    TOO_LITTLE,
    Drift,
    VoicePair,
    Voices,
    compare_halves,
    stored_halves,
    with_effective,
)
from multillm_gov.measures.stylometry import DISTINCT_ABOVE, LEAST_WORDS, SAME_BELOW
from multillm_gov.report import Section
from multillm_gov.rules.engine.assessment import Assessment

_SAID: dict[str, tuple[str, Status]] = {
    "same voice": ("one voice", "good"),
    "similar": ("similar voices", "watch"),
    "distinct": ("distinct voices", "watch"),
    TOO_LITTLE: ("too little text", "neutral"),
}
MOST_PAIRS = 40
"""Pairs of models shown in one task class."""
METHOD = (
    "Distance is the Jensen-Shannon distance of 98 English function words (0..1), code left out; "
    "the noise floor is "
    "the distance of a model's answers from its own; the ratio compares both, squared and on equal "
    "amounts of text. "
    f"Below {SAME_BELOW:g} it is one voice, above {DISTINCT_ABOVE:g} they are distinct; "
    f"{LEAST_WORDS:,} function words "
    "a side are needed. Answers in other languages, or of other length and format, tell little."
)


def voice_blocks(voices: Voices) -> Iterator[Block]:
    """Pairs of models, each model against its earlier self, and how many the models count as."""
    if voices.pairs:
        yield pairs_table(voices.pairs[:MOST_PAIRS])
        left = len(voices.pairs) - MOST_PAIRS
        if left > 0:
            yield Paragraph(f"{left:,} further pairs of models are not shown.")
    if voices.drifts:
        yield Items(tuple(_drift_words(drift) for drift in voices.drifts))
    if voices.effective is not None and voices.plain is not None:
        yield Paragraph(
            f"By shares of requests the models in use count as {voices.plain:.2f}; by shares and "
            "by how alike they "
            f"write, as {voices.effective:.2f} (indicative; Leinster-Cobbold, order 2)."
        )


def pairs_table(pairs: Iterable[VoicePair]) -> Table:
    """Each two models with distance, noise floor and ratio."""
    columns = (
        Column("Models"),
        Column("Voices"),
        Column("Ratio", numeric=True),
        Column("Distance", numeric=True),
        Column("Noise floor", numeric=True),
        Column("Function words", numeric=True),
    )
    return Table(title="Voice", columns=columns, rows=tuple(_pair_row(pair) for pair in pairs))


def _pair_row(pair: VoicePair) -> tuple[Cell, ...]:
    names = Cell(f"{pair.first} / {pair.second}")
    found = pair.found
    if found is None:
        return (names, Cell(TOO_LITTLE), *(Cell("-") for _ in range(3)), Cell("0"))
    words, status = _SAID[found.voice]
    return (
        names,
        Cell(words, status),
        Cell(f"{found.ratio:.2f}" if found.ratio is not None and pair.is_told else "-"),
        Cell(f"{found.distance:.3f}"),
        Cell(f"{found.within**0.5:.3f}"),
        Cell(f"{found.words[0]:,} / {found.words[1]:,}"),
    )


def _drift_words(drift: Drift) -> str:
    against = f"{drift.model} against its answers of {drift.since.isoformat()}"
    if drift.ratio is None:
        return f"{against}: not compared, {drift.why}."
    if drift.ratio < SAME_BELOW:
        return f"{against}: ratio {drift.ratio:.2f}, the same voice."
    return (
        f"{against}: ratio {drift.ratio:.2f}, its tone drifted. Where that is welcome, run "
        "again with --accept-tone."
    )


def voice_section(state: Assessment) -> Section | None:
    """What the newest results remember of voices, by task class; ``None`` where they remember none.

    Only results of the same cases and the same prompt are compared: other inputs make other texts.
    """
    blocks: list[Block] = []
    for figures in state.figures.tasks:
        found = _remembered(state, figures.task.name, figures.task.models)
        if found.pairs:
            shares: dict[str, float] = {}
            for leg in figures.legs:
                shares[leg.model] = shares.get(leg.model, 0.0) + float(leg.share)
            effective, plain = with_effective(found.pairs, shares)
            blocks.append(Paragraph(f"{figures.task.name}:"))
            blocks += voice_blocks(Voices(pairs=found.pairs, effective=effective, plain=plain))
    if not blocks:
        return None
    return Section(id="voice", title="Voice", blocks=(Paragraph(METHOD), *blocks))


def _remembered(state: Assessment, task: str, models: Iterable[str]) -> Voices:
    newest = {}
    for model in dict.fromkeys(models):
        placed = state.evidence.get((task, model), ())
        record = next((one.record for one in placed if one.record.origin == "internal"), None)
        halves = stored_halves(record.voice) if record is not None else None
        if record is not None and halves is not None:
            newest[model] = (record.cases, record.prompt, halves)
    names = list(newest)
    pairs = [
        VoicePair(
            first=first, second=second, found=compare_halves(newest[first][2], newest[second][2])
        )
        for place, first in enumerate(names)
        for second in names[place + 1 :]
        if newest[first][:2] == newest[second][:2]
    ]
    return Voices(pairs=tuple(pairs))
