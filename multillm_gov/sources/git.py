"""A git repository as a source of revisions; the working tree is read from the disk instead."""

import os
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import FOLDERS, SETTINGS, kind_of
from multillm_gov.errors import RevisionError
from multillm_gov.finding import Flaw
from multillm_gov.sources.default_branch import find_default_branch
from multillm_gov.sources.git_blame import Blame
from multillm_gov.sources.git_command import GitCommand
from multillm_gov.sources.git_tree import Blobs, misnamed_in, read_entries, read_first
from multillm_gov.sources.moved_portfolio import find_moved
from multillm_gov.sources.unknown_revision import explain_unknown

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LONGEST_REVISION = 1000
_STATUS = ("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all",
           "--ignored=traditional", "--ignore-submodules=all")  # fmt: skip


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

    def split_revision(self, revision: str) -> tuple[str, str | None]:
        """A revision and the folder after a colon (``main:ai``) that holds the portfolio there."""
        name, colon, folder = revision.partition(":")
        return (name, folder.strip("/").removeprefix("./")) if colon else (revision, None)

    def portfolio_at(self, commit: str, files: Iterable[SourceFile]) -> str | None:
        """The folder that holds this portfolio in a commit: here, or where it was before a move.

        ``None``: the commit has no such portfolio. ``files`` are the governed files as they are
        now, by which a moved folder is recognized.

        Raises:
            RevisionError: a portfolio was moved or removed since, and it is not known which one.
        """
        start = f"{self.prefix}/" if self.prefix else ""
        here = (f"{start}{SETTINGS}", f"{start}allocations")
        if self._git.run("ls-tree", "-z", "--full-tree", "--name-only", commit, "--", *here):
            return self.prefix
        listing = self._git.run("ls-tree", "-r", "-z", "--full-tree", commit)
        return find_moved(listing, files, self._holds_portfolio)

    def _holds_portfolio(self, prefix: str) -> bool:
        folder = self.top / prefix if prefix else self.top
        return os.path.lexists(folder / SETTINGS) or any(
            files for _, _, files in os.walk(folder / "allocations")
        )

    @property
    def root(self) -> Path:
        """The portfolio's folder."""
        return self.top / self.prefix if self.prefix else self.top

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
            self._require_one_meaning(revision)
            return output.decode("ascii").strip()
        if _DAY.fullmatch(revision):
            return self._last_commit_of(revision)
        raise explain_unknown(self._git, revision)

    def _require_one_meaning(self, revision: str) -> None:
        """Refuse a name that a tag and a branch share: git would take the tag without a word."""
        name = re.split(r"[~^]|@\{", revision, maxsplit=1)[0]
        if name.startswith("refs/") or not name or name == "HEAD":
            return
        refs = [f"refs/{space}/{name}" for space in ("tags", "heads", "remotes")]
        form = "--format=%(refname) %(objectname) %(*objectname)"
        listing = self._git.run("for-each-ref", form, *refs)
        rows = [row.split(" ") for row in listing.decode("utf-8", "replace").splitlines()]
        exact = [row for row in rows if row[0] in refs]
        if len({row[2] or row[1] for row in exact}) > 1:
            names = " or ".join(f"`{row[0]}`" for row in exact)
            raise RevisionError(f"`{name}` names more than one commit here", f"Write {names}.")

    def _last_commit_of(self, day: str) -> str:
        until = ("--max-count=1", "--first-parent", f"--until={day}T23:59:59Z")
        data = self._git.run("rev-list", *until, self.head_commit())
        if not data:
            hint = "Name a later day, or a revision from `git log`."
            raise RevisionError(f"There is no commit before {day}", hint)
        return data.decode("ascii").strip()

    def head_commit(self) -> str:
        """The full id of the commit checked out.

        Raises:
            RevisionError: there is none yet.
        """
        return self.resolve("HEAD")

    def default_branch(self, declared: str | None = None) -> str:
        """The full name of the branch that changes are proposed against (`find_default_branch`).

        Raises:
            RevisionError: none exists, or the declared one does not.
        """
        self.head_commit()
        return find_default_branch(self._git, declared)

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

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether one commit id is another's ancestor, or the same."""
        return self._git.attempt("merge-base", "--is-ancestor", older, newer)[0] == 0

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
        files, flaws = read_entries(listing, start, self._blobs)
        return files, (*flaws, *misnamed_in(self._git, f"{commit}:{start}"))

    def read_first(self, commit: str, paths: tuple[str, ...]) -> str | None:
        """The text of the first path, from the repository's top, that a commit has as a file."""
        return read_first(self._git, self._blobs, commit, paths)

    def read_absent(self) -> tuple[SourceFile, ...]:
        """Governed files that are tracked but absent in a sparse checkout, from the index.

        Raises:
            SourceError: objects are missing (a partial clone) or damaged.
        """
        start = f"{self.prefix}/" if self.prefix else ""
        listing = self._git.run("ls-files", "-t", "-s", "-z", "--full-name", "--", *self._roots())
        entries = []
        for record in listing.split(b"\0")[:-1]:
            facts, _, name = record.partition(b"\t")
            tag, mode, blob, _stage = facts.split()
            path = os.fsdecode(name).removeprefix(start)
            is_left_out = tag == b"S" and mode in {b"100644", b"100755"}
            if is_left_out and kind_of(path) and not os.path.lexists(self.top / os.fsdecode(name)):
                entries.append((path, blob.decode("ascii")))
        contents = self._blobs.read([blob for _, blob in entries])
        return tuple(
            SourceFile(path, data) for (path, _), data in zip(entries, contents, strict=True)
        )

    def _roots(self) -> list[str]:
        """What may hold governed files, below the folder that git runs in."""
        start = f"{self.prefix}/" if self.prefix else ""
        return [f"{start}{name}" for name in (SETTINGS, *FOLDERS)]

    def is_dirty(self) -> bool:
        """Whether governed files differ from ``HEAD``, untracked and ignored ones included."""
        start = f"{self.prefix}/" if self.prefix else ""
        status = self._git.run(*_STATUS, "--", *self._roots())
        paths = (os.fsdecode(entry[3:]) for entry in status.split(b"\0") if entry)
        return any(kind_of(path.removeprefix(start)) for path in paths)

    def last_change(self) -> str:
        """The last commit that changed a governed file; empty: none did."""
        return self._git.run("rev-list", "-1", "HEAD", "--", *self._roots()).decode().strip()

    def commits_of(self, path: str) -> tuple[str, ...]:
        """The commits before ``HEAD`` that changed a file of the portfolio, oldest first."""
        below = f"{self.prefix}/{path}" if self.prefix else path
        return tuple(self._git.run("rev-list", "--reverse", "HEAD", "--", below).decode().split())

    def commit_day(self, commit: str) -> date:
        """The day a commit was made, in UTC."""
        output = self._git.run("rev-list", "--max-count=1", "--format=%ct", commit)
        return datetime.fromtimestamp(int(output.split(b"\n")[1]), UTC).date()

    def blame(self, commit: str = "", prefix: str | None = None) -> Blame:
        """Which commits wrote the lines of the portfolio's files, as of a commit or the disk."""
        return Blame(self._git, self.prefix if prefix is None else prefix, commit)

    def author_email(self) -> str:
        """The address that git would write as author of a commit made here; empty: none is set."""
        code, output, _ = self._git.attempt("var", "GIT_AUTHOR_IDENT")
        match = re.search(rb"<([^<>]*)>", output)
        return match[1].decode("utf-8", "replace") if code == 0 and match else ""
