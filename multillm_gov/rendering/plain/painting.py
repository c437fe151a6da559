"""Color and links for terminals, only when asked for; the words never depend on them."""

from urllib.parse import quote

from msgspec import Struct

from multillm_gov.content import Status
from multillm_gov.finding import Severity
from multillm_gov.location import Location
from multillm_gov.rendering.plain.escaping import encodable, visible

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
}
_SEVERITIES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_STATUSES: dict[Status, str] = {"good": "green", "watch": "yellow", "bad": "red"}


class Painter(Struct, frozen=True):
    """Wraps text in escape sequences, or leaves it alone."""

    color: bool
    folder: str = ""
    """The portfolio's folder as seen from where the reader stands, with ``/`` last; may be empty.

    With it a place can be opened from there: terminals and editors turn it into a link.
    """
    root: str = ""
    """The portfolio's absolute folder, for links (OSC 8); empty: the terminal knows none."""

    def __call__(self, text: str, *styles: str) -> str:
        """The text in the named styles (``bold``, ``dim`` or a color)."""
        if not (self.color and text and styles):
            return text
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"

    def severity(self, text: str, severity: Severity) -> str:
        """The text in the color of a severity."""
        return self(text, "bold", _SEVERITIES[severity])

    def status(self, text: str, status: Status) -> str:
        """The text in the color of a status."""
        return self(text, *((_STATUSES[status],) if status in _STATUSES else ()))

    def place(self, location: Location, *, column: bool = True) -> str:
        """``path:line:column``, which terminals and editors open; a link where there are links."""
        text = f"{self.folder}{location.path}:{location.line}"
        text = visible(f"{text}:{location.column}" if column else text)
        if not self.root:
            return text
        target = quote(encodable(f"{self.root}/{location.path}"))
        return f"\x1b]8;;file://{target}\x1b\\{text}\x1b]8;;\x1b\\"
