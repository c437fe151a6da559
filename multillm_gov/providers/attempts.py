"""Which deployments a router really called, in order: told by LiteLLM just before it sends."""

from collections.abc import Mapping
from typing import Any


class Attempts:
    """Follows calls by the ids of their deployments."""

    def __init__(self, litellm: Any) -> None:  # noqa: ANN401 # a module without types
        from litellm.integrations.custom_logger import CustomLogger

        made: dict[str, list[str]] = {}

        class Recorder(CustomLogger):
            def log_pre_api_call(
                self, model: str, messages: Any, kwargs: Mapping[str, Any]
            ) -> None:
                del model, messages
                deployment = _deployment_of(kwargs)
                calls = made.get(deployment)
                # A format that is spoken through another one is told twice.
                if calls is not None and calls[-1:] != [deployment]:
                    calls.append(deployment)

        self._made = made
        self._litellm = litellm
        self._recorder = Recorder()
        litellm.callbacks = [*litellm.callbacks, self._recorder]

    def follow(self, deployments: Mapping[str, int]) -> None:
        """Note the calls of one request, which are those to these deployments."""
        calls: list[str] = []
        for deployment in deployments:
            self._made[deployment] = calls

    def made(self, deployments: Mapping[str, int]) -> tuple[int, ...]:
        """Positions of the deployments called since, in order; they are followed no longer."""
        calls = next(iter([self._made.pop(deployment) for deployment in deployments]), [])
        return tuple(deployments[deployment] for deployment in calls)

    def close(self) -> None:
        """Tell LiteLLM to tell no more."""
        self._litellm.callbacks = [
            one for one in self._litellm.callbacks if one is not self._recorder
        ]


def _deployment_of(kwargs: Mapping[str, Any]) -> str:
    parameters = kwargs.get("litellm_params")
    held = parameters if isinstance(parameters, Mapping) else {}
    for place in (held, held.get("metadata"), held.get("litellm_metadata")):
        info = place.get("model_info") if isinstance(place, Mapping) else None
        if isinstance(info, Mapping) and info.get("id"):
            return str(info["id"])
    return ""
