"""A portfolio's states: the working tree and git revisions, assessed alike."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from multillm_gov.documents.document import SourceFile
from multillm_gov.errors import RevisionError, SourceError, UsageError
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.sources.folder_blame import blame_folder
from multillm_gov.sources.git import Repository
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import split_paths
from multillm_gov.sources.sparse import read_working_tree
from multillm_gov.state.loading import load_state
from multillm_gov.state.state import State


def assess_folder(
    root: Path, *, as_of: date, known: State | None = None, revision: str = ""
) -> Assessment:
    """Assess what lies on the disk below a portfolio's root."""
    files, flaws = read_working_tree(root)
    blame = blame_folder(root)
    return assess(
        load_state(
            files, flaws, as_of=as_of, price_map=read_price_map, known=known, revision=revision
        ),
        blame=blame,
    )


def assess_revision(
    repository: Repository,
    revision: str,
    *,
    as_of: date,
    files_now: Iterable[SourceFile] | None = None,
    known: State | None = None,
    base: State | None = None,
) -> Assessment:
    """Assess the portfolio as a revision holds it, wherever it stood there (`REVISION:FOLDER`).

    A revision without this portfolio gives a state without files. ``files_now`` are those by which
    a folder that moved since is recognized (default: those on the disk); ``known`` is another
    state, not read or measured twice; ``base`` the one that rules about changes compare with.

    Raises:
        RevisionError: the revision is unknown, or which of its portfolios is this one.
    """
    name, named_folder = repository.split_revision(revision)
    commit = repository.resolve(name)
    present = read_working_tree(repository.root)[0] if files_now is None else files_now
    folder = named_folder if named_folder is not None else repository.portfolio_at(commit, present)
    files, flaws = repository.read_revision(commit, folder) if folder is not None else ((), ())
    blame = repository.blame(commit, folder)
    return assess(
        load_state(
            files, flaws, as_of=as_of, price_map=read_price_map, known=known, revision=commit
        ),
        base=base,
        blame=blame,
    )


def working_revision(root: Path) -> str:
    """The commit checked out, ``+`` after it where governed files differ; empty outside git."""
    try:
        repository = Repository.open(root)
        return repository.head_commit() + ("+" if repository.is_dirty() else "")
    except SourceError:
        return ""


def assessment_at(root: Path, revision: str | None, *, as_of: date) -> Assessment:
    """The working tree or a revision, for commands that report no findings."""
    if revision is None:
        return assess_folder(root, as_of=as_of, revision=working_revision(root))
    return assess_revision(Repository.open(root), revision, as_of=as_of)


def state_at(root: Path, revision: str | None, *, as_of: date) -> State:
    """The state that `assessment_at` judges; raises what it does."""
    return assessment_at(root, revision, as_of=as_of).state


def day_of(root: Path | None, revision: str) -> date:
    """The day a revision was committed, in UTC: what its dates were judged against then.

    Raises:
        SourceError: no portfolio, or no git repository.
        RevisionError: the revision is unknown, or its day is outside the calendar.
    """
    top, _ = split_paths((), root)
    repository = Repository.open(top)
    commit = repository.resolve(repository.split_revision(revision)[0])
    try:
        return repository.commit_day(commit)
    except (ValueError, OverflowError, OSError) as error:
        raise RevisionError(
            f"The commit of `{revision}` has no day of the calendar", "Name one with `--as-of`."
        ) from error


def require_order(repository: Repository, base: str, head: str = "") -> None:
    """Refuse a later side that came before the earlier one: every change would read backwards.

    Args:
        repository: Where.
        base: The earlier side.
        head: The later one; empty: the working tree, by the commit checked out.

    Raises:
        UsageError: the head is an ancestor of the base.
        RevisionError: one is unknown.
    """
    earlier, later = (
        repository.resolve(repository.split_revision(side)[0]) for side in (base, head or "HEAD")
    )
    if earlier == later or not repository.is_ancestor(later, earlier):
        return
    if head:
        raise UsageError(
            f"`{head}` came before `{base}`", f"Name the older side as the base: `{head}..{base}`."
        )
    raise UsageError(
        f"The commit checked out came before `{base}`, so every change would read backwards",
        f"Update this checkout to `{base}`, or compare with `HEAD`.",
    )
