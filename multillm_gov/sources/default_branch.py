"""Which branch changes are proposed against, where nobody names a base."""

from multillm_gov.errors import RevisionError
from multillm_gov.sources.git_command import GitCommand
from multillm_gov.sources.unknown_revision import explain_unknown

_USUAL = ("main", "master", "trunk", "develop")
_RENAMED = ("main", "master")
"""Between these two, default branches are renamed; other pairs may both be in use."""


def find_default_branch(git: GitCommand, declared: str | None) -> str:
    """The full name of the default branch, such as ``refs/remotes/origin/main``.

    As ``govern.yaml`` declares it, on the remote or else here. Otherwise as the remote's HEAD was
    recorded when it was cloned, with two exceptions: a clone of a single branch records that
    branch, which says nothing; and where ``main`` contains a recorded ``master`` and is ahead of it
    (or the other way round), the record is stale, since the branch was renamed. Otherwise the first
    branch of a usual name, on the remote or else here.

    Raises:
        RevisionError: none exists, or the declared one does not.
    """
    remote = _remote(git)
    theirs, ours = f"refs/remotes/{remote}", "refs/heads"
    if declared:
        name = _first(git, [f"{theirs}/{declared}", f"{ours}/{declared}"])
        if not name:
            raise explain_unknown(git, f"{remote}/{declared}")
        return name
    recorded = _recorded_head(git, remote)
    if recorded:
        return _renamed(git, theirs, recorded) or recorded
    text = _first(git, [f"{theirs}/{name}" for name in _USUAL])
    if text:
        return text
    single = _single_branch(git, remote)
    if single and git.run("rev-parse", "--is-shallow-repository").strip() != b"true":
        raise RevisionError(
            f"This clone has only the branch `{single}`, so its default branch is not known",
            f"`git fetch {remote} main:refs/remotes/{remote}/main` brings it; or name a base, or "
            "set `default_branch` in govern.yaml.",
        )
    text = "" if single else _first(git, [f"{ours}/{name}" for name in _USUAL])
    if not text:
        raise explain_unknown(
            git, f"{remote}/main", "Neither the remote nor this clone has a branch main or master"
        )
    return text


def _remote(git: GitCommand) -> str:
    """``origin``, or the only remote there is."""
    names = git.run("remote").decode("utf-8", "replace").split()
    return names[0] if len(names) == 1 else "origin"


def _first(git: GitCommand, names: list[str]) -> str:
    """The first of full names that exists; empty where none does."""
    return next((name for name in names if _commit(git, name)), "")


def _commit(git: GitCommand, name: str) -> bytes:
    arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return git.attempt(*arguments)[1]


def _recorded_head(git: GitCommand, remote: str) -> str:
    """The remote's default branch as recorded at cloning; empty where that says nothing."""
    code, output, _ = git.attempt("symbolic-ref", "--quiet", f"refs/remotes/{remote}/HEAD")
    name = output.decode("utf-8", "replace").strip()
    if code or not _commit(git, name):
        return ""
    only = _single_branch(git, remote)
    return "" if only and only not in _RENAMED and name.endswith(f"/{only}") else name


def _single_branch(git: GitCommand, remote: str) -> str:
    """The only branch that a clone fetches; empty where it fetches several."""
    code, output, _ = git.attempt("config", "--get-all", f"remote.{remote}.fetch")
    refspecs = output.decode("utf-8", "replace").split() if code == 0 else []
    if len(refspecs) != 1 or "*" in refspecs[0]:
        return ""
    return refspecs[0].lstrip("+").partition(":")[0].removeprefix("refs/heads/")


def _renamed(git: GitCommand, folder: str, recorded: str) -> str:
    """The branch that a recorded ``main`` or ``master`` was renamed to; empty where it was not."""
    if recorded.removeprefix(f"{folder}/") not in _RENAMED:
        return ""
    for name in (f"{folder}/{usual}" for usual in _RENAMED):
        differs = name != recorded and _commit(git, name) not in {b"", _commit(git, recorded)}
        if differs and git.attempt("merge-base", "--is-ancestor", recorded, name)[0] == 0:
            return name
    return ""
