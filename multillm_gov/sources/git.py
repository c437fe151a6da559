"""A git repository as a source of revisions; the working tree is read from the disk instead."""

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import FOLDERS, SETTINGS, kind_of
from multillm_gov.errors import RevisionError
from multillm_gov.finding import Flaw
from multillm_gov.sources.git_blame import Blame
from multillm_gov.sources.git_command import GitCommand
from multillm_gov.sources.git_tree import Blobs, read_entries
from multillm_gov.sources.unknown_revision import explain_unknown

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LONGEST_REVISION = 1000


class Repository:
    """The repository around a portfolio's root. It never writes and never reaches a network.

    Attributes:
        top: Top folder of the working tree.
        prefix: The portfolio's root below it, with ``/``; empty where both are one.
    """

    def __init__(self, top: Path, prefix: str) -> None:
        self.top = top
        self.prefix = prefix
        self._git = GitCommand(top)
        self._blobs = Blobs(self._git)

    @classmethod
    def open(cls, root: Path) -> Self:
        """Find the repository that a portfolio's root lies in.

        Raises:
            SourceError: no git, no repository, a bare one, or one that another user owns.
        """
        root = Path(os.path.realpath(root))
        top = GitCommand(root).run("rev-parse", "--show-toplevel").removesuffix(b"\n")
        place = Path(os.path.realpath(os.fsdecode(top)))
        prefix = root.relative_to(place).as_posix()
        return cls(place, "" if prefix == "." else prefix)

    def resolve(self, revision: str) -> str:
        """The full id of the commit that a revision names: a branch, a tag, an id, ``HEAD~2``.

        A day (``2026-09-30``) that is no branch or tag names the last commit of ``HEAD``'s
        first-parent history up to the end of it, in UTC.

        Raises:
            RevisionError: unknown, unborn, not fetched, or made to look like an option of git's.
        """
        if (
            not revision
            or revision.startswith("-")
            or not revision.isprintable()
            or len(revision) > _LONGEST_REVISION
        ):
            raise RevisionError(
                f"`{revision[:80]}` is not a revision", "Name a branch, a tag or a commit."
            )
        code, output, _ = self._git.attempt(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        )
        if code == 0:
            return output.decode("ascii").strip()
        if _DAY.fullmatch(revision):
            return self._last_commit_of(revision)
        raise explain_unknown(self._git, revision)

    def _last_commit_of(self, day: str) -> str:
        until = f"--until={day}T23:59:59Z"
        found = self._git.run(
            "rev-list", "--max-count=1", "--first-parent", until, self.head_commit()
        )
        if not found:
            raise RevisionError(
                f"No commit is as old as {day}", "Name a later day, or a revision from `git log`."
            )
        return found.decode("ascii").strip()

    def head_commit(self) -> str:
        """The full id of the commit checked out.

        Raises:
            RevisionError: there is none yet.
        """
        return self.resolve("HEAD")

    def default_branch(self, declared: str | None = None) -> str:
        """The branch that changes are proposed against: as declared, else what origin says, else the usual names.

        Raises:
            RevisionError: none of them exists, or the declared one does not.
        """
        self.head_commit()
        names = (
            [f"origin/{declared}", declared]
            if declared
            else ["origin/HEAD", "origin/main", "origin/master"]
        )
        if not declared:
            names += ["main", "master"]
        for name in names:
            if (
                self._git.attempt(
                    "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
                )[0]
                == 0
            ):
                return name
        if declared:
            raise explain_unknown(self._git, f"origin/{declared}")
        raise explain_unknown(
            self._git, "origin/main", "Neither origin nor this clone has a branch main or master"
        )

    def merge_base(self, declared: str | None = None, head: str = "HEAD") -> str:
        """The full id of the commit where ``head`` left the default branch.

        Raises:
            RevisionError: no default branch, or no common history (in a shallow clone: none
                fetched).
        """
        return self.common_commit(self.default_branch(declared), head)

    def common_commit(self, base: str, head: str) -> str:
        """The full id of the commit where the histories of two revisions part.

        Raises:
            RevisionError: one is unknown, or no common history (in a shallow clone: none fetched).
        """
        code, output, _ = self._git.attempt("merge-base", self.resolve(base), self.resolve(head))
        if code:
            raise explain_unknown(
                self._git, base, f"`{head}` and `{base}` have no common commit here"
            )
        return output.decode("ascii").strip()

    def read_revision(
        self, commit: str, prefix: str | None = None
    ) -> tuple[tuple[SourceFile, ...], tuple[Flaw, ...]]:
        """The governed files of a commit, as ``read_folder`` would give them from its checkout.

        A blob is read once, however many revisions hold it, so equal files are the same object.

        Args:
            commit: A commit id from ``resolve``.
            prefix: Root of the portfolio below the repository's top; default: where it is now.

        Raises:
            SourceError: objects are missing (a partial clone) or damaged.
        """
        below = self.prefix if prefix is None else prefix
        start = f"{below}/" if below else ""
        roots = [f"{start}{name}" for name in (SETTINGS, *FOLDERS)]
        listing = self._git.run("ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", *roots)
        return read_entries(listing, start, self._blobs)

    def is_dirty(self) -> bool:
        """Whether governed files of the working tree differ from ``HEAD``, untracked and ignored ones included."""
        start = f"{self.prefix}/" if self.prefix else ""
        roots = [f"{start}{name}" for name in (SETTINGS, *FOLDERS)]
        status = self._git.run(
            *(
                "status",
                "--porcelain=v1",
                "-z",
                "--no-renames",
                "--untracked-files=all",
                "--ignored=traditional",
            ),
            *("--ignore-submodules=all", "--", *roots),
        )
        paths = (os.fsdecode(entry[3:]) for entry in status.split(b"\0") if entry)
        return any(kind_of(path.removeprefix(start)) for path in paths)

    def commit_day(self, commit: str) -> date:
        """The day a commit was made, in UTC."""
        output = self._git.run("rev-list", "--max-count=1", "--format=%ct", commit)
        return datetime.fromtimestamp(int(output.split(b"\n")[1]), UTC).date()

    def blame(self, commit: str = "") -> Blame:
        """Tells which commits wrote lines of the portfolio's files, as of a commit or of the working tree."""
        return Blame(self._git, self.prefix, commit)

    def author_email(self) -> str:
        """The address that git would write as author of a commit made here; empty where none is set."""
        code, output, _ = self._git.attempt("var", "GIT_AUTHOR_IDENT")
        found = re.search(rb"<([^<>]*)>", output)
        return found[1].decode("utf-8", "replace") if code == 0 and found else ""

    def describe(self, commit: str) -> str:
        """A short name for people: the nearest tag and the distance from it, else the id's first digits."""
        return (
            self._git.run("describe", "--tags", "--always", commit)
            .decode("utf-8", "replace")
            .strip()
        )
