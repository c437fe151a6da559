"""Who makes models, where these vendors sit, and whether the weights of a family are open."""

import re
from functools import cache

import msgspec

from multillm_gov.catalog.shipped import shipped_bytes
from multillm_gov.dimensions import CLOSED, UNKNOWN


class VendorFamily(msgspec.Struct, frozen=True):
    """A vendor, where it sits, and the line of models a name belongs to."""

    vendor: str = UNKNOWN
    jurisdiction: str = UNKNOWN
    family: str = UNKNOWN


class _Weights(msgspec.Struct, frozen=True, kw_only=True):
    """Who may serve some of a vendor's models."""

    weights: str
    vendor: str
    families: tuple[str, ...] = ()
    """Empty: all."""
    models: str = ""
    """Pattern of the model's own name; empty: all."""
    licence: str = ""
    source: str = ""
    about: str = ""

    def fits(self, family: str, model: str) -> bool:
        """Whether the row speaks about a model of its vendor."""
        if self.families and family not in self.families:
            return False
        return not self.models or re.search(self.models, model) is not None


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
def _marks() -> tuple[tuple[re.Pattern[str], VendorFamily], ...]:
    """Marks in the table's order: the first one found in a name decides."""
    return tuple(
        (_pattern(mark), VendorFamily(row.vendor, row.jurisdiction or UNKNOWN, family))
        for row in _rows()
        for family, marks in row.families.items()
        for mark in marks
    )


def _pattern(mark: str) -> re.Pattern[str]:
    """A mark as whole parts of a name: a version may follow (``qwen2.5``), a word may not."""
    end = "" if mark.endswith("*") else r"(?=-|v?\d)"
    return re.compile(re.escape(mark.rstrip("-*")) + end)


@cache
def _by_namespace() -> dict[str, VendorFamily]:
    return {
        name: VendorFamily(row.vendor, row.jurisdiction or UNKNOWN)
        for row in _rows()
        for name in row.namespaces
    }


@cache
def seats() -> dict[str, str]:
    """Jurisdiction by vendor, for the vendors whose seat is known."""
    return {row.vendor: row.jurisdiction for row in _rows() if row.jurisdiction}


def vendor_of(name: str, vendor: str = "") -> VendorFamily | None:
    """The vendor whose mark stands in a name as whole parts; ``None``: no mark matches.

    Args:
        name: Lower case, words joined by ``-``.
        vendor: Look at this vendor's marks only; empty: at all.
    """
    framed = f"-{name}-".replace("/", "-").replace(".", "-")
    return next(
        (
            line
            for mark, line in _marks()
            if vendor in {"", line.vendor} and mark.search(framed) is not None
        ),
        None,
    )


def vendor_of_namespace(namespace: str) -> VendorFamily | None:
    """The vendor behind an organization's name as hosts write it."""
    return _by_namespace().get(namespace.lower())


def vendor_named(vendor: str) -> VendorFamily:
    """The vendor by its id; its family is not known."""
    return VendorFamily(vendor, seats().get(vendor, UNKNOWN))


@cache
def _weights() -> dict[str, tuple[_Weights, ...]]:
    rows: dict[str, tuple[_Weights, ...]] = {}
    for row in msgspec.json.decode(shipped_bytes("weights.json"), type=list[_Weights])[1:]:
        rows[row.vendor] = (*rows.get(row.vendor, ()), row)
    return rows


def weights_of(vendor: str, family: str, model: str, dated: str = "") -> str:
    """``open``, ``closed`` or ``unknown``: whether others may serve a model without its vendor.

    A tuned model (``ft:``) is served by whoever tunes it, on weights nobody else has.

    Args:
        vendor: Who made it.
        family: Its family.
        model: Its canonical name.
        dated: The name as written, with its date: releases of one line differ in their licence.
    """
    if model.startswith("ft:"):
        return CLOSED
    rows = _weights().get(vendor, ())
    names = {model, dated} - {""}
    fitting = (row.weights for row in rows if any(row.fits(family, name) for name in names))
    return next(fitting, UNKNOWN)
