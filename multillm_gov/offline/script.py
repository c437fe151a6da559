"""The offline server's script: faults, delays and answers; the first matching rule applies."""

from fnmatch import fnmatchcase
from typing import Annotated, Literal

from msgspec import Meta, Struct

from multillm_gov.offline.exchange import ReceivedCall
from multillm_gov.vocabulary import CallMode

Fault = Literal[
    "connection-refused",
    "server-error",
    "bad-gateway",
    "overloaded",
    "rate-limit",
    "quota",
    "timeout",
    "content-filter",
    "context-overflow",
    "malformed-body",
    "wrong-shape",
    "html-page",
    "stream-cut",
    "stream-short",
    "stream-error",
    "wrong-key",
    "forbidden",
    "not-found",
    "retired",
]
"""All of `evidence.record.Fault`, and what else a provider may answer."""
Seconds = Annotated[float, Meta(ge=0, le=3600)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]


class ScriptRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to the requests that fit."""

    format: Annotated[str, Meta(description="Wire format; `*` matches any")] = "*"
    model: Annotated[str, Meta(description="Model as the server sees it; `*` matches anything")] = (
        "*"
    )
    mode: CallMode | None = None
    contains: Annotated[str, Meta(description="Part of the text sent")] = ""
    skip: Annotated[Count, Meta(description="Skip the first N matching requests")] = 0
    times: Annotated[Count | None, Meta(description="Apply to N requests only")] = None
    fault: Fault | None = None
    seconds: Annotated[Seconds | None, Meta(description="Wait before the answer")] = None
    retry_after: Annotated[
        str, Meta(max_length=64, description="Retry-After header of a rate limit")
    ] = "1"
    text: Annotated[str | None, Meta(description="The answer")] = None
    served_model: Annotated[str, Meta(description="Name of the model in the answer")] = ""

    def fits(self, kind: str, request: ReceivedCall) -> bool:
        """Whether a request is meant."""
        return (
            fnmatchcase(kind, self.format)
            and fnmatchcase(request.model, self.model)
            and self.mode in {None, request.mode}
            and (not self.contains or any(self.contains in text for text in request.texts))
        )


class Script(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole script."""

    seconds: Annotated[Seconds, Meta(description="Wait before every answer")] = 0.0
    echo_key: Annotated[
        bool,
        Meta(description="Repeat the key that was sent in error bodies, as some servers do"),
    ] = False
    rules: tuple[ScriptRule, ...] = ()


class Playing:
    """A script under way: counts which requests each rule has seen."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._seen = [0] * len(script.rules)

    def rule_for(self, kind: str, request: ReceivedCall) -> ScriptRule:
        """The rule that holds for a request; one that does nothing where none fits."""
        for number, rule in enumerate(self.script.rules):
            if not rule.fits(kind, request):
                continue
            self._seen[number] += 1
            place = self._seen[number] - rule.skip
            if place >= 1 and (rule.times is None or place <= rule.times):
                return rule
        return ScriptRule()
