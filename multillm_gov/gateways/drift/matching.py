"""Which running deployment is which declared model, and how both are shown."""

from collections.abc import Sequence

from multillm_gov.gateways.drift.running import Running, RunningDeployment
from multillm_gov.gateways.routing import Deployment
from multillm_gov.location import Place
from multillm_gov.words import code


def runs(declared: Deployment, running: RunningDeployment) -> bool:
    """Whether a running deployment is the declared model, however its name is spelled."""
    served = declared.served
    custom = running.parameters.get("custom_llm_provider")
    spelled = {running.model}
    if isinstance(custom, str):
        spelled.add(f"{custom}/{running.model}")
    return bool(
        spelled & {served.model, f"{served.provider}/{served.bare_name}", declared.name}
        or running.model == served.bare_name
    )


def shown(text: str) -> str:
    """A name from a gateway's answer: nothing in it that a terminal or a page would act upon."""
    return code("".join(name if name.isprintable() else "?" for name in text))


def at(running: Running, place: Place | None) -> str:
    """``in FILE`` or ``at ADDRESS``."""
    return f"in {place.path}" if place is not None else f"at {running.origin}"


def effective_percents(deployments: Sequence[RunningDeployment]) -> list[float]:
    """How LiteLLM shares requests: by weight, else by rpm, else by tpm, else evenly.

    The first of the three that any deployment of the group has counts, and is 0 for the others.
    """
    for key in ("weight", "rpm", "tpm"):
        weights = [max(deployment.number(key) or 0.0, 0.0) for deployment in deployments]
        if sum(weights) > 0:
            return [100 * weight / sum(weights) for weight in weights]
    return [100 / len(deployments)] * len(deployments)
