"""The report as a tagged PDF, typeset by typst from a fixed template."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from multillm_gov.errors import MissingExtraError, UnableError
from multillm_gov.look import Look
from multillm_gov.rendering.pages.document import document_of
from multillm_gov.rendering.pages.scripts import scripts_beyond
from multillm_gov.report import Report

if TYPE_CHECKING:
    from typst import PDFStandard

BINARY = True
STANDARDS: "list[PDFStandard]" = ["ua-1", "a-2a"]
"""PDF/UA-1 and PDF/A-2a, as typst enforces them; no external validator has confirmed."""


def render(report: Report) -> bytes:
    """The PDF; the same report gives the same bytes wherever the same typst release runs.

    Characters that the shipped typeface lacks are looked for in the brand's fonts and in typst's
    own.

    Raises:
        MissingExtraError: the ``pdf`` extra is not installed.
        UnableError: no font has the characters of a script, or typst refuses the document.
    """
    try:
        import typst  # noqa: F401 - asked for before the document is laid out
    except ImportError as error:
        raise MissingExtraError(
            "A PDF needs the typst package, which is not installed.",
            "pip install 'multillm-gov[pdf]'",
        ) from error
    document = document_of(report)
    lacking = scripts_beyond(document)
    with _workplace(report.look) as (template, fonts):
        missing = [
            script for script, chars in lacking.items() if not _shows(chars, template.parent, fonts)
        ]
        if missing:
            raise UnableError(
                f"No font here has the characters of: {', '.join(missing)}",
                "Name font files that have them below `brand.fonts` in `govern.yaml`, or write "
                "HTML, which uses the reader's fonts.",
            )
        inputs = {"report": msgspec.json.encode(document).decode()}
        return _compiled(template, fonts, inputs, STANDARDS)


@contextmanager
def _workplace(look: Look) -> Iterator[tuple[Path, list[Path]]]:
    """Template, logo and fonts in one folder, the only one that typst reads."""
    from importlib.resources import as_file, files
    from shutil import copy
    from tempfile import TemporaryDirectory

    rendering = files("multillm_gov.rendering")
    with (
        as_file(rendering / "templates") as templates,
        as_file(rendering / "fonts") as fonts,
        TemporaryDirectory(prefix="govern-") as made,
    ):
        folder = Path(made)
        template = Path(copy(templates / "report.typ", folder))
        if look.logo:
            (folder / f"logo.{look.logo_kind}").write_bytes(look.logo)
        for number, data in enumerate(look.fonts):
            ending = "ttc" if data.startswith(b"ttcf") else "otf"
            (folder / f"font-{number}.{ending}").write_bytes(data)
        yield template, [fonts, *([folder] if look.fonts else [])]


def _shows(characters: str, place: Path, fonts: list[Path]) -> bool:
    """Whether the fonts, typst's own among them, have all of the characters."""
    source = (
        '#set document(title: "x")\n#set text(font: "Inter", lang: "en")\n'
        "#json(bytes(sys.inputs.text))"
    )
    inputs = {"text": msgspec.json.encode(" ".join(characters)).decode()}
    probe = place / "probe.typ"
    probe.write_text(source, encoding="utf-8")
    try:
        _compiled(probe, fonts, inputs, STANDARDS)
    except UnableError:
        return False
    return True


def _compiled(
    source: Path, fonts: list[Path], inputs: dict[str, str], standards: "list[PDFStandard]"
) -> bytes:
    import typst

    try:
        compiled = typst.compile(
            source,
            root=source.parent,
            font_paths=fonts,
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards=standards,
        )
    except typst.TypstError as error:
        raise UnableError(f"The PDF could not be typeset: {error}") from error
    if not isinstance(compiled, bytes):
        raise UnableError("The PDF could not be typeset: typst returned no document.")
    return compiled
