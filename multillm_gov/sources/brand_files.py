"""The logo and fonts that ``brand:`` names, from the disk or from a commit."""

import os
from pathlib import Path

from multillm_gov.errors import SourceError
from multillm_gov.look import Look
from multillm_gov.portfolio.brand import Brand
from multillm_gov.sources.git_command import GitCommand
from multillm_gov.sources.given_file import read_given

_MOST_LOGO = 1024 * 1024
_MOST_FONT = 32 * 1024 * 1024
_LOGOS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"<svg": "svg", b"<?xml": "svg"}


def read_look(brand: Brand, root: Path, commit: str = "") -> Look:
    """The look of a report, with the bytes of the files that it names.

    Args:
        brand: As declared.
        root: The portfolio's root; nothing outside it is read.
        commit: With a commit (and ``:FOLDER`` where the portfolio stood elsewhere), the files are
            as it holds them, so that the same commit gives the same pages.

    Raises:
        SourceError: a file is missing, too large, or no logo.
    """
    logo = _read(brand.logo, root, commit, _MOST_LOGO) if brand.logo else b""
    kind = next((kind for start, kind in _LOGOS.items() if logo.lstrip().startswith(start)), "")
    if logo and not kind:
        raise SourceError(
            f"`{brand.logo}` is no PNG, JPEG or SVG", "Change `brand.logo` in `govern.yaml`."
        )
    return Look(
        paper=brand.paper,
        color=brand.color or "",
        logo=logo,
        logo_kind=kind,
        fonts=tuple(_read(path, root, commit, _MOST_FONT) for path in brand.fonts),
        typeface=brand.typeface or "",
    )


def _read(path: str, root: Path, commit: str, most: int) -> bytes:
    data = _from_commit(path, root, commit) if commit else _from_disk(path, root)
    if len(data) > most:
        raise SourceError(f"`{path}` has more than {most // 2**20} MiB", "Name a smaller file.")
    return data


def _from_disk(path: str, root: Path) -> bytes:
    place = Path(os.path.realpath(root / path))
    if not place.is_relative_to(os.path.realpath(root)):
        raise SourceError(f"`{path}` lies outside the portfolio", "Copy the file into it.")
    return read_given(place)


def _from_commit(path: str, root: Path, commit: str) -> bytes:
    git = GitCommand(root)
    revision, _, folder = commit.partition(":")
    place = f"{folder}/{path}" if folder else f"./{path}"
    code, data, _ = git.attempt("cat-file", "blob", f"{revision}:{place}")
    if code:
        raise SourceError(
            f"`{path}`, which `brand` in govern.yaml names, is not in {revision[:10]}",
            "Commit the file.",
        )
    return data
