"""Which commits wrote the lines of a file, and who says to have made them.

Names and addresses are read from the commits themselves. ``git blame`` alone would not do: it
rewrites them by ``.mailmap`` and skips the commits that an ignore file lists, and both may come
with the change that is judged.
"""

import re
from collections.abc import Iterable

from multillm_gov.rules.approval_commits import Introduction
from multillm_gov.sources.git_command import GitCommand, explain

_LINE = re.compile(rb"([0-9a-f]{40,64}) [0-9]+ ([0-9]+)(?: [0-9]+)?")
_UNBORN = ("no such path", "no such ref", "bad revision 'HEAD'", "ambiguous argument 'HEAD'")
_SIGNATURES = {"N": "none", "G": "verified"}
_AT_ONCE = 500


class Blame:
    """Which commits wrote the lines of a file; each file is requested once."""

    def __init__(self, git: GitCommand, prefix: str, commit: str = "") -> None:
        self._git = git
        self._prefix = prefix
        self._commit = commit
        self._lines: dict[str, dict[int, str]] = {}
        self._known: dict[str, Introduction] = {"": Introduction(commit="")}

    def __call__(self, path: str, lines: tuple[int, ...]) -> tuple[Introduction, ...]:
        """The commits that wrote lines (from 1) of a file below the portfolio's root, by id.

        Raises:
            SourceError: git failed.
        """
        if path not in self._lines:
            self._lines[path] = self._read(f"{self._prefix}/{path}" if self._prefix else path)
        commits = sorted({self._lines[path].get(line, "") for line in lines})
        return tuple(self._known[commit] for commit in commits)

    def _read(self, path: str) -> dict[int, str]:
        """Commit by line; empty for lines that no commit holds yet."""
        revision = [self._commit] if self._commit else []
        git = self._git
        code, output, complaint = git.attempt(
            *("-c", "blame.ignoreRevsFile=", "blame", "--porcelain", "--no-textconv"),
            *(*revision, "--", path),
        )
        if code:
            if any(words in complaint for words in _UNBORN):
                return {}
            raise explain(git.folder, complaint)
        lines, oldest = _parse(output)
        unknown = sorted(
            {commit for commit in lines.values() if commit and commit not in self._known}
        )
        shallow = (
            bool(oldest) and git.run("rev-parse", "--is-shallow-repository").strip() == b"true"
        )
        for first in range(0, len(unknown), _AT_ONCE):
            for introduction in _describe(
                git, unknown[first : first + _AT_ONCE], oldest if shallow else set()
            ):
                self._known[introduction.commit] = introduction
        return lines


def _parse(output: bytes) -> tuple[dict[int, str], set[str]]:
    """Commit by line number, and the commits beyond which the history is not there."""
    lines: dict[int, str] = {}
    oldest: set[str] = set()
    commit = ""
    for row in output.split(b"\n"):
        if row.startswith(b"\t"):
            continue
        if row == b"boundary":
            oldest.add(commit)
        elif match := _LINE.fullmatch(row):
            commit = match[1].decode("ascii").strip()
            lines[int(match[2])] = commit if commit.strip("0") else ""
    return lines, oldest


def _describe(git: GitCommand, commits: list[str], beyond: set[str]) -> Iterable[Introduction]:
    output = git.run(
        *(
            "log",
            "--no-walk=unsorted",
            "--no-mailmap",
            "--no-show-signature",
            "--no-color",
            "--encoding=UTF-8",
        ),
        *("--format=%H%x00%ae%x00%ce%x00%G?", *commits, "--"),
    )
    for row in output.decode("utf-8", "replace").splitlines():
        commit, author, committer, signature = row.split("\0")
        yield Introduction(
            commit=commit,
            author_email=author,
            committer_email=committer,
            signature=_SIGNATURES.get(signature, "unverified"),
            beyond=commit in beyond,
        )
