"""A probe of one model in one task class, complete before anything is sent."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.evaluation.client import Call, Message
from multillm_gov.evaluation.probes.references import ReferenceVectors
from multillm_gov.evidence.record import ProbeKind, ProbeRecord
from multillm_gov.location import Place
from multillm_gov.portfolio.allocation import TaskClass

CanaryOrigin = Literal["prompt", "evals", "generic"]
"""Where inputs are from: the prompt file's canaries, the first benchmark cases, or neither."""


class Canary(Struct, frozen=True, kw_only=True):
    """A harmless input of a task class, rendered and ready to be sent."""

    messages: tuple[Message, ...] = ()
    text: str = ""
    """The bare input, for embeddings."""


class Canaries(Struct, frozen=True, kw_only=True):
    """The inputs of one task class."""

    origin: CanaryOrigin
    inputs: tuple[Canary, ...]


class TaskDigests(Struct, frozen=True, kw_only=True):
    """What a probe's result is about: ``sha256:…``, or ``None`` where there is no such thing."""

    task: str
    prompt: str | None = None
    output_schema: str | None = None


class ProviderKey(Struct, frozen=True, kw_only=True, order=True):
    """The name of an environment variable that a provider's key is read from; never its value."""

    name: str
    present: bool
    required: bool = True

    @property
    def is_missing(self) -> bool:
        """Whether calls will fail for want of it."""
        return self.required and not self.present


class Probe(Struct, frozen=True, kw_only=True):
    """One task class, model and kind."""

    task: TaskClass
    model: str
    kind: ProbeKind
    role: Literal["route", "fallback"]
    provider: str
    """Who serves it: calls to one provider share its limit of concurrency and its pauses."""
    calls: tuple[Call, ...]
    """One a canary; samples take them in turn."""
    samples: int
    day: date
    """The day that the result is dated by."""
    origin: CanaryOrigin
    digests: TaskDigests
    facts: ModelFacts | None = None
    place: Place
    """Where the portfolio names the model."""
    output_schema: dict[str, Any] | None = None
    """Declared; requested natively only where ``native_schema``."""
    schema_flaw: str = ""
    """Why the declared schema cannot be used."""
    native_schema: bool = False
    worst_usd: Decimal | None = None
    """Of the dearest of its calls, each; ``None``: the price is not known."""
    usd_per_unit: Decimal | None = Decimal(1)
    """US dollars that one unit of the portfolio's currency costs."""
    keys: tuple[ProviderKey, ...] = ()
    last: ProbeRecord | None = None
    """The newest record of the same task class, model and kind, before this probe."""
    reference: ReferenceVectors | None = None
    """Vectors of the same inputs from an earlier day, for embeddings."""

    @property
    def worst_total_usd(self) -> Decimal | None:
        """For all samples; retries add nothing, as calls that may be billed are not retried."""
        return None if self.worst_usd is None else self.worst_usd * self.samples

    def call(self, sample: int) -> Call:
        """What the sample sends, counted from 0."""
        return self.calls[sample % len(self.calls)]
