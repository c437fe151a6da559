"""From plain data to a type; what does not fit becomes flaws at the exact key or value."""

from collections.abc import Iterator
from typing import Any, TypeVar, cast

import msgspec

from multillm_gov.documents.document import Document
from multillm_gov.finding import Flaw
from multillm_gov.location import Pointer
from multillm_gov.units import Exact

T = TypeVar("T")


def convert(
    document: Document,
    pointer: Pointer,
    kind: type[T],
    value: object = msgspec.UNSET,
    *,
    explain: bool = True,
) -> tuple[T | None, tuple[Flaw, ...]]:
    """Turn the value at a pointer into a type.

    Args:
        document: Where the value stands.
        pointer: Route to it; it must exist.
        kind: A type that `json_schema` can describe.
        value: What to convert instead of all that stands there (a part of a mapping).
        explain: Whether to look for the flaws; without, a misfit costs no more than a fit.

    Returns:
        The typed value, or nothing and one flaw per real error, in order of place.
    """
    if value is msgspec.UNSET:
        value = document.data
        for step in pointer:
            value = cast("Any", value)[step]
    try:
        return decoded(value, kind), ()
    except msgspec.ValidationError as error:
        if not explain:
            return None, ()
        from multillm_gov.documents.explaining import explain_misfit

        return None, explain_misfit(
            document, pointer, kind, value, error, lambda other: _refusal(other, kind)
        )


def sound_entries(document: Document, key: str, kind: type[Any]) -> Iterator[tuple[Any, Any]]:
    """The entries below a key that are sound by themselves, each with its name or index.

    For a file that is not sound as a whole: one broken entry must not hide the others.
    """
    written = document.data.get(key) if isinstance(document.data, dict) else None
    steps = range(len(written)) if isinstance(written, list) else written
    for step in steps if isinstance(steps, range | dict) else ():
        value, _ = convert(document, (key, step), kind, explain=False)
        if value is not None:
            yield step, value


def decoded(value: object, kind: type[T]) -> T:
    """Plain data, its numbers exact, as a value of a type.

    Raises:
        msgspec.ValidationError: it has another shape.
    """
    return msgspec.convert(value, kind, strict=True, dec_hook=_decode)


def _refusal(value: object, kind: type[Any]) -> msgspec.ValidationError | None:
    try:
        decoded(value, kind)
    except msgspec.ValidationError as error:
        return error
    return None


def _decode(kind: type[Any], value: object) -> object:
    if issubclass(kind, Exact):
        return kind.decode(value)
    raise NotImplementedError(f"{kind.__name__} cannot be decoded")
