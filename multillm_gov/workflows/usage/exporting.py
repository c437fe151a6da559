"""``govern usage export``: usage for other tools, and the alerts that go with it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from msgspec import Struct

from multillm_gov import exits
from multillm_gov.documents.document import locate
from multillm_gov.errors import UsageError
from multillm_gov.measures.consumption.alerts import Consumed, OwnedOutlook, Scope, alerts
from multillm_gov.measures.consumption.outlook import Outlook
from multillm_gov.plugins import load_plugin, plugin_names
from multillm_gov.reporting.usage.actions import Status
from multillm_gov.sources.output import write_bytes, write_stdout
from multillm_gov.usage.attribution import NOT_ATTRIBUTED
from multillm_gov.workflows.usage.portfolio import UsagePortfolio, open_usage
from multillm_gov.workflows.usage.status import month_status

_FORMATS = "multillm_gov.rendering.consumption"


class ExportOptions(Struct, frozen=True, kw_only=True):
    """What is exported."""

    format: str
    first: date | None = None
    """Default: the first day of the month of the last imported day."""
    last: date | None = None
    notify: bool = False
    """Whether an alert of severity error makes the exit code 1."""


def export_formats() -> tuple[str, ...]:
    """Names of all formats."""
    return plugin_names(_FORMATS)


def export_usage(
    options: ExportOptions, *, as_of: date, root: Path | None = None, output: Path | None = None
) -> int:
    """Write usage in a format to a file or stdout; returns the exit code.

    Raises:
        SourceError: no rows are imported up to the day.
        UsageError: no such format, or days the wrong way round.
        OutputError: it cannot be written.
    """
    render: Callable[[Consumed], bytes] = load_plugin(_FORMATS, options.format, "format").render
    opened = open_usage(root)
    status, counted = month_status(opened, as_of)
    first = options.first or status.through.replace(day=1)
    last = options.last or status.through
    if first > last:
        raise UsageError(f"{first} is after {last}", "Swap --first and --last.")
    consumed = Consumed(
        aggregates=tuple(each for each in counted.counted if first <= each.day <= last),
        first=first,
        last=last,
        through=status.through,
        currency=opened.portfolio.settings.currency,
        standings=_standings(status, opened),
        owners={task.name: task.owner for task in opened.portfolio.task_classes if task.owner},
        obligations=status.obligations,
    )
    data = render(consumed)
    if output is None:
        write_stdout(data)
    else:
        write_bytes(output, data)
    firing = any(alert.severity == "error" for alert in alerts(consumed))
    return exits.FINDINGS if options.notify and firing else exits.CLEAN


def _standings(status: Status, opened: UsagePortfolio) -> tuple[OwnedOutlook, ...]:
    tasks = {task.name: task for task in opened.portfolio.task_classes}

    def of_task(known: Outlook) -> OwnedOutlook:
        task = tasks.get(known.subject)
        if task is None or known.subject == NOT_ATTRIBUTED:
            return OwnedOutlook(scope="task_class", outlook=known)
        written = task.place.at("spend_cap", "monthly") if known.cap is not None else task.place
        return OwnedOutlook(scope="task_class", outlook=known, owner=task.owner,
                        place=str(locate(written, opened.documents)))  # fmt: skip

    rest: list[tuple[Scope, Outlook, str | None]] = [("portfolio", status.total, None)]
    rest += [("owner", known, known.subject) for known in status.owners]
    rest += [("provider", known, None) for known in status.providers]
    return (
        *(OwnedOutlook(scope=scope, outlook=known, owner=owner) for scope, known, owner in rest),
        *(of_task(known) for known in status.task_classes),
    )
