"""Prompts whose text changed though the allocation names the same file."""

from collections.abc import Iterable, Iterator

from multillm_gov.changes.change import Change, Kind
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.prompt import Prompt, Prompts


def compare_prompts(
    tasks: Iterable[tuple[TaskClass, TaskClass]], before: Prompts, after: Prompts
) -> Iterator[Change]:
    """One change per task class whose prompt file, of the same name, has other bytes."""
    for old, new in tasks:
        path = new.declared.prompt
        if path is None or old.declared.prompt != path:
            continue
        was, now = before.get(path), after.get(path)
        if was is not None and now is not None and was.digest != now.digest:
            yield Change(
                kind=Kind.PROMPT_TEXT,
                subject=new.name,
                label="text of the prompt",
                aspect="prompt",
                before=_format(was),
                after=_format(now),
                before_figure=was.digest,
                after_figure=now.digest,
                place_before=old.place.at("prompt"),
                place_after=new.place.at("prompt"),
                note="what was measured with the former text is stale",
            )


def short_digest(digest: str) -> str:
    """``sha256:0123456789ab…``."""
    return f"{digest[: len('sha256:') + 12]}…"


def _format(prompt: Prompt) -> str:
    version = f"version {prompt.header.version}, " if prompt.header.version is not None else ""
    return f"{version}{short_digest(prompt.digest)}"
