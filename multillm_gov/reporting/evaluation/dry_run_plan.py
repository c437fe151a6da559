"""What `govern dry-run --plan` tells: every probe, its worst case and its keys, before any call."""

from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from itertools import groupby

from msgspec.structs import replace

from multillm_gov.content import Cell, Column, Table
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.evaluation.probes.plan import ProbePlan
from multillm_gov.evaluation.probes.probe import Probe, ProviderKey
from multillm_gov.report import Report, Section, Verdict
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.state.state import State
from multillm_gov.units import format_money
from multillm_gov.words import count_of


def framed(state: State, plan: ProbePlan, verdict: Verdict) -> Report:
    """A report of a dry-run without its contents."""
    settings = state.portfolio.settings
    return Report(
        kind="dry-run",
        title="Dry-run",
        organization=settings.organization,
        as_of=state.as_of.isoformat(),
        currency=settings.currency,
        verdict=verdict,
        revision=state.revision,
        provenance=provenance(state),
        checked=(
            ("task classes", len({probe.task.name for probe in plan.probes})),
            ("models", len({probe.model for probe in plan.probes})),
            ("probes", len(plan.probes)),
        ),
    )


def report_dry_run_plan(state: State, plan: ProbePlan, limit: Decimal | None) -> Report:
    """Every probe with its worst case and keys; ``limit``: what the run may spend.

    The verdict is that of a plan: nothing was judged.
    """
    sections = [
        Section(id=f"task-{name}", title=name, blocks=(_plan_table(probes),))
        for name, probes in _by_task(plan.probes)
    ]
    report = framed(state, plan, Verdict(fail_on=None, errors=0, warnings=0, notes=0, waived=0))
    return masked(
        replace(
            report,
            title="Dry-run plan",
            summary=_plan_summary(plan, limit),
            sections=tuple(sections),
        ),
        state.secrets,
    )


def _by_task(probes: Iterable[Probe]) -> list[tuple[str, tuple[Probe, ...]]]:
    return [(name, tuple(group)) for name, group in groupby(probes, lambda probe: probe.task.name)]


def _plan_table(probes: tuple[Probe, ...]) -> Table:
    columns = (
        Column("Model"),
        Column("Kind"),
        Column("Use"),
        Column("Calls", numeric=True),
        Column("At most", numeric=True),
        Column("Input"),
        Column("Keys"),
    )
    return Table(title="", columns=columns, rows=tuple(_plan_row(probe) for probe in probes))


def _plan_row(probe: Probe) -> tuple[Cell, ...]:
    worst, missing = probe.worst_total_usd, any(key.is_missing for key in probe.keys)
    keys = ", ".join(_key_words(key) for key in probe.keys) or "none"
    return (
        Cell(probe.model, strong=True),
        Cell(probe.kind),
        Cell(probe.role),
        Cell(f"{probe.samples:,}"),
        Cell("price not known", "watch")
        if worst is None
        else Cell(format_money(worst, rounding=ROUND_UP)),
        Cell(
            probe.origin,
            "watch" if probe.origin == "generic" and probe.kind != "embedding" else "neutral",
        ),
        Cell(keys, "watch" if missing else "neutral"),
    )


def _key_words(key: ProviderKey) -> str:
    if key.present:
        return key.name
    return f"{key.name} (not set)" if key.required else f"{key.name} (not set, may be left out)"


def _plan_summary(plan: ProbePlan, limit: Decimal | None) -> str:
    text = (
        f"{count_of(len(plan.probes), 'probe')} in {count_of(plan.calls, 'call')} cost "
        f"{format_money(plan.worst_usd, rounding=ROUND_UP)} at most"
    )
    text += (
        "; nothing is billed."
        if limit is None
        else f"; --max-usd allows {format_money(limit, rounding=ROUND_DOWN)}."
    )
    if plan.unpriced:
        text += f" What {count_of(len(plan.unpriced), 'probe')} cost is not known and not counted."
    if plan.missing_keys:
        text += f" Not set: {', '.join(key.name for key in plan.missing_keys)}."
    for left in plan.left_out:
        text += f" Left out: `{left.task_class}`, {left.why}."
    return text
