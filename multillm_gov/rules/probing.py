"""The newest probe of each model in a task class, and whether it is still current."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from multillm_gov.evidence.record import PlacedProbe, ProbeRecord
from multillm_gov.location import Place
from multillm_gov.measures.figures import FallbackFigures, LegFigures, TaskFigures
from multillm_gov.rules.digests import Digests
from multillm_gov.rules.engine.approvals import task_class_digest
from multillm_gov.rules.engine.rule import RuleContext, Use
from multillm_gov.words import code

Asset = Literal["prompt", "output_schema"]
ASSETS: tuple[Asset, ...] = ("prompt", "output_schema")


class StaleTrials(Struct, frozen=True, kw_only=True):
    """Trials of one task class that speak of another file than is in use."""

    task: TaskFigures
    asset: Asset
    path: str
    measured: str
    """Digest of what they were made with; of several, the newest's."""
    now: str
    models: tuple[str, ...]
    """Whose newest probe it is; empty: only the drill is stale."""
    is_drill: bool
    places: tuple[Place, ...]


def stale_trials(
    context: RuleContext, digests: Digests, *, fallbacks: bool
) -> Iterator[StaleTrials]:
    """By task class and asset; a trial that names no digest is not held stale."""
    if not context.state.probes and not context.state.drills:
        return
    seen: dict[str, list[tuple[str, str | None, str | None, Place]]] = {}
    for each in probed(context, fallbacks=fallbacks):
        for placed in each.newest:
            record = placed.probe
            pairs = seen.setdefault(each.task.task.name, [])
            pairs.append((each.part.model, record.prompt, record.output_schema, placed.place))
    for task in context.tasks:
        drills = context.state.drills.get(task.task.name, ())
        newest = next((drill for drill in drills if drill.drill.date <= context.as_of), None)
        trials = list(seen.get(task.task.name, ()))
        if newest is not None:
            trials.append(("", newest.drill.prompt, newest.drill.output_schema, newest.place))
        for number, asset in enumerate(ASSETS, start=1):
            yield from _stale(
                task, asset, [(trial[0], trial[number], trial[3]) for trial in trials], digests
            )


def _stale(
    task: TaskFigures, asset: Asset, trials: list[tuple[str, object, Place]], digests: Digests
) -> Iterator[StaleTrials]:
    path: str | None = getattr(task.task.declared, asset)
    now = digests.of(path)
    if path is None or not now:
        return
    stale = [
        (model, str(digest), place)
        for model, digest, place in trials
        if digest is not None and digest != now
    ]
    if stale:
        yield StaleTrials(
            task=task,
            asset=asset,
            path=path,
            measured=stale[0][1],
            now=now,
            models=tuple(dict.fromkeys(model for model, _, _ in stale if model)),
            is_drill=any(not model for model, _, _ in stale),
            places=tuple(dict.fromkeys(place for _, _, place in stale)),
        )


class Probed(Struct, frozen=True):
    """One place where a task class names a model, and its newest probes, one of each kind."""

    task: TaskFigures
    part: LegFigures | FallbackFigures
    newest: tuple[PlacedProbe, ...]
    """By kind, alphabetically; up to today."""

    def use(self) -> Use:
        """Where the task class names the model."""
        place = self.task.task.place
        if isinstance(self.part, LegFigures):
            return Use(self.task, self.part, place.at("route", self.part.index, "model"))
        return Use(self.task, self.part, place.at("fallbacks", self.part.index))

    def describe(self) -> str:
        """``fallback `x` of `triage```."""
        role = "model" if isinstance(self.part, LegFigures) else "fallback"
        return f"{role} {code(self.part.model)} of {code(self.task.task.name)}"


def probed(context: RuleContext, *, fallbacks: bool = True) -> Iterator[Probed]:
    """Every model of every task class once; one that is also a fallback counts as routed."""
    for task in context.tasks:
        parts: tuple[LegFigures | FallbackFigures, ...] = (
            *task.legs,
            *(task.fallbacks if fallbacks else ()),
        )
        seen = set[str]()
        for part in parts:
            if part.model not in seen:
                seen.add(part.model)
                yield Probed(task, part, _newest(context, task.task.name, part.model))


def _newest(context: RuleContext, task: str, model: str) -> tuple[PlacedProbe, ...]:
    by_kind: dict[str, PlacedProbe] = {}
    for placed in context.state.probes.get((task, model), ()):
        if placed.probe.date <= context.as_of:
            by_kind.setdefault(placed.probe.kind, placed)
    return tuple(by_kind[kind] for kind in sorted(by_kind))


def is_of_now(context: RuleContext, task: TaskFigures, probe: ProbeRecord) -> bool:
    """Whether a probe was made of what is declared now, prompt and schema included."""
    memo: dict[str, str] = context.memo.setdefault("digests of task classes", {})
    name = task.task.name
    if name not in memo:
        memo[name] = task_class_digest(task.task)
    files: Digests = context.memo.setdefault("digests of files", Digests(context.state.files))
    declared = task.task.declared
    pairs = (
        (probe.task, memo[name]),
        (probe.prompt, files.of(declared.prompt)),
        (probe.output_schema, files.of(declared.output_schema)),
    )
    return all(text is None or text == other for text, other in pairs)
