"""Running git through GitPython, hardened: no network, no hook, no pager, no helper that a checkout could name."""

import os
from pathlib import Path
from typing import BinaryIO

from multillm_gov.errors import SourceError

_OPTIONS = (
    *("--no-pager", "--no-replace-objects", "--literal-pathspecs"),
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}"),
    *("-c", "protocol.allow=never", "-c", "safe.bareRepository=explicit"),
)
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


class GitCommand:
    """Git in one folder. GitPython costs 75 ms to import, so it waits for the first call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, stdin: BinaryIO | None = None) -> bytes:
        """The output of one git command.

        Raises:
            SourceError: git failed or is not installed.
        """
        code, output, complaint = self.attempt(*arguments, stdin=stdin)
        if code:
            raise explain(self.folder, complaint)
        return output

    def attempt(self, *arguments: str, stdin: BinaryIO | None = None) -> tuple[int, bytes, str]:
        """Exit code, output and error text of one git command.

        Raises:
            SourceError: git is not installed.
        """
        os.environ.setdefault(
            "GIT_PYTHON_REFRESH", "quiet"
        )  # else the import itself fails where git is missing
        import git

        try:
            result = git.Git(str(self.folder)).execute(
                [git.Git.GIT_PYTHON_GIT_EXECUTABLE or "git", *_OPTIONS, *arguments],
                istream=stdin,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env=_ENVIRONMENT,
            )
        except git.GitCommandNotFound as error:
            raise SourceError(
                "git is not installed",
                "Install git to compare revisions; `govern check` works without it.",
            ) from error
        return result


def explain(folder: Path, complaint: str) -> SourceError:
    """What git's complaint means for the user, with the command that mends it."""
    if "dubious ownership" in complaint:
        return SourceError(
            f"git refuses `{folder}`: another user owns it",
            f"If you trust it: `git config --global --add safe.directory '{folder}'`.",
        )
    if (
        "not a git repository" in complaint
        or "must be run in a work tree" in complaint
        or "bareRepository" in complaint
    ):
        return SourceError(
            f"`{folder}` is not in a git working tree",
            "`govern check` needs no git; to compare revisions, run `git init` and commit the "
            "portfolio.",
        )
    if "missing blob" in complaint or "promisor" in complaint or "could not fetch" in complaint:
        return SourceError(
            "This partial clone lacks files of that revision, and govern never fetches",
            "`git fetch --refetch --no-filter` completes the clone.",
        )
    return SourceError(
        f"git could not read `{folder}`: {complaint.strip().partition(chr(10))[0]}",
        "Try `git fsck`.",
    )
