"""Escaping for terminals and logs: control and invisible characters are written out."""

import re

_MARK = re.compile(r"(?<=#)#(?=\w*\[)")
"""Of ``##[error]``, which a build's runner obeys anywhere in its log."""
_DANGEROUS = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1: cursor movement, titles, clipboard writes
    "\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f"  # invisible, or turning the direction of text
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff"  # lone surrogates: bytes of a file name that are not UTF-8
    "\U000e0000-\U000e0fff"  # tags, variation selectors: hidden payloads
    r"]|" + _MARK.pattern
)
_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_BREAKS = re.compile("\r\n|[\n\r]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def visible(text: str) -> str:
    r"""One line; what could move a cursor, hide, reorder or command is written out: ``\x1b``."""
    return _DANGEROUS.sub(_format, text)


def without_commands(text: str) -> str:
    r"""Lines that no runner obeys where a build's log shows them: ``::error`` is written out."""
    return _MARK.sub(r"\\x23", _COMMAND.sub(r"\1\\x3a", text))


def visible_lines(text: str) -> list[str]:
    """The lines of a text meant to have several, each made visible."""
    return [visible(line) for line in _BREAKS.split(text)]


def json_escaped(text: str) -> str:
    r"""JSON text (without line breaks) with the same characters as ``\\u`` escapes."""
    return _DANGEROUS.sub(lambda match: _json_escape(match[0]), text)


def encodable(text: str) -> str:
    """The text with lone surrogates replaced, so that it can be written as UTF-8."""
    return _SURROGATES.sub("\ufffd", text)


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def _format(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return {9: r"\t", 10: r"\n", 13: r"\r"}.get(code, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
