"""What probes of a task class send and expect: rendered prompts, schemas and digests."""

import json
from typing import Any

from multillm_gov.evaluation.client import Message
from multillm_gov.evaluation.probes.plan import TaskInputs
from multillm_gov.evaluation.probes.probe import Canaries, Canary, TaskDigests
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.providers.prompting import Rendering
from multillm_gov.rules.digests import Digests
from multillm_gov.rules.engine.approvals import task_class_digest
from multillm_gov.state.state import State

_GREETING = "Reply with one short sentence that says you are ready."
_SENTENCES = (
    "The invoice of March is overdue.",
    "Please pay the outstanding bill this week.",
    "Our new running shoes are made for wet trails.",
    "A waterproof jacket for hikers and climbers.",
    "The server answers slowly since the update.",
    "After the last release the website takes ages to load.",
    "Bake the bread for forty minutes at 220 degrees.",
    "The committee meets on the first Monday of the month.",
)
"""Four themes, some in two wordings: near and far pairs, so that there is a ranking."""


def generic_canaries(task: TaskClass) -> Canaries:
    """Inputs that show whether a model answers at all, and nothing of the task itself."""
    if task.declared.mode == "embedding":
        return Canaries(
            origin="generic", inputs=tuple(Canary(text=sentence) for sentence in _SENTENCES)
        )
    message = Message(role="user", content=_GREETING)
    return Canaries(origin="generic", inputs=(Canary(messages=(message,), text=_GREETING),))


MOST_CASES = 3
"""Benchmark cases that stand in for canary inputs."""
MOST_CANARIES = 20
"""Of a prompt file that are filled in: each may be long, and samples take them in turn."""
REFERENCE_INPUTS = 8
"""Texts that an embedding probe sends: fewer leave too few pairs to rank."""


def inputs_of(task: TaskClass, state: State) -> TaskInputs:
    """Canary inputs of one task class, its output schema and the digests that a result speaks of.

    Inputs are the prompt file's canaries, else the first cases in ``evals/``, else a generic one.
    An embedding class with few of its own is filled up with generic ones.

    Raises:
        SourceError: the prompt cannot be filled in with its canaries.
    """
    digests = Digests(state.files)
    schema, flaw = _schema(task, state)
    return TaskInputs(
        canaries=_canaries(task, state),
        digests=TaskDigests(
            task=task_class_digest(task),
            prompt=digests.of(task.declared.prompt) or None,
            output_schema=digests.of(task.declared.output_schema) or None,
        ),
        output_schema=schema,
        schema_flaw=flaw,
    )


def _canaries(task: TaskClass, state: State) -> Canaries:
    prompt = state.prompts.get(task.declared.prompt or "")
    rendering = None if prompt is None else Rendering(prompt)
    canaries = Canaries(origin="prompt", inputs=())
    if prompt is not None and rendering is not None:
        wanted = any(variable.wanted for variable in prompt.header.variables.values())
        # A prompt without variables is complete as it stands: it needs no canary to be sent.
        sets = prompt.header.canaries or (() if wanted else ({},))
        canaries = Canaries(
            origin="prompt",
            inputs=tuple(_canary(rendering.fill(values)) for values in sets[:MOST_CANARIES]),
        )
    if not canaries.inputs:
        canaries = Canaries(origin="evals", inputs=_cases(task, state, rendering))
    generic = generic_canaries(task)
    if not canaries.inputs:
        return generic
    if task.declared.mode == "embedding":
        own = canaries.inputs[:REFERENCE_INPUTS]
        return Canaries(
            origin=canaries.origin, inputs=(*own, *generic.inputs[: REFERENCE_INPUTS - len(own)])
        )
    return canaries


def _cases(task: TaskClass, state: State, rendering: Rendering | None) -> tuple[Canary, ...]:
    cases = [
        case
        for placed in state.evals
        if placed.file.task_class == task.name
        for case in placed.file.cases
    ]
    most = REFERENCE_INPUTS if task.declared.mode == "embedding" else MOST_CASES
    canaries = []
    for case in cases[:most]:
        if rendering is not None:
            canaries.append(_canary(rendering.fill(case.variables or {}, case.input)))
        elif case.input is not None:
            canaries.append(_canary((Message("user", case.input),)))
    return tuple(canaries)


def _canary(messages: tuple[Message, ...]) -> Canary:
    return Canary(messages=messages, text=messages[-1].content)


def _schema(task: TaskClass, state: State) -> tuple[dict[str, Any] | None, str]:
    """The declared schema, or why there is none to hold an answer against."""
    path = task.declared.output_schema
    if path is None:
        return None, ""
    if path not in state.files:
        return None, f"`{path}` is not there"
    try:
        schema = json.loads(state.files[path].data)
    except (ValueError, RecursionError):
        return None, f"`{path}` is no JSON"
    return (schema, "") if isinstance(schema, dict) else (None, f"`{path}` is not a JSON object")
