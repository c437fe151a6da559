"""Which routes of the proxy the budgets of deployments and providers count, release by release.

Each release was started with `max_budget` of deployments, and with `provider_budget_config`, and
called on every route until it refused, or twelve times at a cost above the budget.
`tests/gateway` repeats it on the release that is installed there.
"""

from typing import Literal

from multillm_gov.gateways.litellm.versions import parse_release

Route = Literal["chat", "responses", "messages", "embeddings"]
ADDRESSES: dict[Route, str] = {
    "chat": "`/v1/chat/completions`",
    "responses": "`/v1/responses`",
    "messages": "`/v1/messages`",
    "embeddings": "`/v1/embeddings`",
}
_ALL: frozenset[Route] = frozenset(ADDRESSES)
COUNTED: dict[str, frozenset[Route]] = {
    "1.75.0": frozenset({"chat", "messages"}),
    "1.83.0": frozenset({"chat"}),
    "1.90.0": frozenset({"chat"}),
    "1.98.0": frozenset({"chat"}),
    "1.106.2": _ALL,
    "1.108.0": _ALL,
}
"""By release tried; between two of them, the older one is the nearest that was seen."""


def tried(release: tuple[int, int, int]) -> str:
    """The newest release tried that is not newer than one; of older ones, the oldest tried."""
    older = [each for each in COUNTED if parse_release(each) <= release]
    return older[-1] if older else next(iter(COUNTED))


def uncounted(release: tuple[int, int, int]) -> tuple[Route, ...]:
    """Routes whose requests no budget of a deployment or a provider stops, in a fixed order."""
    counted = COUNTED[tried(release)]
    return tuple(route for route in ADDRESSES if route not in counted)
