"""GOV511: a prompt is the one that the allocation pins."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.finding import Severity, Violation
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.rules.digests import Digests
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.quality_evidence import format_stake
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code


class Parameters(Closed, frozen=True, kw_only=True):
    """Whether pins are required."""

    require_pin: Annotated[
        bool,
        Meta(
            description=(
                "Whether every task class with a prompt file must pin it with `prompt_digest`"
            )
        ),
    ] = False


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield task classes whose prompt differs from its pin, or where one of the two is missing."""
    digests = _digests(context)
    for figures in context.tasks:
        task = figures.task
        pinned, path = task.declared.prompt_digest, task.declared.prompt
        if pinned is None and (path is None or not parameters.require_pin):
            continue
        digest = digests.of(path)
        if path is not None and (not digest or digest == pinned):
            continue  # GOV006 reports a missing file
        yield _violation(task, digest, format_stake(context, figures, ", with "))


def _digests(context: RuleContext) -> Digests:
    if RULE.name not in context.memo:
        context.memo[RULE.name] = Digests(context.state.files)
    digests: Digests = context.memo[RULE.name]
    return digests


def _violation(task: TaskClass, digest: str, stake: str) -> Violation:
    path, pinned = task.declared.prompt, task.declared.prompt_digest
    place = task.place.at("prompt" if pinned is None else "prompt_digest")
    write = f"Run `govern pin {task.name}`, which writes `prompt_digest: {digest}`"
    if path is None:
        message = f"{code(task.name)} has a `prompt_digest` but names no `prompt` file"
        write = "Name the file with `prompt`, or remove `prompt_digest`"
    elif pinned is None:
        message = (
            f"{code(task.name)} does not pin its prompt {code(path)}; its digest is "
            f"{_short(digest)}"
        )
    else:
        message = (
            f"{code(path)} has digest {_short(digest)}; {code(task.name)} pins {_short(pinned)}"
        )
        write = f"{write}, once the new text is approved; or restore the former text"
    return Violation(
        message=message,
        place=place,
        subject=task.name,
        remedy=f"{write}.",
        risk=f"What is sent is not what was reviewed and measured{stake}.",
        figures={"pinned": pinned, "digest": digest or None},
    )


def _short(digest: str) -> str:
    return f"`{digest[: len('sha256:') + 12]}…`"


RULE = Rule(
    id="GOV511",
    name="prompt-not-as-pinned",
    title="Prompt differs from its pin",
    one="{subject} uses a prompt that is not the pinned one",
    many="{count} task classes use a prompt that is not the pinned one",
    short_title="Unpinned or changed prompts",
    requirement="A prompt is the one that the allocation pins.",
    why=(
        "One changed word in a prompt can change the quality, length and cost of every answer, "
        "and more people change prompt files than allocations. A task class that pins its prompt "
        "by the SHA-256 digest of the file says which text was approved; another text needs a new "
        "pin, in a change that the owners of the allocation see. A policy can require a pin "
        "everywhere (`require_pin: true`)."
    ),
    remediation="Run `govern pin TASK` once the new text is approved, or restore the former text.",
    severity=Severity.ERROR,
    check=check,
    parameters=Parameters,
    tighter={"require_pin": "present"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    prompt: prompts/triage.md
    prompt_digest: sha256:0000000000000000000000000000000000000000000000000000000000000000
# prompts/triage.md
Sort the ticket into one of the queues.
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    prompt: prompts/triage.md
    prompt_digest: sha256:11d5d6a4c137bdb399c317b1c6128a506111ae26418356b75a3d856901e48f54
# prompts/triage.md
Sort the ticket into one of the queues.
""",
)
