"""Governed files that a sparse checkout keeps off the disk: tracked but absent is not deleted."""

import os
from pathlib import Path

from multillm_gov.documents.document import SourceFile
from multillm_gov.errors import SourceError
from multillm_gov.finding import Flaw
from multillm_gov.sources.disk import read_folder


def read_working_tree(root: Path) -> tuple[tuple[SourceFile, ...], tuple[Flaw, ...]]:
    """Every governed file of a portfolio as its working tree has it (`read_folder`).

    In a sparse checkout, what is tracked and left off the disk is read from git's index. Git is run
    only there.

    Raises:
        SourceError: the root cannot be read, or objects of a partial clone are missing.
    """
    files, flaws = read_folder(root)
    if not _is_sparse(root):
        return files, flaws
    from multillm_gov.sources.git import Repository

    absent = Repository.open(root).read_absent()
    return tuple(sorted((*files, *absent), key=lambda file: file.path)), flaws


def _is_sparse(root: Path) -> bool:
    """Whether the repository around a folder was ever checked out sparsely; no git is run."""
    here = Path(os.path.realpath(root))
    for folder in (here, *here.parents):
        entry = folder / ".git"
        if entry.is_dir():
            return (entry / "info" / "sparse-checkout").is_file()
        if entry.is_file():
            try:
                named = entry.read_text("utf-8", "replace")[:4096].partition("gitdir: ")[2].strip()
            except OSError as error:
                raise SourceError(f"`{entry}` cannot be read: {error.strerror}") from None
            return bool(named) and (folder / named / "info" / "sparse-checkout").is_file()
    return False
