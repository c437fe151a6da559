"""From a failure's symptoms to its verdict: the first matching row, else inconclusive.

Codes come before words and words before the bare status, since several vendors send one status for
many things: 400 may be a filter, an overflow or a wrong key (Google), 404 a retired model, 429 an
empty account.
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from multillm_gov.evidence.verdict import Verdict
from multillm_gov.providers.symptoms import Symptoms


class SymptomRow(Struct, frozen=True, kw_only=True):
    """A row matches one of its codes, words or names, and its statuses if it has any."""

    verdict: Verdict
    statuses: frozenset[int] = frozenset()
    """Empty: any, or none at all."""
    codes: frozenset[str] = frozenset()
    words: re.Pattern[str] | None = None
    names: frozenset[str] = frozenset()
    begun: bool | None = None
    """Whether a part of the answer must have come before; ``None``: either."""

    def fits(self, shown: Symptoms) -> bool:
        """Whether the symptoms are of this kind."""
        if self.statuses and shown.status not in self.statuses:
            return False
        if self.begun is not None and shown.begun is not self.begun:
            return False
        if not (self.codes or self.words or self.names):
            return True
        return bool(
            self.codes & shown.codes
            or self.names & shown.names
            or (self.words is not None and self.words.search(shown.text))
        )


def _row(
    verdict: Verdict,
    *,
    statuses: Iterable[int] = (),
    codes: str = "",
    words: Iterable[str] = (),
    names: str = "",
    begun: bool | None = None,
) -> SymptomRow:
    return SymptomRow(
        verdict=verdict,
        statuses=frozenset(statuses),
        codes=frozenset(codes.lower().split()),
        words=re.compile("|".join(words)) if words else None,
        names=frozenset(names.split()),
        begun=begun,
    )


_CONNECTION = (
    "ConnectError ReadError WriteError CloseError RemoteProtocolError ConnectionError "
    "ClientConnectionError"
    " ClientPayloadError IncompleteRead gaierror EndpointConnectionError ProxyError "
    "UnsupportedProtocol InvalidURL"
)
_CLOSED_EARLY = r"closed the response(?:s)? stream before"
TABLE: tuple[SymptomRow, ...] = (
    # What is no answer at all: the connection, or a body that its reader gave up on.
    _row(
        "provider-fault",
        words=(
            r"without sending complete message body",
            r"incomplete chunked read",
            r"response payload is not completed",
        ),
    ),
    _row(
        "timeout",
        names="TimeoutError ReadTimeout WriteTimeout PoolTimeout ConnectTimeout APITimeoutError "
        "ReadTimeoutError"
        " ServerTimeoutError",
    ),
    _row(
        "provider-fault",
        begun=True,
        names="StreamCutError",
        words=(r"stream ended before a finish", _CLOSED_EARLY),
    ),
    _row(
        "contract",
        names="MalformedAnswerError StreamCutError APIResponseValidationError",
        words=(
            r"stream ended before a finish",
            _CLOSED_EARLY,
            r"no embedding data (?:found|received)",
            r"'str' object has no attribute",
            r"error converting to valid response",
            r"empty or invalid response from llm endpoint",
            r"unexpected response from azure",
            r"unable to get json response",
            r"provider returned a response with no",
            r"checksum mismatch",
            r"stream ended with \d+ undecod",
        ),
    ),
    _row("provider-fault", begun=True, names=_CONNECTION),
    _row("unreachable", begun=False, names=_CONNECTION),
    # What the provider says, most telling first.
    _row(
        "refused-by-filter",
        statuses=(400, 403, 422),
        codes="content_filter content_policy_violation responsibleaipolicyviolation invalid_prompt "
        "moderation_blocked"
        " prohibited_content",
        words=(r"content management policy", r"output blocked by content filtering policy"),
    ),
    _row(
        "context",
        statuses=(400, 413, 422),
        codes="context_length_exceeded string_above_max_length request_too_large",
        words=(
            r"maximum context length",
            r"prompt is too long",
            r"input is too long",
            r"input length and `?max_tokens`? exceed context",
            r"exceeds the (?:maximum number of tokens|context window|model's context)",
            r"input token count .{0,40}exceeds",
            r"too many input tokens",
        ),
    ),
    _row(
        "credentials",
        statuses=(400, 402, 403, 429),
        codes="invalid_api_key api_key_invalid authentication_error insufficient_quota "
        "billing_hard_limit_reached"
        " billing_not_active unrecognizedclientexception invalidsignatureexception "
        "expiredtokenexception"
        " account_deactivated",
        words=(
            r"credit balance is too low",
            r"api key not valid",
            r"api key expired",
            r"credits are depleted",
        ),
    ),
    _row(
        "retired",
        statuses=(400, 403, 404, 410),
        codes="model_decommissioned modeldeprecated model_deprecated deprecated_model",
        words=(
            r"reached the end of its life",
            (
                r"model[^\n]{0,160}?(?:has been|is|was) "
                r"(?:deprecated|retired|decommissioned|discontinued|sunset)"
            ),
            r"model[^\n]{0,20}(?:models/\S{1,80} )?is no longer (?:available|supported)",
            r"marked by provider as legacy",
        ),
    ),
    _row("retired", statuses=(410,)),
    _row(
        "not-found",
        statuses=(400, 403, 404),
        codes="model_not_found not_found_error deploymentnotfound invalid_model unknown_model",
        words=(
            r"model identifier is invalid",
            r"invalid model(?: name|:)",
            r"model[^\n]{0,160}?(?:does not exist|not found)",
            r"don't have access to the model",
            r"does not have access to model",
        ),
    ),
    _row(
        "contract",
        codes="invalid_json_schema",
        words=(
            r"invalid schema for response_format",
            r"does not support parameters: \[[^\]]{0,200}response_format",
        ),
    ),
    _row(
        "rate-limited",
        statuses=(400,),
        codes="throttlingexception servicequotaexceededexception rate_limit_exceeded",
        words=(r"denied by your service quota",),
    ),
    # What the bare status says.
    _row("unreachable", statuses=range(300, 400)),
    _row("not-found", statuses=(404,)),
    _row("credentials", statuses=(401, 402, 403)),
    _row("rate-limited", statuses=(429,)),
    _row("timeout", statuses=(408, 504)),
    _row("provider-fault", statuses=range(500, 600)),
    _row(
        "provider-fault",
        begun=True,
        codes="overloaded_error api_error server_error internalserverexception internalservererror "
        "serviceunavailable"
        " serviceunavailableexception modelstreamerrorexception unavailable internal",
    ),
    # What no response was there for.
    _row(
        "credentials",
        names="NoCredentialsError DefaultCredentialsError PartialCredentialsError "
        "AuthenticationError",
    ),
    _row("not-found", words=(r"llm provider not provided",)),
    _row("unreachable", words=(r"api_base not set",)),
    _row(
        "credentials",
        words=(
            r"api_key client option must be set",
            r"missing (?:credentials|[^.]{0,30}api[ _]key)",
        ),
    ),
    # LiteLLM's readers take a field for granted that a body lacks, or take for JSON what is none.
    _row("contract", statuses=(200,)),
    _row("contract", names="JSONDecodeError UnicodeDecodeError"),
    _row("contract", names="KeyError IndexError ValidationError"),
)


def verdict_of(shown: Symptoms) -> Verdict:
    """The verdict of the first row that fits; ``inconclusive`` where none does."""
    return next((row.verdict for row in TABLE if row.fits(shown)), "inconclusive")
