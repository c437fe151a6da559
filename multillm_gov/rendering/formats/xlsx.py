"""The report as a workbook: figures are numbers, headroom and totals are formulas."""

from datetime import UTC, datetime
from io import BytesIO

from multillm_gov.errors import missing_extra
from multillm_gov.languages.language import find_language
from multillm_gov.rendering.office.cell_styles import (
    sheet_names,
)
from multillm_gov.rendering.office.limit_tables import write_headline, write_register
from multillm_gov.rendering.office.sheet import Sheet
from multillm_gov.rendering.pages.layout import facts, plain, sections
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.report import Report

BINARY = True


def render(report: Report) -> bytes:
    """The workbook; the same report gives the same bytes.

    Numbers are those shown in the other formats, as rounded there; the headline has them in full.

    Raises:
        MissingExtraError: the ``office`` extra is not installed.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise missing_extra("Writing a workbook", "XlsxWriter", "office") from error
    buffer = BytesIO()
    literal = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    book = Workbook(buffer, {"in_memory": True, **literal})
    day = datetime.fromisoformat(report.as_of).replace(tzinfo=UTC)
    book.set_properties(
        {
            "title": visible(report.title),
            "author": visible(report.organization),
            "keywords": visible(report.command),
            "created": day.replace(tzinfo=None),
        }
    )
    shown = sections(report)
    names = sheet_names(["Summary", *(section.title for section in shown)])
    _summary(Sheet(book, names[0], report), report)
    for name, section in zip(names[1:], shown, strict=True):
        sheet = Sheet(book, name, report)
        sheet.line(section.title, "heading")
        sheet.language = find_language(section.language or report.language)
        sheet.blocks(section.blocks)
    book.close()
    return buffer.getvalue()


def _summary(sheet: "Sheet", report: Report) -> None:
    sheet.line(report.organization, "muted")
    sheet.line(report.title, "heading")
    for label, value in facts(report):
        sheet.line(f"{label}: {plain(value)}", "line")
    sheet.row += 1
    if report.summary:
        sheet.line(plain(report.summary), "title")
    if report.edition:
        write_register(sheet, report.limits, report.currency)
    elif report.headline:
        write_headline(sheet, report.headline)
