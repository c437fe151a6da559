"""What YAML 1.1 makes of a scalar, by PyYAML's own resolver and constructor."""

from functools import cache
from typing import Any, cast

from yaml.constructor import SafeConstructor
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

YAML = "tag:yaml.org,2002:"
PLAIN_TAGS = {f"{YAML}{name}" for name in ("str", "int", "float", "bool", "null", "timestamp")}
MERGE = f"{YAML}merge"


class Moment(str):
    """Text that the safe loader makes a day or a time of, which is no text to the program."""

    __slots__ = ()


@cache
def _resolvers() -> dict[str, list[tuple[str, Any]]]:
    return cast("dict[str, list[tuple[str, Any]]]", Resolver.yaml_implicit_resolvers)


def resolved(text: str) -> str:
    """The tag of a plain scalar."""
    for tag, pattern in _resolvers().get(text[:1], ()):
        if pattern.match(text):
            return tag
    return f"{YAML}str"


def constructed(tag: str, text: str) -> object:
    """The value of a scalar of a plain tag.

    Raises:
        ValueError, OverflowError, YAMLError, KeyError: the text is none of that tag.
    """
    if tag in {f"{YAML}int", f"{YAML}float"} and len(text) > 400:
        raise ValueError(text[:10])
    if tag == f"{YAML}timestamp":
        return Moment(text)
    return SafeConstructor().construct_object(ScalarNode(tag, text))
