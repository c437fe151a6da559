"""The report as JSON for programs, in its public shape (`docs/report.schema.json`)."""

import msgspec

from multillm_gov.rendering.plain.escaping import encodable, json_escaped
from multillm_gov.rendering.public.publishing import publish
from multillm_gov.report import Report

MEDIA_TYPE = "application/json"


def render(report: Report) -> bytes:
    """UTF-8, two-space indent, keys in the order of the shape, a newline last."""
    return write_json(publish(report))


def write_json(value: object) -> bytes:
    r"""A value as indented JSON; lone surrogates, which UTF-8 cannot carry, become U+FFFD.

    Control and bidirectional characters are ``\\u`` escapes, so that printing the bytes is safe
    too.
    """
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        data = msgspec.json.encode(_scrub(msgspec.to_builtins(value)))
    return msgspec.json.format(json_escaped(data.decode()).encode(), indent=2) + b"\n"


def _scrub(value: object) -> object:
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {encodable(key): _scrub(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_scrub(each) for each in value]
    return value
