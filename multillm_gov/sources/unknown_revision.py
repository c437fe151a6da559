"""Why a revision is not known, and which command makes it known."""

from multillm_gov.errors import RevisionError
from multillm_gov.sources.git_command import GitCommand

_MOST_NAMES = 2000


def explain_unknown(git: GitCommand, revision: str, message: str = "") -> RevisionError:
    """The error for a revision that git does not resolve: unborn, not fetched or misspelled.

    Args:
        git: Git in the repository.
        revision: As requested.
        message: What is wrong, where it is not the revision's own name.
    """
    if git.attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}")[0]:
        return RevisionError(
            "The repository has no commit yet",
            "`git add . && git commit` first; `govern check` works without.",
        )
    names = _names(git)
    text = message or f"Revision `{revision}` is unknown"
    if git.run("rev-parse", "--is-shallow-repository").strip() == b"true":
        return RevisionError(f"{text}: this clone is shallow", _fetch(revision, names))
    from difflib import get_close_matches

    near = get_close_matches(revision, names, n=3, cutoff=0.6)
    if message:
        return RevisionError(
            text, "Name the base, such as `HEAD~1`, or set `default_branch` in govern.yaml."
        )
    if near:
        return RevisionError(text, f"Did you mean {' or '.join(f'`{name}`' for name in near)}?")
    return RevisionError(
        text,
        "`git branch --all` and `git tag` list what this clone has; `git fetch` may bring more.",
    )


def _names(git: GitCommand) -> list[str]:
    """Branches and tags, as one would type them."""
    kinds = ("refs/heads", "refs/tags", "refs/remotes")
    listing = git.run("for-each-ref", f"--count={_MOST_NAMES}", "--format=%(refname:short)", *kinds)
    return listing.decode("utf-8", "replace").splitlines()


def _fetch(revision: str, names: list[str]) -> str:
    """The command that completes a shallow clone."""
    remote, _, branch = revision.partition("/")
    if remote == "origin" and branch and branch != "HEAD" and revision not in names:
        command = f"git fetch --unshallow origin +refs/heads/{branch}:refs/remotes/origin/{branch}"
    else:
        command = "git fetch --unshallow"
    return f"`{command}`; in GitHub Actions, `fetch-depth: 0` at actions/checkout."
