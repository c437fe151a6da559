"""Probes and drills that were made with another prompt or output schema than is in use."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from multillm_gov.location import Place
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.rules.digests import Digests
from multillm_gov.rules.engine.rule import RuleContext
from multillm_gov.rules.probing import probed

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
    for one in probed(context, fallbacks=fallbacks):
        for placed in one.newest:
            record = placed.probe
            found = seen.setdefault(one.task.task.name, [])
            found.append((one.part.model, record.prompt, record.output_schema, placed.place))
    for task in context.tasks:
        drills = context.state.drills.get(task.task.name, ())
        newest = next((each for each in drills if each.drill.date <= context.as_of), None)
        trials = list(seen.get(task.task.name, ()))
        if newest is not None:
            trials.append(("", newest.drill.prompt, newest.drill.output_schema, newest.place))
        for number, asset in enumerate(ASSETS, start=1):
            yield from _stale(
                task, asset, [(one[0], one[number], one[3]) for one in trials], digests
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
