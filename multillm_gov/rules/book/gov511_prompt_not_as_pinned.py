"""GOV511: a prompt is the one that the allocation agreed on."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.finding import Severity, Violation
from multillm_gov.portfolio.allocation import Closed, TaskClass
from multillm_gov.rules.digests import Digests
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.rules.quality_evidence import format_stake
from multillm_gov.words import code


class Parameters(Closed, frozen=True, kw_only=True):
    """What must be pinned."""

    require_pin: Annotated[
        bool,
        Meta(
            description="Whether every task class with a prompt file must pin it with "
            "`prompt_digest`"
        ),
    ] = False


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Task classes whose prompt file holds other bytes than they pin, pin nothing, or pin a prompt they do not name."""
    digests = _digests(context)
    for figures in context.tasks:
        task = figures.task
        pinned, path = task.declared.prompt_digest, task.declared.prompt
        if pinned is None and (path is None or not parameters.require_pin):
            continue
        digest = digests.of(path)
        if path is not None and (not digest or digest == pinned):
            continue  # a file that is not there is told by GOV006
        yield _violation(task, digest, format_stake(context, figures, ", with "))


def _digests(context: RuleContext) -> Digests:
    if RULE.name not in context.memo:
        context.memo[RULE.name] = Digests(context.state.files)
    found: Digests = context.memo[RULE.name]
    return found


def _violation(task: TaskClass, digest: str, stake: str) -> Violation:
    path, pinned = task.declared.prompt, task.declared.prompt_digest
    place = task.place.at("prompt" if pinned is None else "prompt_digest")
    write = f"Run `govern pin {task.name}`, which writes `prompt_digest: {digest}`"
    if path is None:
        said = f"{code(task.name)} pins a prompt with `prompt_digest` and names no `prompt` file"
        write = "Name the file with `prompt`, or remove `prompt_digest`"
    elif pinned is None:
        said = f"{code(task.name)} does not pin its prompt {code(path)}; it is {_short(digest)} now"
    else:
        said = f"{code(path)} is {_short(digest)}; {code(task.name)} pins {_short(pinned)}"
        write = f"{write}, once the new text is agreed on; or restore the former text"
    return Violation(
        message=said,
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
        "A changed word in a prompt can move quality, length and cost of every answer, and a "
        "prompt file is changed by "
        "more people than an allocation is. A task class that pins its prompt by the SHA-256 "
        "digest of the file's "
        "bytes says which text was agreed on; another text is another promise until somebody pins "
        "it anew, in a change "
        "that the allocation's owners see. A policy can ask for a pin everywhere (`require_pin: "
        "true`)."
    ),
    remediation="Run `govern pin TASK` once the new text is agreed on, or restore the former text.",
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
