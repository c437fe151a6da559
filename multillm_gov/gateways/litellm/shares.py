"""How the router divides requests among the deployments of a group."""

from collections.abc import Sequence

from multillm_gov.gateways.litellm.configuration import ModelListEntry
from multillm_gov.gateways.litellm.rule import LintContext
from multillm_gov.gateways.litellm.versions import parse_release

_FIRST_DECIDES = parse_release("1.106.2")
"""Before it (1.98.0 was tried) the first deployment alone decided what is drawn by."""


def strategy_of(context: LintContext) -> str:
    """The routing strategy; `simple-shuffle` where none is set."""
    setting = context.configuration.router.get("routing_strategy")
    return str(setting.value) if setting is not None and setting.value else "simple-shuffle"


def picks_by(context: LintContext, members: Sequence[ModelListEntry]) -> str | None:
    """The number that `simple-shuffle` draws by: `weight`, `rpm` or `tpm`; ``None``: evenly.

    Seen with 60 to 200 draws on 1.83.0, 1.98.0, 1.106.2 and 1.110.2.
    """
    for key in ("weight", "rpm", "tpm"):
        if any(member.number(key) is not None for member in members):
            decides = members[0].number(key) is not None
            if decides or context.release >= _FIRST_DECIDES or key == "weight":
                return key
    return None
