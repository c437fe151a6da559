"""``govern pin``: write the digests of prompt files into the task classes that name them."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from msgspec import Struct

from multillm_gov.documents.amending import with_values
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import SourceError, UsageError
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.rules.digests import Digests
from multillm_gov.sources.root import split_paths
from multillm_gov.state.state import State
from multillm_gov.words import did_you_mean
from multillm_gov.workflows.entries import write
from multillm_gov.workflows.states import assess_folder

_KEY = "prompt_digest"


class Pinned(Struct, frozen=True, kw_only=True):
    """A task class that pins its prompt now."""

    task: str
    prompt: str
    digest: str
    before: str
    """The digest it pinned before; empty: none."""
    path: str
    line: int


def pin(tasks: Iterable[str] = (), *, as_of: date, root: Path | None = None) -> tuple[Pinned, ...]:
    """Pin the current prompts of task classes; those already pinned are not in the result.

    Nothing is written unless everything can be.

    Args:
        tasks: Names of task classes; none: all that have a prompt file.
        as_of: Day to read the portfolio by.
        root: The portfolio's root, if it is not to be searched for.

    Raises:
        UsageError: no such task class, or it has no prompt file.
        SourceError: no portfolio, a prompt file is not there, or a file's layout leaves no safe
        place.
        OutputError: a file may not be written.
    """
    top, _ = split_paths((), root)
    assessment = assess_folder(top, as_of=as_of)
    digests, files, pinned = (
        Digests(assessment.state.files),
        dict[str, SourceFile](),
        list[Pinned](),
    )
    for task in _chosen(assessment.state, tuple(tasks)):
        prompt, digest = task.declared.prompt or "", digests.of(task.declared.prompt)
        if not digest:
            raise SourceError(
                f"`{task.name}` names `{prompt}`, which is not a governed file",
                "Run `govern check`.",
            )
        if task.declared.prompt_digest != digest:
            path = task.place.path
            files[path] = _amended(files.get(path) or assessment.state.files[path], task, digest)
            before = task.declared.prompt_digest or ""
            pinned.append(
                Pinned(
                    task=task.name, prompt=prompt, digest=digest, before=before, path=path, line=0
                )
            )
    for file in files.values():
        write(top, file)
    return tuple(_with_lines(pinned, assessment.state, files))


def _chosen(state: State, names: tuple[str, ...]) -> list[TaskClass]:
    known = {task.name: task for task in state.portfolio.task_classes}
    if not names:
        return [task for task in known.values() if task.declared.prompt is not None]
    for name in names:
        if name not in known:
            raise UsageError(
                f"There is no task class `{name[:100]}`{did_you_mean(name, known)}",
                "Run `govern check` first.",
            )
        if known[name].declared.prompt is None:
            raise UsageError(
                f"`{name}` has no prompt file", f"Write `prompt: prompts/{name}.md` into it first."
            )
    return [known[name] for name in dict.fromkeys(names)]


def _amended(file: SourceFile, task: TaskClass, digest: str) -> SourceFile:
    amended = with_values(file, task.place.pointer, {_KEY: digest})
    if amended is None:
        raise SourceError(
            f"`{file.path}` has a layout or an error that leaves no safe place for a pin",
            f"Fix what `govern check {file.path}` reports, or write it into `{task.name}`: "
            f"`{_KEY}: "
            f"{digest}`.",
        )
    return amended


def _with_lines(
    pinned: list[Pinned], state: State, files: dict[str, SourceFile]
) -> Iterable[Pinned]:
    """Where the pins stand now that all of them are written."""
    from msgspec.structs import replace

    documents = {path: read_document(file)[0] for path, file in files.items()}
    places = {task.name: task.place for task in state.portfolio.task_classes}
    for each in pinned:
        document = documents[each.path]
        if document is not None:
            yield replace(each, line=document.locate((*places[each.task].pointer, _KEY)).line)
