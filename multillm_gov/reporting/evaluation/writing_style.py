"""Whether models write alike: what a benchmark measured, and what evidence keeps of it."""

from collections.abc import Iterable, Iterator

from multillm_gov.content import Block, Cell, Column, Items, Paragraph, Status, Table
from multillm_gov.evaluation.bench.writing_style import (
    TOO_LITTLE,
    StylePair,
    ToneDrift,
    WritingStyles,
    compare_halves,
    effective_models,
    stored_halves,
)
from multillm_gov.measures.stylometry import DISTINCT_ABOVE, LEAST_WORDS, SAME_BELOW
from multillm_gov.report import Section
from multillm_gov.state.state import State

_SAID: dict[str, tuple[str, Status]] = {
    "same style": ("same style", "good"),
    "similar": ("similar styles", "watch"),
    "distinct": ("distinct styles", "watch"),
    TOO_LITTLE: ("too little text", "neutral"),
}
MOST_PAIRS = 40
"""Pairs of models shown in one task class."""
METHOD = (
    "Distance is the Jensen-Shannon distance of 98 English function words (0..1), code left out; "
    "the noise floor is "
    "the distance of a model's answers from its own; the ratio compares both, squared and on equal "
    "amounts of text. "
    f"Below {SAME_BELOW:g} the style is the same, above {DISTINCT_ABOVE:g} it is distinct; "
    f"{LEAST_WORDS:,} function words "
    "a side are needed. Answers in other languages, or of other length and format, show little."
)


def writing_style_blocks(styles: WritingStyles) -> Iterator[Block]:
    """Pairs of models, each model against its earlier self, and how many the models count as."""
    if styles.pairs:
        yield pairs_table(styles.pairs[:MOST_PAIRS])
        left = len(styles.pairs) - MOST_PAIRS
        if left > 0:
            yield Paragraph(f"{left:,} further pairs of models are not shown.")
    if styles.drifts:
        yield Items(tuple(_drift_words(drift) for drift in styles.drifts))
    if styles.effective is not None and styles.plain is not None:
        yield Paragraph(
            f"By shares of requests the models in use count as {styles.plain:.2f}; by shares and "
            "by how alike they "
            f"write, as {styles.effective:.2f} (indicative; Leinster-Cobbold, order 2)."
        )


def pairs_table(pairs: Iterable[StylePair]) -> Table:
    """Each two models with distance, noise floor and ratio."""
    columns = (
        Column("Models"),
        Column("Writing style"),
        Column("Ratio", numeric=True),
        Column("Distance", numeric=True),
        Column("Noise floor", numeric=True),
        Column("Function words", numeric=True),
    )
    return Table(
        title="Writing style", columns=columns, rows=tuple(_pair_row(pair) for pair in pairs)
    )


def _pair_row(pair: StylePair) -> tuple[Cell, ...]:
    names = Cell(f"{pair.first} / {pair.second}")
    comparison = pair.comparison
    if comparison is None:
        return (names, Cell(TOO_LITTLE), *(Cell("-") for _ in range(3)), Cell("0"))
    words, status = _SAID[comparison.style]
    return (
        names,
        Cell(words, status),
        Cell(
            f"{comparison.ratio:.2f}"
            if comparison.ratio is not None and pair.is_conclusive
            else "-"
        ),
        Cell(f"{comparison.distance:.3f}"),
        Cell(f"{comparison.within**0.5:.3f}"),
        Cell(f"{comparison.words[0]:,} / {comparison.words[1]:,}"),
    )


def _drift_words(drift: ToneDrift) -> str:
    against = f"{drift.model} against its answers of {drift.since.isoformat()}"
    if drift.ratio is None:
        return f"{against}: not compared, {drift.why}."
    if drift.ratio < SAME_BELOW:
        return f"{against}: ratio {drift.ratio:.2f}, the same style."
    return (
        f"{against}: ratio {drift.ratio:.2f}, its tone drifted. Where that is welcome, run "
        "again with --accept-tone."
    )


def writing_style_section(state: State) -> Section | None:
    """Writing styles in the newest results, by task class; ``None`` where there are none.

    Only results of the same cases and the same prompt are compared: other inputs make other texts.
    """
    blocks: list[Block] = []
    for figures in state.figures.tasks:
        styles = _remembered(state, figures.task.name, figures.task.models)
        if styles.pairs:
            shares: dict[str, float] = {}
            for entry in figures.legs:
                shares[entry.model] = shares.get(entry.model, 0.0) + float(entry.share)
            effective, plain = effective_models(styles.pairs, shares)
            blocks.append(Paragraph(f"{figures.task.name}:"))
            blocks += writing_style_blocks(
                WritingStyles(pairs=styles.pairs, effective=effective, plain=plain)
            )
    if not blocks:
        return None
    return Section(id="writing-style", title="Writing style", blocks=(Paragraph(METHOD), *blocks))


def _remembered(state: State, task: str, models: Iterable[str]) -> WritingStyles:
    newest = {}
    for model in dict.fromkeys(models):
        placed = state.evidence.get((task, model), ())
        record = next(
            (
                placed_record.record
                for placed_record in placed
                if placed_record.record.origin == "internal"
            ),
            None,
        )
        halves = stored_halves(record.writing_style) if record is not None else None
        if record is not None and halves is not None:
            newest[model] = (record.cases, record.prompt, halves)
    names = list(newest)
    pairs = [
        StylePair(
            first=first,
            second=second,
            comparison=compare_halves(newest[first][2], newest[second][2]),
        )
        for place, first in enumerate(names)
        for second in names[place + 1 :]
        if newest[first][:2] == newest[second][:2]
    ]
    return WritingStyles(pairs=tuple(pairs))
