"""`catalog/catalog.lock.json`: the facts that a portfolio depends on, frozen.

It holds what the price map and the list of past models say, before the portfolio's own
declarations: those stand in the repository themselves, under the same review. Everything computed
from the clock (a successor that has not retired) is computed once, for the lock's day.
"""

import re
from datetime import date
from decimal import Decimal
from hashlib import sha256

import msgspec

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.pricing.plausibility import TypicalPrice
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import LOCK
from multillm_gov.finding import Flaw
from multillm_gov.location import Location

FORMAT = 2
"""Of the file; a reader of another format refuses it."""
RELOCK = "Run `govern catalog lock` and commit what it writes."
_BLANK = "0" * 64
_DIGEST = re.compile(rb'"digest": ?"([0-9a-f]{64})"')


class Lock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    format: int
    digest: str
    """SHA-256 of the file with this digest written as zeros: an edit by hand is noticed."""
    as_of: date
    """Day that decided what had retired."""
    litellm: str
    """Version of LiteLLM whose price map it is from."""
    price_map: str
    """SHA-256 of that price map."""
    models: dict[str, ModelFacts]
    """By name as routed: models of the allocations, bases of own models, successors of both."""
    own: tuple[str, ...] = ()
    """Models that only the portfolio itself declares: looked up, and known to nobody else."""
    typical: dict[str, TypicalPrice] = {}
    """Usual prices by family and mode, to judge declared prices by."""


def encode_lock(lock: Lock) -> bytes:
    """The file's bytes: sorted and indented, without what is empty, with its digest."""
    blank = msgspec.structs.replace(lock, digest=_BLANK)
    plain = _pruned(msgspec.to_builtins(blank, order="sorted", builtin_types=(Decimal,)))
    data = msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n"
    return data.replace(_BLANK.encode(), sha256(data).hexdigest().encode(), 1)


def _pruned(value: object) -> object:
    """Without what reading fills in again; an empty set of capabilities is known, and stays."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list | tuple):
        return [_pruned(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _pruned(item) for key, item in value.items() if not _is_filled_in(key, item)}


def _is_filled_in(key: str, value: object) -> bool:
    if key == "usd_fixed_per_month":
        return not value
    empty = isinstance(value, str | list | tuple | dict) and not value
    return value is None or value is False or (empty and key not in {"capabilities", "models"})


def read_lock(file: SourceFile) -> tuple[Lock | None, tuple[Flaw, ...]]:
    """The lock in a file; one that is garbled, edited or of another format is a flaw."""
    try:
        lock = msgspec.json.decode(file.data, type=Lock)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return None, (
            _flaw(file, f"this is no catalog lock: {error}", _line_of_error(file.data, str(error))),
        )
    if lock.format != FORMAT:
        message = f"the lock has format {lock.format}; this version of govern reads format {FORMAT}"
        return None, (_flaw(file, message, _line_of(file.data, b'"format"')),)
    if _digest_of(file.data) != lock.digest:
        message = (
            "the lock was changed by hand, or only half of it was merged: its digest does "
            "not fit its content"
        )
        return None, (_flaw(file, message, _line_of(file.data, b'"digest"')),)
    return lock, ()


def _digest_of(data: bytes) -> str:
    text = data.replace(b"\r\n", b"\n")
    return sha256(_DIGEST.sub(b'"digest": "' + _BLANK.encode() + b'"', text, count=1)).hexdigest()


def _flaw(file: SourceFile, message: str, line: int) -> Flaw:
    lines = file.data.splitlines()
    source = lines[line - 1][:500].decode("utf-8", "replace") if 0 < line <= len(lines) else ""
    location = Location(file.path or LOCK, line, 1, line, max(len(source), 1) + 1, source)
    return Flaw(
        kind="schema",
        message=message,
        location=location,
        remedy=RELOCK,
        subject="catalog.lock.json",
    )


def _line_of(data: bytes, mark: bytes) -> int:
    return data.count(b"\n", 0, max(data.find(mark), 0)) + 1


def _line_of_error(data: bytes, message: str) -> int:
    """The line of the byte that an error names, else of the first mention of its key."""
    position = re.search(r"byte (\d{1,9})", message)
    if position is not None:
        return data.count(b"\n", 0, int(position[1])) + 1
    keys = re.findall(r"\.([a-z_]+)", message.partition(" - at ")[2]) or re.findall(
        r"field `(\w+)`", message
    )
    return _line_of(data, f'"{keys[-1]}"'.encode()) if keys else 1
