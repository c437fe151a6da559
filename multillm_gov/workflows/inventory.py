"""``govern inventory``: the services in use and their suppliers, for other systems."""

from datetime import date
from pathlib import Path

from msgspec.structs import replace

from multillm_gov.inventory import Inventory
from multillm_gov.reporting.inventory import take_inventory
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.workflows.drafts import draft_reasons
from multillm_gov.workflows.states import state_at


def inventory(*, as_of: date, root: Path | None = None, revision: str | None = None) -> Inventory:
    """The inventory of the working tree or of a revision.

    Raises:
        SourceError: no portfolio, or no repository where a revision is named.
        RevisionError: the revision is unknown.
        CatalogError: the lock or the price map cannot be read.
    """
    top, _ = split_paths((), root)
    state = state_at(top, revision, as_of=as_of)
    draft = draft_reasons(top, state.revision, state.portfolio.settings.default_branch)
    return replace(take_inventory(state), path_prefix=path_prefix(top), draft=draft)
