"""A schema error and the flaw it becomes."""

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from multillm_gov.location import Pointer

Step = str | int


class SchemaError(Protocol):
    """What is used of an error of jsonschema-rs."""

    instance_path: list[Step]
    schema_path: list[Step]
    instance: Any
    kind: Any


class SchemaFlaw(msgspec.Struct, frozen=True):
    """What is wrong at a route below the value checked."""

    pointer: Pointer
    message: str
    remedy: str
    on_key: bool = False
    meant: str = ""
    """For an unknown key: the key it was probably meant to be."""
    missing: bool = False


def without_consequences(flaws: Iterable[SchemaFlaw]) -> list[SchemaFlaw]:
    """A misspelled key is one flaw: it is not reported once more as missing."""
    schema_flaws = list(flaws)
    misspelled = {(*flaw.pointer[:-1], flaw.meant) for flaw in schema_flaws if flaw.meant}
    return [flaw for flaw in schema_flaws if not (flaw.missing and flaw.pointer in misspelled)]
