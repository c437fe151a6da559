"""What ``govern bench`` tells: the plan before any call, and leaderboards after."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.evaluation.bench.benchmark import Benchmark, LeftOutCase
from multillm_gov.evaluation.bench.outcomes import BenchRun
from multillm_gov.evaluation.bench.paired_comparison import Margins
from multillm_gov.evaluation.bench.plan import BenchPlan
from multillm_gov.evaluation.bench.results import BenchResult
from multillm_gov.evaluation.running import Ending
from multillm_gov.report import STUB_DRAFT, EvidenceOutcome, Report, Section, Verdict
from multillm_gov.reporting.evaluation.bench_tables import (
    FEW_CASES,
    format_size,
    scores_of,
    task_section,
)
from multillm_gov.reporting.evaluation.writing_style import METHOD
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.state.state import State
from multillm_gov.trials import ModelScore
from multillm_gov.units import format_money
from multillm_gov.words import count_of

_ENDINGS: dict[Ending, str] = {
    "complete": "",
    "budget": " It stopped where the next call could have passed the limit of cost: what is shown "
    "is not the whole.",
    "time": " It stopped when the total time was over: what is shown is not the whole.",
    "interrupted": " It was interrupted: what is shown is not the whole.",
}
_OFFLINE = "The answers are those of the offline server, so the figures say nothing of any model. "


class ResultOrigin(Struct, frozen=True, kw_only=True):
    """Where imported results are from."""

    source: str
    results: int
    unknown_models: tuple[str, ...] = ()
    """Names that neither the portfolio nor the price map knows."""
    written: bool = True


def report_bench_plan(
    state: State, plan: BenchPlan, left_out: Sequence[LeftOutCase], limit: Decimal | None
) -> Report:
    """Calls and worst case by task class and model; ``limit``: ``None`` for nothing to spend."""
    text = (
        f"{count_of(plan.calls, 'call')} cost {format_money(plan.worst_usd, rounding=ROUND_UP)} "
        "at most"
    )
    text += (
        "; nothing is billed."
        if limit is None
        else f"; --max-usd allows {format_money(limit, rounding=ROUND_DOWN)}."
    )
    if plan.unpriced:
        text += (
            f" The price of {', '.join(f'`{name}`' for name in plan.unpriced)} is not known "
            "and not counted."
        )
    if plan.missing_keys:
        text += f" Not set: {', '.join(key.name for key in plan.missing_keys)}."
    text += "".join(f" Left out: `{case.subject}` {case.why}." for case in left_out)
    sections = tuple(
        Section(
            id=f"task-{bench.task.name}", title=bench.task.name, blocks=(_plan_table(bench, plan),)
        )
        for bench in plan.benches
    )
    return masked(_report(state, "Benchmark plan", text, sections, _verdict(0)), state.secrets)


def report_bench(
    state: State,
    results: Sequence[BenchResult],
    run: BenchRun,
    margins: Margins,
    *,
    limit: Decimal | None,
    evidence: EvidenceOutcome,
) -> Report:
    """A leaderboard per task class; figures are no verdict, but unjudged results exit 3.

    Args:
        state: The portfolio.
        results: One a task class.
        run: What was sent and spent.
        margins: What counts as a difference.
        limit: US dollars that the run could spend; ``None``: it spent nothing.
        evidence: Whether it was written; ``offline``: the answers are the offline server's.
    """
    judging = (
        f", {format_money(run.judging_usd, rounding=ROUND_UP)} of it for judges"
        if run.judging_usd
        else ""
    )
    cost = f"{count_of(run.calls, 'call')} {'would have cost' if limit is None else 'cost'} "
    cost += f"{format_money(run.spent_usd, rounding=ROUND_UP)}{judging} in {run.seconds:,.1f} s."
    offline = _OFFLINE if evidence == "offline" else ""
    text = f"{offline}{_summary(results)} {cost}{_ENDINGS[run.ending]}"
    text += "" if evidence == "written" else " No evidence was written."
    verdict = _verdict(_unproved(results, run))
    report = replace(
        _report(state, "Benchmark", text, _sections(results, margins), verdict, scores_of(results)),
        is_stubbed=evidence == "offline",
        draft=(STUB_DRAFT,) if evidence == "offline" else (),
    )
    return masked(report, state.secrets)


def report_bench_import(
    state: State, results: Sequence[BenchResult], margins: Margins, imported: ResultOrigin
) -> Report:
    """The leaderboards of results that another tool measured."""
    text = f"{count_of(imported.results, 'result')} of {imported.source}. {_summary(results)}"
    if imported.unknown_models:
        names = ", ".join(f"`{name}`" for name in imported.unknown_models)
        text += f" Nothing is known of {names}: name the portfolio's models with --model-map."
    text += "" if imported.written else " No evidence was written."
    verdict = _verdict(sum(result.unproved for result in results))
    report = _report(
        state,
        "Imported benchmark",
        text,
        _sections(results, margins),
        verdict,
        scores_of(results),
    )
    return masked(report, state.secrets)


def _summary(results: Sequence[BenchResult]) -> str:
    duels = [duel for result in results for duel in result.comparisons]
    counts = [
        (word, sum(duel.finding == word for duel in duels))
        for word in ("better", "not worse", "worse")
    ]
    text = [f"{number:,} {word}" for word, number in counts if number]
    open_ones = len(duels) - sum(number for _, number in counts)
    text += [f"{open_ones:,} no clear difference"] if open_ones else []
    compared = (
        f"{count_of(len(duels), 'comparison')} with the incumbent: {', '.join(text)}."
        if duels
        else "One model only."
    )
    few = any(entry.scored < FEW_CASES for result in results for entry in result.entries)
    return (
        f"{compared} Some models have fewer than {FEW_CASES} judged cases, which shows little."
        if few
        else compared
    )


def _unproved(results: Sequence[BenchResult], run: BenchRun) -> int:
    return max(sum(result.unproved for result in results), 0 if run.ending == "complete" else 1)


def _sections(results: Sequence[BenchResult], margins: Margins) -> tuple[Section, ...]:
    blocks: list[Block] = [
        Paragraph(
            "Accepted is the share of judged cases whose answer reaches the scorer's threshold, "
            "with Wilson's interval; cases that could not be judged count neither way. Models are "
            "compared on the cases that both have a verdict on: McNemar's test, and the adjusted "
            "Wald interval of Agresti and Min for the difference. Better and worse are judged at "
            "95% for all challengers of a task class together (Bonferroni), so they may take more "
            "than the interval shown; not worse is judged by the one-sided 95% bound, within "
            f"{format_size(margins.non_inferiority)}. Mean scores have bootstrap intervals."
        )
    ]
    if any(result.writing_styles.pairs or result.writing_styles.drifts for result in results):
        blocks.append(Paragraph(METHOD))
    method = Section(id="method", title="How to read it", blocks=tuple(blocks), folded=True)
    return (*(task_section(result, margins) for result in results), method)


def _plan_table(bench: Benchmark, plan: BenchPlan) -> Table:
    rows = []
    for contender in bench.contenders:
        slots = [case for case in plan.slots if case.bench is bench and case.contender is contender]
        worst = [case.probe.worst_total_usd for case in slots]
        judging = [sample for case in slots for sample in case.judging * plan.samples]
        rows.append(
            (
                Cell(contender.model, strong=True),
                Cell(contender.role),
                Cell(f"{len(slots):,}"),
                Cell(f"{sum(case.probe.samples for case in slots):,}"),
                _money(worst),
                Cell(f"{len(judging):,}"),
                _money([each.worst_usd for each in judging]),
            )
        )
    columns = (
        Column("Model"),
        Column("Use"),
        Column("Cases", numeric=True),
        Column("Calls", numeric=True),
        Column("At most", numeric=True),
        Column("Judges' calls", numeric=True),
        Column("At most", numeric=True),
    )
    return Table(title="", columns=columns, rows=tuple(rows))


def _money(costs: Sequence[Decimal | None]) -> Cell:
    if None in costs:
        return Cell("price not known", "watch")
    return Cell(
        format_money(
            sum((cost for cost in costs if cost is not None), Decimal(0)), rounding=ROUND_UP
        )
    )


def _verdict(unproved: int) -> Verdict:
    return Verdict(fail_on=None, errors=0, warnings=0, notes=0, waived=0, unproved=unproved)


def _report(
    state: State,
    title: str,
    text: str,
    sections: tuple[Section, ...],
    verdict: Verdict,
    scores: tuple[ModelScore, ...] = (),
) -> Report:
    settings = state.portfolio.settings
    return Report(
        kind="bench",
        title=title,
        organization=settings.organization,
        as_of=state.as_of.isoformat(),
        currency=settings.currency,
        verdict=verdict,
        revision=state.revision,
        summary=text,
        sections=sections,
        scores=scores,
        provenance=provenance(state),
    )
