"""``govern export``: the allocation as a gateway's own configuration."""

from datetime import date
from pathlib import Path

from msgspec import Struct, structs

from multillm_gov.errors import SourceError, UsageError
from multillm_gov.finding import Severity
from multillm_gov.gateways.exported import Exported, differences
from multillm_gov.gateways.litellm.versions import TESTED, parse_release
from multillm_gov.gateways.wanted import PLAIN, Omission, Target
from multillm_gov.plugins import load_plugin
from multillm_gov.sources.git import Repository
from multillm_gov.sources.root import split_paths
from multillm_gov.words import count_of
from multillm_gov.workflows.gateways.routes import routes_of
from multillm_gov.workflows.states import assess_folder

FORMATS = "multillm_gov.gateways.formats"
_MOST_BYTES = 256 * 1024 * 1024


class GatewayExport(Struct, frozen=True, kw_only=True):
    """A gateway's configuration."""

    data: bytes
    omissions: tuple[Omission, ...]
    """Declared settings that the gateway cannot express."""
    task_classes: int
    errors: int
    """Active findings of severity error: the gateway would run what is judged wrong."""


def export(
    gateway: str, *, as_of: date, root: Path | None = None, target: Target = PLAIN
) -> GatewayExport:
    """Write the whole allocation in a gateway's own format.

    Args:
        gateway: The name of one, as the files of `gateways.formats` are called.
        as_of: Day to judge the portfolio by.
        root: The portfolio's root, if it is not to be searched for.
        target: Release of the gateway, and whether its models shall answer by themselves.

    Raises:
        UsageError: there is no such gateway, its format is the same for every release, or the
            release is none.
        SourceError: no portfolio; mistakes in its files, which would be routes left out in silence;
            or a model that the gateway could not call.
    """
    format_ = load_plugin(FORMATS, gateway, "gateway")
    if target != PLAIN:
        if not getattr(format_, "VERSIONED", False):
            raise UsageError(
                f"The format of `{gateway}` is the same for every release",
                "Leave out `--gateway-version` and `--mock`.",
            )
        parse_release(target.gateway_version or TESTED)
    top, _ = split_paths((), root)
    assessment = assess_folder(top, as_of=as_of)
    if assessment.state.flaws:
        raise SourceError(
            f"{count_of(len(assessment.state.flaws), 'mistake')} in the portfolio's files may hide "
            "task classes; nothing is exported",
            "Fix what `govern check` reports, then export again.",
        )
    routes = routes_of(assessment.state)
    routes = structs.replace(routes, target=target)
    exported: Exported = format_.render(routes, _commit_of(top))
    errors = sum(
        finding.active and finding.severity is Severity.ERROR for finding in assessment.findings
    )
    return GatewayExport(
        data=exported.data,
        omissions=exported.omissions,
        task_classes=len(assessment.state.figures.tasks),
        errors=errors,
    )


def why_stale(path: Path, data: bytes) -> str:
    """How a committed configuration differs from the export, as the rest of a sentence.

    Returns:
        Empty: it is what would be exported, but for the commit in its header.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            committed = stream.read(_MOST_BYTES)
    except FileNotFoundError:
        return "does not exist"
    except OSError as error:
        raise SourceError(
            f"`{path}` cannot be read: {error.strerror}", "Name the exported file: `--output FILE`."
        ) from error
    return differences(committed, data)


def _commit_of(root: Path) -> str:
    """The last commit that changed the portfolio; empty outside git and where it has changed."""
    try:
        repository = Repository.open(root)
        return "" if repository.is_dirty() else repository.last_change()
    except SourceError:
        return ""
