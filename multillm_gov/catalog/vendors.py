"""Who makes models: marks in a model's name, else the organization that a host writes before it."""

from functools import cache

import msgspec

from multillm_gov.catalog.shipped import shipped_bytes
from multillm_gov.dimensions import UNKNOWN


class Maker(msgspec.Struct, frozen=True):
    """A vendor, where it sits, and the line of models a name belongs to."""

    vendor: str = UNKNOWN
    jurisdiction: str = UNKNOWN
    family: str = UNKNOWN


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    vendor: str
    jurisdiction: str
    namespaces: tuple[str, ...] = ()
    families: dict[str, tuple[str, ...]] = {}
    about: str = ""


@cache
def _rows() -> tuple[_Row, ...]:
    rows = msgspec.json.decode(shipped_bytes("vendors.json"), type=list[_Row])
    return tuple(row for row in rows if row.vendor)


@cache
def _marks() -> tuple[tuple[str, Maker], ...]:
    """Marks in the table's order: the first one found in a name decides."""
    return tuple(
        (mark, Maker(row.vendor, row.jurisdiction or UNKNOWN, family))
        for row in _rows()
        for family, marks in row.families.items()
        for mark in marks
    )


@cache
def _by_namespace() -> dict[str, Maker]:
    return {
        name: Maker(row.vendor, row.jurisdiction or UNKNOWN)
        for row in _rows()
        for name in row.namespaces
    }


@cache
def seats() -> dict[str, str]:
    """Jurisdiction by vendor, for the vendors whose seat is known."""
    return {row.vendor: row.jurisdiction for row in _rows() if row.jurisdiction}


def maker_of(name: str) -> Maker | None:
    """The maker whose mark stands in a name (lower case, words joined by ``-``); ``None``: no mark matches."""
    framed = f"-{name}-".replace("/", "-").replace(".", "-")
    return next((maker for mark, maker in _marks() if mark in framed), None)


def maker_of_namespace(namespace: str) -> Maker | None:
    """The maker behind an organization's name as hosts write it."""
    return _by_namespace().get(namespace.lower())


def maker_named(vendor: str) -> Maker:
    """The maker by its id, its family not told."""
    return Maker(vendor, seats().get(vendor, UNKNOWN))
