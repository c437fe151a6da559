"""Planning probes of a portfolio: facts of each model, earlier probes, and keys."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from multillm_gov.documents.layout import kind_of
from multillm_gov.errors import SourceError, UnableError, UsageError
from multillm_gov.evaluation.calls import CALL_MODES
from multillm_gov.evaluation.probes.plan import EarlierProbes, ProbePlan, ProbeSettings, plan_probes
from multillm_gov.evaluation.probes.probe import ProviderKey
from multillm_gov.evaluation.probes.references import ReferenceVectors, digest_of
from multillm_gov.evidence.record import ProbeKind, ProbeRecord
from multillm_gov.risk.limits.judging import left_out
from multillm_gov.sources.evidence_store import read_reference
from multillm_gov.state.state import State
from multillm_gov.workflows.evaluation.inputs import inputs_of

MOST_PROBES = 50_000
"""Of one run, so that a stranger's portfolio cannot fill the memory before anything is refused."""
_SHOWN = 3


def plan_all_probes(
    root: Path,
    state: State,
    settings: ProbeSettings,
    keys_of: Callable[[str], tuple[ProviderKey, ...]],
) -> ProbePlan:
    """Every probe that the call asks for, ready to be sent.

    Args:
        root: The portfolio's root, where reference vectors are kept.
        state: The portfolio.
        settings: What the call asks for.
        keys_of: The keys that calls to a model need.

    Raises:
        UsageError: a task class or model that the portfolio does not have.
        UnableError: there are more probes than one run holds.
        SourceError: a prompt cannot be filled in.
        OutputError: a reference is reached through a link.
    """
    tasks = state.figures.tasks
    check_names("task class", settings.tasks, {figures.task.name for figures in tasks})
    check_names(
        "model", settings.models, {name for figures in tasks for name in figures.task.models}
    )
    chosen = [
        figures for figures in tasks if not settings.tasks or figures.task.name in settings.tasks
    ]
    most = sum(len(figures.task.models) for figures in chosen) * len(settings.kinds)
    if most > MOST_PROBES and not settings.models:
        raise UnableError(
            f"There may be {most:,} probes; one run holds {MOST_PROBES:,}",
            "Run it in parts: name task classes, or models with --model.",
        )
    inputs = {
        figures.task.name: inputs_of(figures.task, state)
        for figures in chosen
        if figures.task.declared.mode in CALL_MODES
    }
    known = EarlierProbes(last=_last_of(state), reference=_reference_of(root))
    return plan_probes(chosen, inputs, settings, keys_of, known)


def refuse_incomplete(state: State, kinds: frozenset[str], run: str) -> None:
    """Refuse a run of everything that would leave out what an unreadable file declares.

    Raises:
        SourceError: a file of one of these kinds cannot be read as written.
    """
    paths = [path for path in left_out(state) if kind_of(path) in kinds]
    if paths:
        rest = f" and {len(paths) - 1:,} more" if len(paths) > 1 else ""
        raise SourceError(
            f"`{paths[0]}`{rest} cannot be read, so the {run} would be incomplete",
            "Fix what `govern check` reports there, or name task classes.",
        )


def check_names(what: str, requested: frozenset[str], known: set[str]) -> None:
    """Refuse names that the portfolio does not have.

    Raises:
        UsageError: one of those requested is not known; near ones are suggested.
    """
    unknown = sorted(requested - known)
    if unknown:
        from difflib import get_close_matches

        near = (
            get_close_matches(unknown[0], sorted(known), n=3, cutoff=0.5) or sorted(known)[:_SHOWN]
        )
        meant = (
            f"Did you mean {' or '.join(f'`{name}`' for name in near)}?"
            if near
            else "Declare it first."
        )
        raise UsageError(f"The portfolio has no {what} `{unknown[0]}`", meant)


def _last_of(state: State) -> Callable[[str, str, ProbeKind], ProbeRecord | None]:
    def last(task: str, model: str, kind: ProbeKind) -> ProbeRecord | None:
        placed = state.probes.get((task, model), ())
        return next((each.probe for each in placed if each.probe.kind == kind), None)

    return last


def _reference_of(root: Path) -> Callable[[str, str, tuple[str, ...]], ReferenceVectors | None]:
    def reference(task: str, model: str, inputs: tuple[str, ...]) -> ReferenceVectors | None:
        """The stored one, if it is of the same inputs: vectors of other texts say nothing."""
        data = read_reference(root, task, model)
        if data is None:
            return None
        try:
            vectors = msgspec.json.decode(data, type=ReferenceVectors)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        same = (vectors.task_class, vectors.model, vectors.inputs) == (
            task,
            model,
            tuple(map(digest_of, inputs)),
        )
        return vectors if same and len(vectors.vectors) == len(inputs) else None

    return reference
