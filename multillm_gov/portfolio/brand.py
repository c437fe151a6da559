"""How reports look: paper, color, logo and fonts, declared below ``brand:`` of ``govern.yaml``."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Paper = Literal["a4", "us-letter"]
FilePath = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=r"^(?!/)(?!.*\.\.)[^\\\x00-\x1f]+$")
]
Color = Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$")]
Name = Annotated[str, Meta(min_length=1, max_length=100)]


class Brand(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is printed on every page; nothing here changes a figure."""

    paper: Annotated[Paper, Meta(description="Size of a PDF's pages")] = "a4"
    color: Annotated[
        Color | None,
        Meta(description="Color of headings, such as #1d4468; dark enough to read on white"),
    ] = None
    logo: Annotated[
        FilePath | None,
        Meta(description="PNG, JPEG or SVG file below the portfolio's root, for the cover"),
    ] = None
    fonts: Annotated[
        tuple[FilePath, ...],
        Meta(
            max_length=20,
            description="Font files (OTF, TTF, TTC) below the portfolio's root, for scripts that "
            "the shipped typeface lacks and for `typeface`",
        ),
    ] = ()
    typeface: Annotated[
        Name | None, Meta(description="Name of a typeface in `fonts` that reports are set in")
    ] = None
