"""Task classes added, removed, renamed, and everything that changed within one."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from multillm_gov.changes.change import Change, ChangeKind, Direction
from multillm_gov.changes.compared_field import compare_traits, short_digest
from multillm_gov.changes.routing import compare_demand, compare_fallbacks, compare_routes
from multillm_gov.changes.safeguards import SAFEGUARDS
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.prompt import Prompt, Prompts
from multillm_gov.units import format_money


def compare_prompts(
    tasks: Iterable[tuple[TaskClass, TaskClass]], before: Prompts, after: Prompts
) -> Iterator[Change]:
    """One change per task class whose prompt file, of the same name, has other bytes."""
    for old, new in tasks:
        path = new.declared.prompt
        if path is None or old.declared.prompt != path:
            continue
        was, now = before.get(path), after.get(path)
        if was is not None and now is not None and was.digest != now.digest:
            yield Change(
                kind=ChangeKind.PROMPT_TEXT,
                subject=new.name,
                label="text of the prompt",
                aspect="prompt",
                before=_format(was),
                after=_format(now),
                before_figure=was.digest,
                after_figure=now.digest,
                place_before=old.place.at("prompt"),
                place_after=new.place.at("prompt"),
                note="what was measured with the former text is stale",
            )


def _format(prompt: Prompt) -> str:
    version = f"version {prompt.header.version}, " if prompt.header.version is not None else ""
    return f"{version}{short_digest(prompt.digest)}"


def compare_task_class(
    before: TaskFigures, after: TaskFigures, currencies: tuple[str, str]
) -> Iterator[Change]:
    """What differs between two versions of one task class. Where it is written is no part of it."""
    if before.task.name != after.task.name:
        yield Change(
            kind=ChangeKind.TASK_CLASS_RENAMED,
            subject=after.task.name,
            label="name",
            before=before.task.name,
            after=after.task.name,
            place_before=before.task.place.key(),
            place_after=after.task.place.key(),
        )
    yield from _forecast(before, after, currencies)
    if same_content(before.task, after.task):
        return
    yield from compare_routes(before.task, after.task)
    yield from compare_fallbacks(before, after)
    yield from compare_demand(before.task, after.task)
    for change in compare_traits(SAFEGUARDS, before.task, after.task, currencies):
        yield _with_forecast(change, after, currencies[1])


def _with_forecast(change: Change, after: TaskFigures, currency: str) -> Change:
    """A monthly cap means little without the forecast beside it."""
    if change.aspect != "spend_cap.monthly" or after.spend_per_month is None:
        return change
    return replace(change, note=f"the forecast is {format_money(after.spend_per_month, currency)}")


def same_content(before: TaskClass, after: TaskClass) -> bool:
    """Whether two task classes declare the same."""
    return before.owner == after.owner and before.declared == after.declared


def task_class_added(figures: TaskFigures, currency: str) -> Change:
    """A task class that did not exist before."""
    return Change(
        kind=ChangeKind.TASK_CLASS_ADDED,
        subject=figures.task.name,
        label="task class",
        after=_describe(figures, currency),
        after_figure=figures.spend_per_month,
        place_after=figures.task.place.key(),
    )


def task_class_removed(figures: TaskFigures, currency: str) -> Change:
    """A task class that exists no more."""
    return Change(
        kind=ChangeKind.TASK_CLASS_REMOVED,
        subject=figures.task.name,
        label="task class",
        before=_describe(figures, currency),
        before_figure=figures.spend_per_month,
        place_before=figures.task.place.key(),
    )


def _describe(figures: TaskFigures, currency: str) -> str:
    """Models and value at stake: what a reviewer asks first of a new task class."""
    value = figures.value_at_stake_per_month
    stake = f", {format_money(value, currency)} a month at stake" if value else ""
    reserve = len(figures.fallbacks)
    fallbacks = "no fallback" if not reserve else f"{reserve} fallback{'s' if reserve > 1 else ''}"
    return f"{', '.join(dict.fromkeys(entry.model for entry in figures.legs))}; {fallbacks}{stake}"


def _forecast(
    before: TaskFigures, after: TaskFigures, currencies: tuple[str, str]
) -> Iterator[Change]:
    """A forecast that can no longer be made: a cap that cannot be judged is no cap."""
    old, new = before.spend_per_month, after.spend_per_month
    if (old is None) == (new is None):
        return
    yield Change(
        kind=ChangeKind.FORECAST,
        subject=after.task.name,
        label="spend forecast",
        direction=Direction.LOOSENED if new is None else Direction.TIGHTENED,
        before=format_money(old, currencies[0]) if old is not None else "not known",
        after=format_money(new, currencies[1]) if new is not None else "not known",
        before_figure=old,
        after_figure=new,
        place_before=before.task.place.key(),
        place_after=after.task.place.key(),
        note="a price or the demand is not known: the portfolio's total leaves it out",
    )
