"""Running git through GitPython, hardened: no network, hook, pager or helper of the checkout's."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
_INHERITED = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX"),
    *("GIT_IMPLICIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
    *("GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_NAMESPACE", "GIT_INTERNAL_SUPER_PREFIX"),
)
"""Variables by which git tells its hooks which repository they run in (`git rev-parse
--local-env-vars`). With `GIT_DIR` alone git takes the current folder for the top of the tree."""
_environment_lock = threading.Lock()


class GitCommand:
    """Git in one folder. GitPython costs 75 ms to import, so it waits for the first call.

    The folder alone decides which repository it is: what a hook's environment says about another
    place is left out, unless no repository is found without it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._left_out = _INHERITED if _has_repository(folder) else ()

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """The output of one git command.

        Raises:
            SourceError: git failed or is not installed.
        """
        code, output, complaint = self.attempt(*arguments, stdin=stdin)
        if code:
            raise explain(self.folder, complaint)
        return output

    def attempt(self, *arguments: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
        """Exit code, output and error text of one git command.

        Raises:
            SourceError: git is not installed.
        """
        os.environ.setdefault(
            "GIT_PYTHON_REFRESH", "quiet"
        )  # else the import itself fails where git is missing
        import git

        try:
            with _without(self._left_out), _piped(stdin) as source:
                result = git.Git(str(self.folder)).execute(
                    [git.Git.GIT_PYTHON_GIT_EXECUTABLE or "git", *_OPTIONS, *arguments],
                    istream=source,
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


def _has_repository(folder: Path) -> bool:
    """Whether `.git` stands at or above a folder, as git itself would find it."""
    here = Path(os.path.realpath(folder))
    return any(os.path.lexists(place / ".git") for place in (here, *here.parents))


@contextmanager
def _piped(data: bytes) -> Iterator[BinaryIO | None]:
    """A file to read ``data`` from, without a temporary file: there may be no place for one."""
    if not data:
        yield None
        return
    reading, writing = os.pipe()
    feeder = threading.Thread(target=_feed, args=(writing, data), daemon=True)
    feeder.start()
    with os.fdopen(reading, "rb") as source:
        yield source
    feeder.join()


def _feed(descriptor: int, data: bytes) -> None:
    with suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as sink:
        sink.write(data)


@contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    """Leave variables out of the environment that a process inherits; GitPython can only add."""
    with _environment_lock:
        texts_by_name = {name: os.environ.pop(name) for name in names if name in os.environ}
        try:
            yield
        finally:
            os.environ.update(texts_by_name)


def explain(folder: Path, complaint: str) -> SourceError:
    """What git's complaint means for the user, with the command that fixes it."""
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
