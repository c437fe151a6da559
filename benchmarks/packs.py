"""Board packs of larger portfolios, a history of many commits, and a site of many packs.

Run as ``python -m benchmarks.packs`` it reads and parses each distinct blob of the repository in
the current folder once: what a history costs at least.
"""

import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from benchmarks.portfolios import write_portfolio

COMMITS, FILES, CHANGED = 500, 200, 3
FIRST = date(2016, 2, 1)


def write_history(root: Path, commits: int = COMMITS, files: int = FILES) -> None:
    """A repository of so many commits, a week apart, each of which changes three files."""
    write_portfolio(root, files, files)
    texts = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*.yaml"))
    }
    allocations = [path for path in texts if path.startswith("allocations/")]
    stream = [b"reset refs/heads/main\n"]
    for number in range(commits):
        stamp = int((FIRST - date(1970, 1, 1) + timedelta(weeks=number)).total_seconds())
        stream.append(
            b"commit refs/heads/main\ncommitter B <b@example.org> %d +0000\ndata 1\nx\n" % stamp
        )
        changed = list(texts) if number == 0 else _changed(allocations, number)
        for path in changed:
            if number:
                texts[path] = b"# %d\n" % number + texts[path].split(b"\n", number > CHANGED)[-1]
            stream.append(b"M 100644 inline %b\n" % path.encode())
            stream.append(b"data %d\n%b\n" % (len(texts[path]), texts[path]))
    for words, data in (
        (("init", "--quiet", "--initial-branch=main"), b""),
        (("fast-import", "--quiet"), b"".join(stream)),
        (("reset", "--quiet", "--hard", "main"), b""),
    ):
        subprocess.run(["git", *words], cwd=root, input=data, check=True, capture_output=True)


def _changed(paths: list[str], number: int) -> Iterator[str]:
    for step in range(CHANGED):
        yield paths[(number * CHANGED + step) % len(paths)]


def read_every_blob(root: Path) -> int:
    """Read and parse every distinct blob of the history once, with the product's own reader."""
    from multillm_gov.documents.document import SourceFile
    from multillm_gov.documents.layout import kind_of
    from multillm_gov.documents.yaml_reader import read_document
    from multillm_gov.sources.git_command import GitCommand
    from multillm_gov.sources.git_tree import Blobs

    git = GitCommand(root)
    listed = git.run("rev-list", "--objects", "--in-commit-order", "HEAD").decode().splitlines()
    named = [line.split(" ", 1) for line in listed if " " in line]
    wanted = {blob: path for blob, path in named if kind_of(path)}
    for data, path in zip(Blobs(git).read(list(wanted)), wanted.values(), strict=True):
        read_document(SourceFile(path, data))
    return len(wanted)


if __name__ == "__main__":
    print(read_every_blob(Path.cwd()), "distinct files")
