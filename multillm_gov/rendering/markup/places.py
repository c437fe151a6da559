"""Places in Markdown: paths from the repository's root, linked to the host where it is known."""

from typing import Self
from urllib.parse import quote

from msgspec import Struct

from multillm_gov.location import Location
from multillm_gov.rendering.markup.escaping import code
from multillm_gov.rendering.plain.escaping import encodable
from multillm_gov.report import Report


class ReportPlaces(Struct, frozen=True, kw_only=True):
    """How a report shows its places."""

    prefix: str = ""
    url: str = ""
    """With ``{commit}``, ``{path}`` and ``{line}``; empty: no links."""
    commit: str = ""
    base: str = ""

    @classmethod
    def of(cls, report: Report) -> Self:
        """Of a report; a working tree that differs from its commit has no lines to link to."""
        return cls(
            prefix=report.path_prefix,
            url=report.file_url,
            commit="" if report.revision.endswith("+") else report.revision,
            base=report.base,
        )

    def show(self, location: Location, *, column: bool = False, in_base: bool = False) -> str:
        """``path:line`` as code, a link where the host is known; ``in_base`` says so."""
        text = f"{self.prefix}{location.path}:{location.line}"
        shown = code(f"{text}:{location.column}" if column else text)
        commit = self.base if in_base else self.commit
        if self.url and commit:
            path = quote(encodable(f"{self.prefix}{location.path}"), safe="/")
            address = (
                self.url.replace("{commit}", quote(commit))
                .replace("{path}", path)
                .replace("{line}", str(location.line))
            )
            shown = f"[{shown}]({address})"
        return f"{shown} of the base" if in_base else shown
