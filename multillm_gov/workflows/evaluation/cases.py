"""From the cases of a portfolio to benchmarks that are ready to run."""

from collections.abc import Iterator
from hashlib import sha256
from random import Random

import msgspec
from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.errors import SourceError, UnableError
from multillm_gov.evaluation.bench.benchmark import (
    BenchCase,
    Benchmark,
    Contender,
    LeftOutCase,
    dependent_judges,
)
from multillm_gov.evaluation.bench.scoring import Expectation
from multillm_gov.evaluation.client import Message
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.requirements import SCORED_MODES
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.evals import EvalCase, Scorer
from multillm_gov.providers.prompting import Rendering
from multillm_gov.state.state import State
from multillm_gov.workflows.evaluation.inputs import inputs_of
from multillm_gov.workflows.evaluation.plan import check_names


class BenchFilter(Struct, frozen=True, kw_only=True):
    """What of the portfolio is to be benchmarked."""

    tasks: frozenset[str] = frozenset()
    """Only these task classes; empty: all that have cases."""
    challengers: tuple[str, ...] = ()
    """Models to compare with the primary alone; empty: all routed models and fallbacks."""
    most_cases: int | None = None
    seed: int = 1


def benches_of(
    state: State, wanted: BenchFilter
) -> tuple[tuple[Benchmark, ...], tuple[LeftOutCase, ...]]:
    """A benchmark per task class that has cases, and what is left out.

    Raises:
        UsageError: a task class that the portfolio does not have.
        UnableError: no cases, or a judge that is not independent of a model it would judge.
        SourceError: cases that cannot be run: no input, an unknown scorer, a prompt that cannot be
            filled in.
    """
    tasks = state.figures.tasks
    check_names("task class", wanted.tasks, {figures.task.name for figures in tasks})
    benches: list[Benchmark] = []
    left: list[LeftOutCase] = []
    for figures in tasks:
        name = figures.task.name
        if wanted.tasks and name not in wanted.tasks:
            continue
        why = _why_not(figures.task, state)
        if why:
            left.append(LeftOutCase(subject=name, why=why))
        else:
            benches.append(_bench(figures, state, wanted))
    if not benches:
        reason = f": `{left[0].subject}` {left[0].why}" if len(left) == 1 else ""
        raise UnableError(
            f"There are no cases to run{reason}",
            "Write cases in `evals/`; `govern schema evals` shows their format.",
        )
    for bench in benches:
        _check_judges(bench, state)
    return tuple(benches), tuple(left)


def _why_not(task: TaskClass, state: State) -> str:
    if task.declared.mode not in SCORED_MODES:
        return f"is of mode `{task.declared.mode}`, which no scorer can read"
    return "" if any(True for _ in _declared(task, state)) else "has no cases in `evals/`"


def _declared(task: TaskClass, state: State) -> Iterator[tuple[EvalCase, Scorer, str]]:
    """Cases with their scorer and file, in the order of files and lines."""
    for placed in state.evals:
        if placed.file.task_class == task.name:
            for case in placed.file.cases:
                yield case, case.scorer or placed.file.scorer, placed.place.path


def _bench(figures: TaskFigures, state: State, wanted: BenchFilter) -> Benchmark:
    task = figures.task
    declared = list(_declared(task, state))
    if wanted.most_cases is not None and wanted.most_cases < len(declared):
        # The same seed draws the same cases, in their order: what differs between two runs is then
        # the models.
        chosen = Random(wanted.seed).sample(range(len(declared)), wanted.most_cases)  # noqa: S311 - no secret
        declared = [declared[number] for number in sorted(chosen)]
    inputs = inputs_of(task, state)
    prompt = state.prompts.get(task.declared.prompt or "")
    if prompt is None and task.declared.prompt is not None:
        raise SourceError(
            f"The prompt `{task.declared.prompt}` of `{task.name}` cannot be read",
            "Fix what `govern check` reports.",
        )
    rendering = None if prompt is None else Rendering(prompt)
    return Benchmark(
        task=task,
        cases=tuple(
            _case(case, scorer, path, rendering, inputs.output_schema, state)
            for case, scorer, path in declared
        ),
        contenders=tuple(_contenders(figures, state, wanted)),
        digests=inputs.digests,
        cases_digest=_digest([(case, scorer) for case, scorer, _ in declared]),
        output_schema=inputs.output_schema,
    )


def _case(
    case: EvalCase,
    scorer: Scorer,
    path: str,
    rendering: Rendering | None,
    schema: dict[str, object] | None,
    state: State,
) -> BenchCase:
    judge = state.catalog.find(scorer.judge) if scorer.judge else None
    messages = _messages(case, path, rendering)
    return BenchCase(
        id=case.id,
        messages=messages,
        expectation=Expectation(
            expected=case.expected,
            scorer=scorer,
            output_schema=schema,
            question=messages[-1].content,
            native_schema=judge is not None
            and "response_schema" in (judge.capabilities or frozenset()),
        ),
        weight=float(case.weight),
    )


def _messages(case: EvalCase, path: str, rendering: Rendering | None) -> tuple[Message, ...]:
    if rendering is not None:
        try:
            return rendering.fill(case.variables or {}, case.input)
        except SourceError as error:
            raise SourceError(f"{path}: case `{case.id}`: {error.message}", error.hint) from None
    if case.input is None:
        raise SourceError(
            f"{path}: case `{case.id}` has no `input`, and the task class has no prompt file",
            "Give it an `input`, or name a `prompt` in the allocation.",
        )
    return (Message("user", case.input),)


def _contenders(figures: TaskFigures, state: State, wanted: BenchFilter) -> Iterator[Contender]:
    """The primary, then the others of the portfolio or the challengers; each model once."""
    place, primary = figures.task.place, figures.primary
    yield Contender(
        model=primary.model,
        role="primary",
        facts=primary.facts,
        share=sum(float(entry.share) for entry in figures.legs if entry.model == primary.model),
        place=place.at("route", primary.index, "model"),
    )
    seen = {primary.model}
    routed = {entry.model: entry for entry in figures.legs}
    others = wanted.challengers or (*routed, *(fallback.model for fallback in figures.fallbacks))
    for model in others:
        if model in seen:
            continue
        seen.add(model)
        yield _contender(model, figures, state)


def _contender(model: str, figures: TaskFigures, state: State) -> Contender:
    place = figures.task.place
    for entry in figures.legs:
        if entry.model == model:
            share = sum(
                float(route_entry.share)
                for route_entry in figures.legs
                if route_entry.model == model
            )
            where = place.at("route", entry.index, "model")
            return Contender(model=model, role="route", facts=entry.facts, share=share, place=where)
    for fallback in figures.fallbacks:
        if fallback.model == model:
            where = place.at("fallbacks", fallback.index)
            return Contender(model=model, role="fallback", facts=fallback.facts, place=where)
    return Contender(
        model=model,
        role="challenger",
        facts=state.catalog.find(model),
        place=place.key(),
    )


def _check_judges(bench: Benchmark, state: State) -> None:
    def find(model: str) -> ModelFacts | None:
        return state.catalog.find(model)

    for judge, judged, standing in dependent_judges(bench, find):
        if standing == "same vendor":
            raise UnableError(
                f"`{judge}` would judge `{judged}` in `{bench.task.name}`, and both are from the "
                "same vendor: models favor their own kind",
                "Name a `judge` from another vendor in the cases' scorer.",
            )
        raise UnableError(
            f"It is not known whether `{judge}` is from another vendor than `{judged}`, which it "
            "would "
            "judge in "
            f"`{bench.task.name}`",
            "Declare the `vendor` of both below `models` in `catalog/`, or name another `judge`.",
        )


def _digest(cases: list[tuple[EvalCase, Scorer]]) -> str:
    return f"sha256:{sha256(msgspec.json.encode(cases, order='sorted', enc_hook=str)).hexdigest()}"
