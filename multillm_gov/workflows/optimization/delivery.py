"""Handing a stage of the plan over: written in place, as a patch, or as a commit on a branch."""

from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path

from multillm_gov.documents.document import SourceFile
from multillm_gov.errors import UsageError
from multillm_gov.sources.git import Repository
from multillm_gov.sources.git_branch import commit_on_branch
from multillm_gov.sources.output import write_bytes
from multillm_gov.sources.root import path_prefix
from multillm_gov.units import format_money
from multillm_gov.words import code, join_code
from multillm_gov.workflows.optimization.optimize import Optimized

STAGES = {"single": "best single move", "three": "best 3", "whole": "whole"}
"""What ``--stage`` takes, and the names of the stages."""


def files_of(optimized: Optimized, stage: str) -> tuple[SourceFile, ...]:
    """The files that a stage changes.

    Raises:
        UsageError: nothing moves, the plan has no such stage, or it rests on assumptions.
    """
    if optimized.result.assumptions:
        raise UsageError(
            "What rests on an assumption is not written", "Leave `--what-if` out to write."
        )
    name = STAGES[stage]
    if name not in optimized.files:
        known = [key for key, each in STAGES.items() if each in optimized.files]
        hint = f"The plan has {join_code(known)}." if known else "Nothing moves."
        raise UsageError(f"The plan has no stage {code(stage)}", hint)
    return optimized.files[name]


def write_stage(optimized: Optimized, stage: str) -> tuple[str, ...]:
    """Write a stage's files in place; the paths written.

    Raises:
        UsageError: as `files_of`.
        OutputError: a file may not be written.
    """
    files = files_of(optimized, stage)
    for file in files:
        write_bytes(optimized.root / file.path, file.data)
    return tuple(file.path for file in files)


def patch_of(optimized: Optimized, stage: str) -> bytes:
    """A stage as a unified diff that ``git apply`` takes.

    Raises:
        UsageError: as `files_of`.
    """
    prefix = path_prefix(optimized.root)
    old = optimized.assessment.state.files
    return b"".join(
        _difference(f"{prefix}{file.path}", old[file.path].data, file.data)
        for file in files_of(optimized, stage)
    )


def _difference(path: str, before: bytes, after: bytes) -> bytes:
    old, new = (
        data.decode("utf-8", "surrogateescape").splitlines(keepends=True)
        for data in (before, after)
    )
    lines = [
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in unified_diff(old, new, f"a/{path}", f"b/{path}")
    ]
    return "".join(lines).encode("utf-8", "surrogateescape")


def branch_of(optimized: Optimized, stage: str, branch: str) -> str:
    """Commit a stage on a new branch, and nowhere else; the commit's id.

    Raises:
        UsageError: as `files_of`, or the branch's name is none or taken.
        SourceError: no repository, or a file has changes that are not committed.
    """
    files = files_of(optimized, stage)
    repository = Repository.open(optimized.root)
    return commit_on_branch(repository, branch, files, _message(optimized, STAGES[stage]))


def _message(optimized: Optimized, name: str) -> str:
    stage = next(each for each in optimized.result.stages if each.name == name)
    currency = optimized.result.currency
    tasks = _listed([move.task for move in stage.moves])
    saving = format_money(stage.saving, currency)
    body = "\n".join(
        f"- {move.task}: {', '.join(f'{model} {weight:f}%' for model, weight in move.route)}"
        for move in stage.moves
    )
    back = "\n".join(f"- {text}" for text in stage.rollback)
    return f"Reallocate {tasks}: {saving} a month less\n\n{body}\n\nRoll back:\n{back}\n"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} task classes"


def write_patch(path: Path, optimized: Optimized, stage: str) -> None:
    """Write a stage's patch to a file.

    Raises:
        UsageError: as `files_of`.
        OutputError: the file may not be written.
    """
    write_bytes(path, patch_of(optimized, stage))


def hand_over(
    optimized: Optimized, stage: str, *, write: bool, patch: Path | None, branch: str | None
) -> tuple[str, ...]:
    """Do what is requested with a stage, and say what was done, a line each.

    Raises:
        UsageError: as `files_of`, or the branch's name is none or taken.
        SourceError: no repository, or a file has changes that are not committed.
        OutputError: a file may not be written.
    """
    done = []
    if branch:
        commit = branch_of(optimized, stage, branch)
        done.append(f"Committed {commit[:12]} on branch {branch}.")
    if patch is not None:
        write_patch(patch, optimized, stage)
        done.append(f"Wrote {patch}.")
    if write:
        done += [f"Wrote {path}." for path in write_stage(optimized, stage)]
    return tuple(done)
