"""A benchmark's tables and sentences, one task class each."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from multillm_gov.content import Block, Cell, Column, Items, Status, Table
from multillm_gov.evaluation.bench.outcomes import LeaderboardEntry
from multillm_gov.evaluation.bench.paired_comparison import Margins, PairedComparison
from multillm_gov.evaluation.bench.results import BenchResult
from multillm_gov.measures.paired import PairedDifference
from multillm_gov.report import Section
from multillm_gov.reporting.evaluation.writing_style import writing_style_blocks
from multillm_gov.trials import ModelScore
from multillm_gov.units import format_money, format_share, signed
from multillm_gov.words import count_of

_NANO = Decimal("0.000000001")


def scores_of(results: Sequence[BenchResult]) -> tuple[ModelScore, ...]:
    """Every line of the leaderboards with its duel, for programs."""
    return tuple(_score(result, entry) for result in results for entry in result.entries)


def _score(result: BenchResult, entry: LeaderboardEntry) -> ModelScore:
    duel = next((one for one in result.comparisons if one.challenger == entry.model), None)
    difference = duel.difference if duel is not None else None
    usd = entry.usd_per_accepted
    return ModelScore(
        task_class=result.task_class,
        model=entry.model,
        is_incumbent=entry.model == result.incumbent,
        scored=entry.scored,
        inconclusive=entry.inconclusive,
        share=entry.share,
        low=entry.low,
        high=entry.high,
        mean_score=entry.graded,
        usd_per_accepted=None if usd is None else usd.quantize(_NANO),
        seconds_per_accepted=entry.seconds_per_accepted,
        p50_seconds=entry.p50_seconds,
        p95_seconds=entry.p95_seconds,
        finding="" if duel is None else duel.finding,
        paired=0 if duel is None else duel.cases,
        difference=None if difference is None else difference.mean,
        difference_low=None if difference is None else difference.low,
        difference_high=None if difference is None else difference.high,
        p_value=None if duel is None or duel.test is None else duel.test.p_value,
    )


FEW_CASES = 30
"""Below so many scored cases an interval is wider than most differences that matter."""
_WORDS: dict[str, tuple[str, Status]] = {
    "better": ("better", "good"),
    "not worse": ("not worse", "good"),
    "worse": ("worse", "bad"),
    "no clear difference": ("no clear difference", "watch"),
    "no common case": ("no case in common", "watch"),
}


def task_section(result: BenchResult, margins: Margins) -> Section:
    """Leaderboard, comparisons with the incumbent, writing style, and what could not be judged."""
    return Section(
        id=f"task-{result.task_class}",
        title=result.task_class,
        blocks=tuple(_blocks(result, margins)),
    )


def _blocks(result: BenchResult, margins: Margins) -> Iterator[Block]:
    yield leaderboard(result)
    if result.comparisons:
        yield _duels(result)
        yield Items(tuple(_sentence(one, margins) for one in result.comparisons))
    if result.reasons:
        yield Items(
            tuple(
                f"{one.model}: not judged, so that it counts neither way: "
                f"{count_of(one.cases, 'case')}, {one.why}."
                for one in result.reasons
            )
        )
    yield from writing_style_blocks(result.writing_styles)


def leaderboard(result: BenchResult) -> Table:
    """Best first; columns that tell nothing are left out."""
    columns = (
        Column("Model"),
        Column("Accepted (95%)", numeric=True),
        Column("Mean score", numeric=True),
        Column("Cases", numeric=True),
        Column("Not judged", numeric=True),
        Column("USD / accepted", numeric=True),
        Column("s / accepted", numeric=True),
        Column("p50", numeric=True),
        Column("p95", numeric=True),
    )
    rows = [_row(entry, result.incumbent) for entry in result.entries]
    kept = [number for number in range(len(columns)) if any(row[number].text for row in rows)]
    return Table(
        title="Leaderboard",
        columns=tuple(columns[number] for number in kept),
        rows=tuple(tuple(row[number] for number in kept) for row in rows),
    )


def _row(entry: LeaderboardEntry, incumbent: str) -> tuple[Cell, ...]:
    name = f"{entry.model} (incumbent)" if entry.model == incumbent else entry.model
    graded = (
        ""
        if entry.graded is None
        else f"{entry.graded:.3f} ({entry.graded_low:.3f} to {entry.graded_high:.3f})"
    )
    return (
        Cell(name, strong=True),
        Cell("not judged", "watch")
        if entry.share is None
        else Cell(_interval_of(entry.share, entry.low, entry.high)),
        Cell(graded),
        Cell(f"{entry.scored:,}", "watch" if entry.scored < FEW_CASES else "neutral"),
        Cell(f"{entry.inconclusive:,}", "watch") if entry.inconclusive else Cell(""),
        Cell(
            ""
            if entry.usd_per_accepted is None
            else format_money(entry.usd_per_accepted).removesuffix(" USD")
        ),
        Cell("" if entry.seconds_per_accepted is None else f"{entry.seconds_per_accepted:,.2f}"),
        Cell(_seconds(entry.p50_seconds)),
        Cell(_seconds(entry.p95_seconds)),
    )


def _duels(result: BenchResult) -> Table:
    columns = (
        Column("Challenger"),
        Column("Finding"),
        Column("Difference in points (95%)", numeric=True),
        Column("Won / lost", numeric=True),
        Column("p", numeric=True),
        Column("Cases", numeric=True),
    )
    rows = tuple(_duel_row(one) for one in result.comparisons)
    return Table(
        title=f"Is a challenger better than {result.incumbent}?", columns=columns, rows=rows
    )


def _duel_row(one: PairedComparison) -> tuple[Cell, ...]:
    words, status = _WORDS[one.finding]
    test = one.test
    return (
        Cell(one.challenger, strong=True),
        Cell(words, status),
        Cell(
            ""
            if one.difference is None
            else f"{_signed_points(one.difference.mean)} ({_interval(one.difference)})"
        ),
        Cell("" if test is None else f"{test.only_second:,} / {test.only_first:,}"),
        Cell("" if test is None else _p(test.p_value)),
        Cell(f"{one.cases:,}"),
    )


def _sentence(one: PairedComparison, margins: Margins) -> str:
    """The comparison in words, with both figures."""
    if one.difference is None or one.bound is None:
        return (
            f"{one.challenger} and {one.incumbent} have no judged case in common: nothing can "
            f"be said.{_preferred(one)}"
        )
    margin, bound = format_size(margins.non_inferiority), _points(one.bound)
    verdict = {
        "better": f"is better than {one.incumbent}",
        "worse": f"is worse than {one.incumbent}",
        "not worse": (
            f"is not worse than {one.incumbent} by more than {margin} (one-sided 95% bound {bound})"
        ),
        "no clear difference": (
            f"is not clearly different from {one.incumbent}, which does not prove them equal"
        ),
    }[one.finding]
    figures = f"{_points(one.difference.mean)} ({_interval(one.difference)})"
    sentence = f"{one.challenger} {verdict}: {figures} on {count_of(one.cases, 'case')}."
    if one.finding == "no clear difference" and one.needed is not None:
        apart = (
            ""
            if one.needed_unpaired is None
            else f" ({one.needed_unpaired:,} for each model where cases differ)"
        )
        sentence += (
            f" A difference of {format_size(margins.difference)} would show on some {one.needed:,} "
            f"paired cases{apart}, "
            "80% of the time."
        )
    if one.graded is not None:
        sentence += (
            f" Mean score {_signed(one.graded.mean)} ({_signed(one.graded.low)} to "
            f"{_signed(one.graded.high)})."
        )
    return sentence + _preferred(one)


def _preferred(one: PairedComparison) -> str:
    if one.preferences is None:
        return ""
    preferences = one.preferences
    won, lost = count_of(preferences.challenger, "time"), count_of(preferences.incumbent, "time")
    return (
        f" The judge preferred it {won}, the incumbent {lost}, and neither (or another one when "
        "their places were "
        f"swapped) {count_of(preferences.ties, 'time')}; sign test p {_p(preferences.p_value)}."
    )


def _interval_of(share: float, low: float, high: float) -> str:
    return f"{format_share(share)} ({low * 100:.1f} to {high * 100:.1f})"


def _points(share: float) -> str:
    return f"{_signed_points(share)} points"


def _signed_points(share: float) -> str:
    return signed(f"{share * 100:.1f}")


def format_size(share: float) -> str:
    """``5 points`` from .05."""
    points = f"{share * 100:g}"
    return f"{points} point" if points == "1" else f"{points} points"


def _signed(score: float) -> str:
    return signed(f"{score:.3f}")


def _interval(one: PairedDifference) -> str:
    return f"{_signed_points(one.low)} to {_signed_points(one.high)}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f} s"
