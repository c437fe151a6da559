"""The report as a tagged PDF, typeset by typst from a fixed template."""

from typing import TYPE_CHECKING, Any

import msgspec

from multillm_gov.errors import MissingExtraError, UnableError
from multillm_gov.rendering.pages.document import document_of
from multillm_gov.report import Report

if TYPE_CHECKING:
    from typst import PDFStandard

BINARY = True
STANDARDS: "list[PDFStandard]" = ["ua-1", "a-2a"]
"""PDF/UA-1 and PDF/A-2a, as typst enforces them; no external validator has confirmed."""


def render(report: Report) -> bytes:
    """The PDF; the same report gives the same bytes wherever the same typst release runs.

    Characters that the shipped typeface lacks are looked for in typst's own; where they are missing
    too, they are shown as ``□``.

    Raises:
        MissingExtraError: the ``pdf`` extra is not installed.
        UnableError: typst refuses the document.
    """
    try:
        import typst
    except ImportError as error:
        raise MissingExtraError(
            "A PDF needs the typst package, which is not installed.",
            "pip install 'multillm-gov[pdf]'",
        ) from error
    try:
        return _typeset(document_of(report))
    except typst.TypstError as error:
        if "could not be displayed" not in str(error) and "codepoint" not in str(error):
            raise UnableError(f"The PDF could not be typeset: {error}") from error
    try:
        return _typeset(document_of(report, covered_only=True))
    except typst.TypstError as error:
        raise UnableError(f"The PDF could not be typeset: {error}") from error


def _typeset(document: dict[str, Any]) -> bytes:
    """Compile below the package's templates: nothing else is read, nothing written."""
    from importlib.resources import as_file, files

    import typst

    rendering = files("multillm_gov.rendering")
    with as_file(rendering / "templates") as templates, as_file(rendering / "fonts") as fonts:
        template = templates / "report.typ"
        compiled = typst.compile(
            template,
            root=template.parent,
            font_paths=[fonts],
            ignore_system_fonts=True,
            sys_inputs={"report": msgspec.json.encode(document).decode()},
            pdf_standards=STANDARDS,
        )
    if not isinstance(compiled, bytes):
        raise UnableError("The PDF could not be typeset: typst returned no document.")
    return compiled
