"""One call to a model and its result: the protocol between evaluation and providers."""

from decimal import Decimal
from typing import Any, Literal, Protocol

from msgspec import Struct

from multillm_gov.evidence.verdict import Verdict
from multillm_gov.vocabulary import CallMode


class Message(Struct, frozen=True):
    """One turn."""

    role: Literal["system", "user", "assistant"]
    content: str


class Call(Struct, frozen=True, kw_only=True):
    """One request, complete but for keys and addresses, which are the client's."""

    model: str
    """As routed: LiteLLM's spelling, or a name from ``catalog/``."""
    mode: CallMode = "chat"
    messages: tuple[Message, ...] = ()
    """For chat and responses; a completion sends their contents, one after the other."""
    inputs: tuple[str, ...] = ()
    """For embeddings."""
    output_schema: dict[str, Any] | None = None
    """JSON Schema requested natively; ``None``: free text, or no native structured output."""
    max_output_tokens: int | None = None
    temperature: float | None = None
    stream: bool = False
    timeout_seconds: float = 60.0


class Answer(Struct, frozen=True, kw_only=True):
    """What a model answered."""

    text: str = ""
    vectors: tuple[tuple[float, ...], ...] = ()
    """For embeddings, one an input."""
    finish_reason: str = ""
    """``stop``, ``length``, ``content_filter`` …; empty where the provider reports none."""
    served_model: str = ""
    """The model's name as the provider reports it; empty where it reports none."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    """Reasoning included."""
    cached_input_tokens: int | None = None
    usd: Decimal | None = None
    """What the call cost by the price map; ``None``: not known."""
    seconds: float
    """From sending to the last byte."""
    seconds_to_first: float | None = None
    """To the first piece of a stream."""


class CallFailure(Struct, frozen=True, kw_only=True):
    """Why a call has no answer."""

    verdict: Verdict
    message: str
    """The error of the provider or the network, secrets scrubbed."""
    status: int | None = None
    """HTTP status, where there was one."""
    retry_after_seconds: float | None = None
    seconds: float
    may_bill: bool = True
    """Whether tokens may have been billed all the same (a timeout, a cut stream)."""


class Client(Protocol):
    """Carries calls: live, recorded or replayed. A failure is a value; an exception is a defect."""

    async def send(self, call: Call) -> Answer | CallFailure:
        """Send one call, once: retries are the runner's."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
