"""``govern drill --url PROXY --budget``: every monthly cap, spent at the gateway until it refuses.

No provider is called: only a proxy whose deployments all answer by themselves is drilled.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import cast

from msgspec.structs import replace

from multillm_gov.content import Cell, Column, Table
from multillm_gov.errors import UnableError, UsageError, missing_extra
from multillm_gov.finding import Finding
from multillm_gov.gateways.drift.difference import Difference
from multillm_gov.gateways.drift.running import Running, RunningDeployment
from multillm_gov.gateways.routing import ModelGroup
from multillm_gov.providers.gateway_budget import Mode, Spent, spend_until_refused
from multillm_gov.report import Report, Section
from multillm_gov.reporting.drift import report_drift
from multillm_gov.sources.root import split_paths
from multillm_gov.state.state import State
from multillm_gov.words import code, count_of, join_code
from multillm_gov.workflows.gate import gate
from multillm_gov.workflows.gateways.drift import NOTES, PROXY_KEY, finding_of, proxy_key, proxy_of
from multillm_gov.workflows.gateways.routes import routes_of
from multillm_gov.workflows.states import assess_folder

_MODES = frozenset({"chat", "embedding"})
_LATE = 3
"""Answers that may be under way, or not yet counted, when a budget is spent."""
_EXPORT = "Export again and roll it out: `govern export litellm`."


def drill_budgets(
    url: str,
    tasks: frozenset[str],
    *,
    as_of: date,
    root: Path | None = None,
    most: int = 200,
    environment: Mapping[str, str] = os.environ,
) -> Report:
    """Spend each cap at a proxy that mocks its models, and report what it let through.

    Args:
        url: A proxy started from `govern export litellm --mock`.
        tasks: Task classes to drill; empty: all that have a monthly cap.
        as_of: Day to judge the portfolio by.
        root: The portfolio's root, if it is not to be searched for.
        most: Calls per task class at most.
        environment: Where the proxy's key is.

    Raises:
        UnableError: no key; a deployment would call its provider; or no budget can be drilled.
        UsageError: a task class that is not there, or has no cap.
        MissingExtraError: the providers extra is not installed.
    """
    try:
        import openai  # noqa: F401 # the client that callers use
    except ImportError:
        raise missing_extra("A drill of a running gateway", "openai", "providers") from None
    top, _ = split_paths((), root)
    state = assess_folder(top, as_of=as_of).state
    chosen = _chosen(state, tasks)
    running = proxy_of(url, environment)
    _refuse_real_providers(running)
    key = proxy_key(PROXY_KEY, environment)
    differences: list[Difference] = []
    rows: list[tuple[Cell, ...]] = []
    for group in chosen:
        mode = group.deployments[0].mode
        name = running.aliases.get(group.name, group.name)
        if mode not in _MODES or name not in running.groups:
            why = f"no call of mode {mode}" if mode not in _MODES else "no model group of that name"
            rows.append((Cell(group.name), Cell(""), Cell(""), Cell(f"not drilled: {why}")))
            continue
        spent = spend_until_refused(running.origin, key, name, cast("Mode", mode), most)
        differences += _judged(group, spent, running)
        rows.append(_row(group, spent))
    if not rows:
        raise UnableError("No task class has a monthly cap", "Declare `spend_cap.monthly`.")
    findings = _placed(differences, state)
    severity = gate(state.portfolio.settings, None)
    report = report_drift(
        state, findings, NOTES.values(), severity, origins=(running.origin,), compared=len(chosen)
    )
    return replace(report, title="Drill of budgets", sections=(_section(rows),))


def _placed(differences: list[Difference], state: State) -> list[Finding]:
    """As findings, each at the task class that it is about."""
    places = {task.task.name: task.task.place for task in state.figures.tasks}
    return [
        finding_of(replace(each, declared=places.get(each.subject)), dict(state.documents))
        for each in differences
    ]


def _chosen(state: State, tasks: frozenset[str]) -> list[ModelGroup]:
    """The task classes to drill: those named, else all that have a monthly cap."""
    capped = {
        task_class.name: task_class
        for task_class in routes_of(state).task_classes
        if task_class.usd_per_month
    }
    unknown = sorted(tasks - capped.keys())
    if unknown:
        raise UsageError(f"No task class with a monthly cap is named {join_code(unknown)}", "")
    return [group for name, group in capped.items() if not tasks or name in tasks]


def _refuse_real_providers(running: Running) -> None:
    real = [deployment for deployment in running.deployments if not _is_mocked(deployment)]
    if real:
        raise UnableError(
            f"{count_of(len(real), 'deployment')} of {running.origin} would call a provider",
            "Start a second proxy from `govern export litellm --mock`, and drill that one.",
        )


def _is_mocked(deployment: RunningDeployment) -> bool:
    return bool(deployment.parameters.get("mock_response"))


def _judged(group: ModelGroup, spent: Spent, running: Running) -> Iterator[Difference]:
    cap = float(group.usd_per_month or 0)
    allowed = cap * (1 + len(group.fallbacks)) + _LATE * spent.largest_usd
    figures = {"cap_usd_per_month": cap, "spent_usd": round(spent.usd, 6), "calls": spent.calls}
    if spent.message:
        words = f"a call failed before the budget was spent: {spent.message}"
    elif not spent.refused and spent.usd < cap:
        words = f"{spent.calls} calls did not spend it; they cost {spent.usd:,.4g} USD"
    elif not spent.refused or spent.usd > allowed:
        words = f"{spent.calls} calls for {spent.usd:,.4g} USD were answered"
    else:
        return
    yield Difference(
        kind="cap-not-enforced",
        subject=group.name,
        message=f"{code(group.name)} may spend {cap:,.2f} USD a month; {words} at {running.origin}",
        remedy=_EXPORT,
        figures={**figures},
    )


def _row(group: ModelGroup, spent: Spent) -> tuple[Cell, ...]:
    result = "refused" if spent.refused else "not refused"
    return (
        Cell(group.name),
        Cell(f"{group.usd_per_month:,.2f}"),
        Cell(f"{spent.usd:,.4g}"),
        Cell(f"{result} after {count_of(spent.calls, 'call')}"),
    )


def _section(rows: Sequence[tuple[Cell, ...]]) -> Section:
    table = Table(
        title="Caps spent until refused",
        columns=(
            Column("Task class"),
            Column("Cap, USD a month"),
            Column("Answered, USD"),
            Column("Result"),
        ),
        rows=tuple(rows),
    )
    return Section(id="budgets", title="Caps spent until refused", blocks=(table,))
