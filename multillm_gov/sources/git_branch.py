"""A commit on a new branch: no file of the working tree, no index and no other branch changes."""

from collections.abc import Sequence

from multillm_gov.documents.document import SourceFile
from multillm_gov.errors import SourceError, UsageError
from multillm_gov.sources.git import Repository
from multillm_gov.sources.git_command import GitCommand

_PLAIN = "100644"


def commit_on_branch(
    repository: Repository, branch: str, files: Sequence[SourceFile], message: str
) -> str:
    """Commit files on a new branch that starts at the commit checked out; its id.

    Args:
        repository: Where.
        branch: Its name, which no branch has.
        files: By paths below the portfolio's root; their content replaces what the commit has.
        message: Of the commit.

    Raises:
        UsageError: the name is none, or is taken.
        SourceError: git failed, or a file differs on the disk from the commit checked out.
    """
    git = GitCommand(repository.top)
    if branch.startswith("-") or git.attempt("check-ref-format", "--branch", branch)[0]:
        raise UsageError(f"`{branch[:80]}` is no name of a branch", "Name it as git would.")
    reference = f"refs/heads/{branch}"
    if git.attempt("show-ref", "--verify", "--quiet", reference)[0] == 0:
        raise UsageError(f"There is a branch `{branch}` already", "Choose another name.")
    head = repository.head_commit()
    prefix = f"{repository.prefix}/" if repository.prefix else ""
    paths = [f"{prefix}{file.path}" for file in files]
    if git.attempt("diff", "--quiet", head, "--", *paths)[0]:
        raise SourceError(
            "A file that would change differs from the commit checked out",
            "Commit or stash your changes first.",
        )
    stream = _stream(git, reference, head, list(zip(paths, files, strict=True)), message)
    git.run("fast-import", "--quiet", stdin=stream)
    return git.run("rev-parse", "--verify", reference).decode("ascii").strip()


def _stream(
    git: GitCommand,
    reference: str,
    head: str,
    files: Sequence[tuple[str, SourceFile]],
    message: str,
) -> bytes:
    """One commit in git's import format; every path is quoted and every text counted."""
    author = git.run("var", "GIT_AUTHOR_IDENT").strip()
    committer = git.run("var", "GIT_COMMITTER_IDENT").strip()
    text = message.encode()
    parts = [
        b"commit %s\n" % reference.encode(),
        b"author %s\ncommitter %s\n" % (author, committer),
        b"data %d\n%s\nfrom %s\n" % (len(text), text, head.encode()),
    ]
    for path, file in files:
        mode = _mode(git, head, path)
        quoted = path.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
        parts.append(b'M %s inline "%s"\n' % (mode.encode(), quoted))
        parts.append(b"data %d\n%s\n" % (len(file.data), file.data))
    return b"".join(parts) + b"\n"


def _mode(git: GitCommand, head: str, path: str) -> str:
    listed = git.run("ls-tree", "-z", "--full-tree", head, "--", path)
    return listed.split(b" ", 1)[0].decode("ascii") if listed else _PLAIN
