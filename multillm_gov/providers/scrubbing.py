"""Removing secrets from all output: the environment's keys, key shapes, headers."""

import os
import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.secrets.masking import Masks, masked
from multillm_gov.documents.secrets.search import find_secrets

T = TypeVar("T")
STARS = "***"
_SHORTEST = 6
"""Characters; a shorter value is no key, and starring it would star words."""
_KEY_NAME = re.compile(
    r"(?:^|_)(?:API_?KEY|KEY|KEY_ID|ACCESS_KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|CONNECTION_STRING|AUTH)(?:$|_)",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"(?i)((?:authorization|proxy-authorization|x-api-key|api-key|x-goog-api-key|x-amz-security-token|ocp-apim-"
    r"subscription-key|cookie|set-cookie)[\"']?\s*[:=,]\s*[bB]?[\"']?)((?:bearer|basic|aws4-hmac-sha256)\s+)?"
    r"[^\s\"',;}\])][^\"'\r\n}\])]*"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_SIGNATURE = re.compile(r"(?i)\b(credential|signature|x-amz-\w+)=[^\s,&\"']+")
_QUERY = re.compile(
    r"(?i)([?&](?:key|api[-_]?key|access_token|token|sig|signature|subscription-key|code)=)[^\s&\"'#]+"
)
_USER = re.compile(r"(://)[^\s/@\"'<>]{1,400}@")


def key_values(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Values of the variables whose names say that they hold a secret, longest first."""
    values = {
        value.strip()
        for name, value in environment.items()
        if _KEY_NAME.search(name) and len(value.strip()) >= _SHORTEST
    }
    return tuple(sorted(values, key=lambda value: (-len(value), value)))


class Scrubber:
    """Knows the secrets of one environment; what it returns may be printed, logged and stored."""

    def __init__(
        self, environment: Mapping[str, str] | None = None, more: Iterable[str] = ()
    ) -> None:
        """Look at the environment once.

        Args:
            environment: Default: that of this process.
            more: Secrets known otherwise.
        """
        known = key_values(os.environ if environment is None else environment)
        extra = {value for value in more if len(value) >= _SHORTEST}
        self._values = tuple(sorted({*known, *extra}, key=lambda value: (-len(value), value)))

    def text(self, text: str) -> str:
        """The text with stars for all secrets."""
        for value in self._values:
            if value in text:
                text = text.replace(value, STARS)
        text = _HEADER.sub(rf"\1{STARS}", text)
        text = _BEARER.sub(rf"\1 {STARS}", text)
        text = _SIGNATURE.sub(rf"\1={STARS}", text)
        text = _QUERY.sub(rf"\1{STARS}", text)
        text = _USER.sub(rf"\1{STARS}@", text)
        return masked(
            text, find_secrets((SourceFile(path="text", data=text.encode("utf-8", "replace")),))
        )

    def over(self, value: T) -> T:
        """The value with every text in it scrubbed, in structs, tuples, lists and mappings."""
        return _Walk(self).over(value)


class _Walk(Masks):
    """Walks as masks do, and scrubs each text."""

    def __init__(self, scrubber: Scrubber) -> None:
        super().__init__(())
        self._scrubber = scrubber

    def __bool__(self) -> bool:
        return True

    def text(self, text: str) -> str:
        return self._scrubber.text(text)
