"""``govern bench import``: results that another tool measured, reported and recorded as our own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import fmean
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.errors import SourceError, UsageError
from multillm_gov.evaluation.bench.outcomes import CaseOutcome
from multillm_gov.evaluation.bench.paired_comparison import Margins
from multillm_gov.evaluation.bench.results import (
    BenchResult,
    RecordContext,
    bench_result,
    records_of,
)
from multillm_gov.evidence.record import EvidenceRecord
from multillm_gov.evidence.results import CaseResult, read_results, result_format_of
from multillm_gov.report import TOOL_VERSION, Report
from multillm_gov.reporting.evaluation.bench import ResultOrigin, report_bench_import
from multillm_gov.sources.given_file import read_given
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.state.state import State
from multillm_gov.workflows.evaluation.evidence import record_evidence
from multillm_gov.workflows.evaluation.plan import check_names
from multillm_gov.workflows.states import assess_folder

LONGEST_NAME = 200
_NANO = Decimal("0.000000001")
Sides = dict[str, tuple[CaseOutcome, ...]]
"""Outcomes by model."""


class ResultImportOptions(Struct, frozen=True, kw_only=True):
    """What a call of ``govern bench import`` requests."""

    format_name: str = ""
    """Empty: by the file's ending."""
    task: str = ""
    """The task class of results that name none; of those that name one, only its own are taken."""
    model_map: Mapping[str, str] = {}
    """The tool's names to the portfolio's."""
    day: date
    """When it was measured."""
    origin: Literal["internal", "public", "vendor"] = "internal"
    margins: Margins = Margins()
    write: bool = True


def import_bench(
    file: Path, options: ResultImportOptions, *, as_of: date, root: Path | None = None
) -> Report:
    """Read results, pair them by case, compare the models, record evidence and report.

    Raises:
        UsageError: no such format or task class, or a file whose format cannot be inferred.
        SourceError: no portfolio, a file that is not of its format, or one without a result of a
        task class.
        OutputError: evidence may not be written.
    """
    top, _ = split_paths((), root)
    results = read_results(read_given(file), options.format_name or result_format_of(file))
    assessment = assess_folder(top, as_of=as_of).state
    tasks = _by_task(results, options)
    declared = {figures.task.name for figures in assessment.figures.tasks}
    check_names("task class", frozenset(tasks), declared)
    bench_results: list[BenchResult] = []
    records: list[EvidenceRecord] = []
    facts = RecordContext(
        day=options.day,
        source=_visible(file.name),
        origin=options.origin,
        versions={"govern": TOOL_VERSION},
    )
    for name, group in sorted(tasks.items()):
        sides = _sides(group, options.model_map)
        result = bench_result(name, _incumbent(name, sides, assessment), sides, options.margins)
        bench_results.append(result)
        records += records_of(result, sides, facts)
    if options.write:
        record_evidence(top, records)
    number, unknown = sum(map(len, tasks.values())), _unknown(bench_results, assessment)
    imported = ResultOrigin(
        source=facts.source, results=number, unknown_models=unknown, written=options.write
    )
    return replace(
        report_bench_import(assessment, bench_results, options.margins, imported),
        path_prefix=path_prefix(top),
    )


def _by_task(
    results: Iterable[CaseResult], options: ResultImportOptions
) -> dict[str, list[CaseResult]]:
    tasks: dict[str, list[CaseResult]] = {}
    for result in results:
        name = result.task_class or options.task
        if not name:
            raise UsageError("The results do not name a task class", "Name it: --task TASK.")
        if not options.task or name == options.task:
            tasks.setdefault(name, []).append(result)
    if not tasks:
        raise SourceError(
            f"The file has no result for `{options.task or 'any task class'}`",
            "Check --task and the file.",
        )
    return tasks


def _sides(results: Iterable[CaseResult], model_map: Mapping[str, str]) -> Sides:
    """Outcomes by model; several results of one case are samples of it."""
    grouped: dict[str, dict[str, list[CaseResult]]] = {}
    for result in results:
        name = _visible(model_map.get(result.model, result.model))
        grouped.setdefault(name, {}).setdefault(result.case, []).append(result)
    return {
        model: tuple(_outcome(case, each) for case, each in cases.items())
        for model, cases in sorted(grouped.items())
    }


def _outcome(case: str, results: Sequence[CaseResult]) -> CaseOutcome:
    is_open = any(result.outcome == "unknown" for result in results)
    scores = [result.score for result in results if result.score is not None]
    costs = [result.usd for result in results if result.usd is not None]
    return CaseOutcome(
        case=case,
        accepted=None if is_open else fmean(result.outcome == "accepted" for result in results),
        score=fmean(scores) if len(scores) == len(results) and not is_open else None,
        why="no verdict from the other tool" if is_open else "",
        seconds=tuple(result.seconds for result in results if result.seconds is not None),
        usd=sum((Decimal(str(cost)).quantize(_NANO) for cost in costs), Decimal(0))
        if len(costs) == len(results)
        else None,
    )


def _incumbent(task: str, sides: Sides, state: State) -> str:
    """The primary where it was measured, else the model with most verdicts, the first of equals."""
    primary = next(
        figures.primary.model for figures in state.figures.tasks if figures.task.name == task
    )
    if primary in sides:
        return primary
    return min(
        sides, key=lambda model: (-sum(side.accepted is not None for side in sides[model]), model)
    )


def _unknown(results: Iterable[BenchResult], state: State) -> tuple[str, ...]:
    """Models that evidence of would speak for nothing."""
    declared = {
        (figures.task.name, name) for figures in state.figures.tasks for name in figures.task.models
    }
    return tuple(
        sorted(
            {
                entry.model
                for result in results
                for entry in result.entries
                if (result.task_class, entry.model) not in declared
                and state.catalog.find(entry.model) is None
            }
        )
    )


def _visible(text: str) -> str:
    """One visible line of bounded length: names come from a file of somebody else's."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(line.split())[:LONGEST_NAME] or "-"
