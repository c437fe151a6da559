"""Formats that only a board pack can fill."""

from multillm_gov.errors import UsageError
from multillm_gov.report import Report


def require_pack(report: Report, what: str) -> None:
    """Refuse another report: an empty register would look like a complete one.

    Raises:
        UsageError: the report is no board pack.
    """
    if report.kind != "board":
        raise UsageError(
            f"{what} is made of a board pack, and `govern {report.kind}` reports none",
            "Call `govern report` with this format.",
        )
