"""A portfolio's states: the working tree and git revisions, assessed alike."""

from datetime import date
from pathlib import Path

from multillm_gov.errors import SourceError
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.sources.disk import read_folder
from multillm_gov.sources.folder_blame import blame_folder
from multillm_gov.sources.git import Repository
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.state.loading import load_state
from multillm_gov.state.state import State


def assess_folder(
    root: Path, *, as_of: date, known: Assessment | None = None, revision: str = ""
) -> Assessment:
    """Assess what lies on the disk below a portfolio's root."""
    files, flaws = read_folder(root)
    blame = blame_folder(root)
    return assess(
        load_state(
            files, flaws, as_of=as_of, price_map=read_price_map, known=known, revision=revision
        ),
        blame=blame,
    )


def assess_revision(
    repository: Repository,
    commit: str,
    *,
    as_of: date,
    known: Assessment | None = None,
    base: State | None = None,
) -> Assessment:
    """Assess the portfolio as a commit holds it.

    ``known`` is another state, not read or measured twice; ``base`` the one that rules about
    changes compare with.
    """
    files, flaws = repository.read_revision(commit)
    blame = repository.blame(commit)
    return assess(
        load_state(
            files, flaws, as_of=as_of, price_map=read_price_map, known=known, revision=commit
        ),
        base=base,
        blame=blame,
    )


def working_revision(root: Path) -> str:
    """The commit checked out, with ``+`` where governed files differ from it; empty outside git or before a commit."""
    try:
        repository = Repository.open(root)
        return repository.head_commit() + ("+" if repository.is_dirty() else "")
    except SourceError:
        return ""
