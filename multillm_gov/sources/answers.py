"""GET requests to a gateway or a provider: bounded, never redirected, answers never trusted."""

import ipaddress
from collections.abc import Mapping
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

from multillm_gov.errors import SourceError, UsageError

LARGEST_BYTES = 64 * 1024 * 1024
SECONDS = 30.0
MOST_REQUESTS = 500
_ABSENT = 404
_UNAUTHORIZED = frozenset({401, 403})
_INSIDE = (".local", ".internal", ".svc", ".localhost", ".lan", ".intranet")
_SHOWN = 200


class _NoRedirect(HTTPRedirectHandler):
    """A redirect could carry the key to another host."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


class Answers:
    """Asks one server, with one key, for JSON.

    Attributes:
        address: Scheme, host and path that requests go below; no credentials, no query.
    """

    def __init__(self, address: str, headers: Mapping[str, str], key_name: str) -> None:
        """Refuse addresses that a key must not be sent to.

        Args:
            address: As the call names it.
            headers: What authorizes a request.
            key_name: Environment variable of the key, for messages.

        Raises:
            UsageError: it is no plain http(s) address, or a public one without TLS.
        """
        self.address = _checked(address).rstrip("/")
        self._headers = {**headers, "accept": "application/json", "user-agent": "govern"}
        self._key_name = key_name
        self._opener = build_opener(_NoRedirect)
        self._requests = 0

    def __call__(self, path: str) -> object:
        """The decoded answer; ``None`` where the server knows no such thing (404).

        Raises:
            SourceError: no answer, too large or late a one, a refusal, a redirect, no JSON.
        """
        self._requests += 1
        if self._requests > MOST_REQUESTS:
            raise SourceError(f"{self.address} needs more than {MOST_REQUESTS} requests", "")
        request = Request(self.address + path, headers=self._headers)  # noqa: S310 # checked
        where = f"{self.address}{path.partition('?')[0]}"
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                data = answer.read(LARGEST_BYTES + 1)
        except HTTPError as error:
            error.close()
            if error.code == _ABSENT:
                return None
            raise self._refusal(where, error.code) from None
        except (URLError, OSError, HTTPException, ValueError) as error:
            why = getattr(error, "reason", None) or error
            raise SourceError(
                f"{where} does not answer: {str(why)[:_SHOWN]}", "Check the address."
            ) from None
        if len(data) > LARGEST_BYTES:
            raise SourceError(f"{where} answers more than {LARGEST_BYTES // 2**20} MiB", "")
        try:
            return msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise SourceError(f"{where} does not answer in JSON", "Check the address.") from None

    def _refusal(self, where: str, status: int) -> SourceError:
        if status in _UNAUTHORIZED:
            return SourceError(
                f"{where} refuses the key in {self._key_name} ({status})",
                f"Put an admin key into {self._key_name}.",
            )
        if 300 <= status < 400:
            return SourceError(f"{where} redirects ({status})", "Name the final address.")
        return SourceError(
            f"{where} fails ({status})", f"Check the address and the key in {self._key_name}."
        )


def _checked(address: str) -> str:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    plain = address.isprintable() and address.isascii() and " " not in address
    if parts.scheme not in {"http", "https"} or not host or not plain:
        raise UsageError(
            f"`{address[:_SHOWN]}` is not an http or https address", "Write `http://HOST:PORT`."
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(
            "The address holds more than a host and a path", "Put keys into the environment."
        )
    if parts.scheme == "http" and not _is_inside(host):
        raise UsageError(
            f"A key would be sent to `{host[:_SHOWN]}` in clear text", "Use its https address."
        )
    return address


def _is_inside(host: str) -> bool:
    """Loopback, a private network, or a name that only an own network resolves."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(_INSIDE)
