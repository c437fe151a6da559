"""How the pages of a report look: paper, color, logo and fonts, as bytes."""

from typing import Literal

import msgspec


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """How pages look; an empty color, logo or typeface is the product's own."""

    paper: Literal["a4", "us-letter"] = "a4"
    color: str = ""
    """``#1d4468``."""
    logo: bytes = b""
    logo_kind: str = ""
    """``png``, ``jpg`` or ``svg``."""
    fonts: tuple[bytes, ...] = ()
    """Font files, for what the shipped typeface lacks."""
    typeface: str = ""
