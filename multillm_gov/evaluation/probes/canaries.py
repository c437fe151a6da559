"""What a probe sends where a task class has no inputs of its own."""

from multillm_gov.evaluation.client import Message
from multillm_gov.evaluation.probes.probe import Canaries, Canary
from multillm_gov.portfolio.allocation import TaskClass

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
"""Four themes, some of them in two wordings: pairs near and far apart, so that there is a ranking to keep."""


def generic_canaries(task: TaskClass) -> Canaries:
    """Inputs that show whether a model answers at all, and nothing of the task itself."""
    if task.declared.mode == "embedding":
        return Canaries(
            origin="generic", inputs=tuple(Canary(text=sentence) for sentence in _SENTENCES)
        )
    message = Message(role="user", content=_GREETING)
    return Canaries(origin="generic", inputs=(Canary(messages=(message,), text=_GREETING),))
