"""``govern export``: the allocation as a gateway's own configuration."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from msgspec import Struct

from multillm_gov.catalog.endpoints import endpoints_of
from multillm_gov.errors import SourceError
from multillm_gov.finding import Severity
from multillm_gov.gateways.routing import Routing, routing
from multillm_gov.plugins import load_plugin
from multillm_gov.sources.root import split_paths
from multillm_gov.words import count_of
from multillm_gov.workflows.states import assess_folder

_FORMATS = "multillm_gov.gateways.formats"


class Exported(Struct, frozen=True, kw_only=True):
    """A gateway's configuration."""

    data: bytes
    task_classes: int
    errors: int
    """Active findings of severity error: the gateway would run what is judged wrong."""


def export(gateway: str, *, as_of: date, root: Path | None = None) -> Exported:
    """Write the whole allocation in a gateway's own format.

    Args:
        gateway: The name of one, as the files of `gateways.formats` are called.
        as_of: Day to judge the portfolio by.
        root: The portfolio's root, if it is not to be searched for.

    Raises:
        UsageError: there is no such gateway.
        SourceError: no portfolio, or mistakes in its files, which would be routes left out in
            silence.
    """
    render: Callable[[Routing], bytes] = load_plugin(_FORMATS, gateway, "gateway").render
    top, _ = split_paths((), root)
    state = assess_folder(top, as_of=as_of)
    if state.flaws:
        raise SourceError(
            f"{count_of(len(state.flaws), 'mistake')} in the portfolio's files may hide task "
            "classes; nothing is exported",
            "Fix what `govern check` reports, then export again.",
        )
    data = render(routing(state.figures.tasks, endpoints_of(state.overrides)))
    errors = sum(one.active and one.severity is Severity.ERROR for one in state.findings)
    return Exported(data=data, task_classes=len(state.figures.tasks), errors=errors)
