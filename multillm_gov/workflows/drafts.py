"""Why a report is no final paper: what is not committed, and what is not merged."""

from pathlib import Path

from multillm_gov.errors import RevisionError, SourceError
from multillm_gov.languages.language import Language, find_language
from multillm_gov.sources.git import Repository


def draft_reasons(
    top: Path, revision: str, default_branch: str | None, language: Language | None = None
) -> tuple[str, ...]:
    """Why a report on a revision (``+`` last: and what is not committed) is no final paper."""
    language = language or find_language("en")
    if not revision:
        return (language.say("draft.unversioned"),)
    uncommitted = (language.say("draft.uncommitted"),) if revision.endswith("+") else ()
    return uncommitted + _unmerged(top, revision.removesuffix("+"), default_branch, language)


def _unmerged(
    top: Path, commit: str, default_branch: str | None, language: Language
) -> tuple[str, ...]:
    """The clause that a commit is not on the default branch; empty: it is."""
    try:
        repository = Repository.open(top)
        branch = repository.default_branch(default_branch)
        is_merged = repository.common_commit(branch, commit) == commit
    except (RevisionError, SourceError):
        return (language.say("draft.no-branch"),)
    return () if is_merged else (unmerged_clause(branch, language),)


def unmerged_clause(branch: str, language: Language) -> str:
    """``contains changes that are not merged into main``."""
    name = branch.removeprefix("refs/heads/").removeprefix("refs/remotes/")
    return language.say("draft.unmerged", branch=name)
