"""Color for terminals, only when asked for; the words never depend on it."""

from msgspec import Struct

from multillm_gov.content import Status
from multillm_gov.finding import Severity

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
